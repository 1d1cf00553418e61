/* x [rows][width]; gamma and beta [width] may be NULL. */
static void nn_layernorm(int rows, int width, float eps, const float *x, const float *gamma,
                         const float *beta, float *y)
{
    nn_normalize(rows, width, eps, x, y);
    for (int i = 0; gamma && i < rows * width; i++)
        y[i] = y[i] * gamma[i % width] + beta[i % width];
}
