/* Gates r, z, n: n = tanh(zx_n + r zh_n), h = (1 - z) n + z h-, where zx [steps][3 units] is
 * w_ih x + b_ih, and zh [3 units] room for w_hh h- + b_hh. */
static void nn_gru(int steps, int units, int reverse, const float *zx, const float *w_hh,
                   const float *b_hh, float *zh, float *y)
{
    const float *h = NULL;

    for (int s = 0; s < steps; s++) {
        const int t = reverse ? steps - 1 - s : s;
        const float *x = zx + t * 3 * units;

        for (int i = 0; i < 3 * units; i++)
            zh[i] = 0;
        nn_recurrent_step(3 * units, units, w_hh, b_hh, h, zh);
        for (int u = 0; u < units; u++) {
            const float r = nn_sigmoid(x[u] + zh[u]), z = nn_sigmoid(x[units + u] + zh[units + u]);
            const float n = tanhf(x[2 * units + u] + r * zh[2 * units + u]);

            y[t * units + u] = (1 - z) * n + (h ? z * h[u] : 0);
        }
        h = y + t * units;
    }
}
