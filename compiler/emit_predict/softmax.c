/* Each row of x [rows][n]. */
static void nn_softmax(int rows, int n, const float *x, float *y)
{
    for (int r = 0; r < rows; r++, x += n, y += n) {
        float largest = x[0], sum = 0;

        for (int i = 1; i < n; i++)
            largest = x[i] > largest ? x[i] : largest;
        for (int i = 0; i < n; i++)
            sum += y[i] = expf(x[i] - largest);
        for (int i = 0; i < n; i++)
            y[i] /= sum;
    }
}
