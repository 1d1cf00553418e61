/* Gates i, f, g, o: c = f c- + i g, h = o tanh(c); z [steps][4 units], w_ih x + b_ih, is worked in,
 * c [units] is room for the cells. */
static void nn_lstm(int steps, int units, int reverse, float *z, const float *w_hh,
                    const float *b_hh, float *c, float *y)
{
    const float *h = NULL;

    for (int u = 0; u < units; u++)
        c[u] = 0;
    for (int s = 0; s < steps; s++) {
        const int t = reverse ? steps - 1 - s : s;
        const float *i = z + t * 4 * units, *f = i + units, *g = f + units, *o = g + units;

        nn_recurrent_step(4 * units, units, w_hh, b_hh, h, z + t * 4 * units);
        for (int u = 0; u < units; u++) {
            c[u] = nn_sigmoid(f[u]) * c[u] + nn_sigmoid(i[u]) * tanhf(g[u]);
            y[t * units + u] = nn_sigmoid(o[u]) * tanhf(c[u]);
        }
        h = y + t * units;
    }
}
