/* Each row of x [rows][width] to mean 0 and variance 1. */
static void nn_normalize(int rows, int width, float eps, const float *x, float *y)
{
    for (int r = 0; r < rows; r++, x += width, y += width) {
        double mean = 0, var = 0;

        for (int i = 0; i < width; i++)
            mean += (double)x[i] / width;
        for (int i = 0; i < width; i++)
            var += ((double)x[i] - mean) * ((double)x[i] - mean) / width;
        for (int i = 0; i < width; i++)
            y[i] = (float)(((double)x[i] - mean) / sqrt(var + (double)eps));
    }
}
