/* x [rows][channels][size], by the running mean and variance; gamma and beta may be NULL. */
static void nn_batchnorm(int rows, int channels, int size, float eps, const float *x,
                         const float *gamma, const float *beta, const float *mean, const float *var,
                         float *y)
{
    for (int i = 0; i < rows * channels; i++) {
        const int c = i % channels;
        const float scale = (gamma ? gamma[c] : 1) / sqrtf(var[c] + eps);

        for (int k = i * size; k < (i + 1) * size; k++)
            y[k] = (x[k] - mean[c]) * scale + (beta ? beta[c] : 0);
    }
}
