/* Columns [at, at + width) of y [rows][total] are x [rows][width]. */
static void nn_concat(int rows, int width, int total, int at, const float *x, float *y)
{
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < width; i++)
            y[r * total + at + i] = x[r * width + i];
}
