/* h = act(z + w_hh h- + b_hh) at each step; z [steps][units], w_ih x + b_ih, is worked in. */
static void nn_rnn(int steps, int units, int reverse, void (*act)(int n, float *z), float *z,
                   const float *w_hh, const float *b_hh, float *y)
{
    const float *h = NULL;

    for (int s = 0; s < steps; s++) {
        const int t = reverse ? steps - 1 - s : s;
        float *zt = z + t * units;

        nn_recurrent_step(units, units, w_hh, b_hh, h, zt);
        act(units, zt);
        for (int u = 0; u < units; u++)
            y[t * units + u] = zt[u];
        h = y + t * units;
    }
}
