/* Adds w_hh h + b_hh to z, where h is the state before: none (NULL) at the first step.  b_hh may be
 * NULL. */
static void nn_recurrent_step(int n, int units, const float *w_hh, const float *b_hh,
                              const float *h, float *z)
{
    for (int i = 0; i < n; i++)
        z[i] += (h ? nn_dot(units, w_hh + i * units, h) : 0) + (b_hh ? b_hh[i] : 0);
}
