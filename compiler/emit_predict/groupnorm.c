/* x [rows][groups][members][size]; gamma and beta [groups][members] may be NULL. */
static void nn_groupnorm(int rows, int groups, int members, int size, float eps, const float *x,
                         const float *gamma, const float *beta, float *y)
{
    const int channels = groups * members;

    nn_normalize(rows * groups, members * size, eps, x, y);
    for (int i = 0; gamma && i < rows * channels * size; i++)
        y[i] = y[i] * gamma[i / size % channels] + beta[i / size % channels];
}
