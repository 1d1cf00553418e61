/* The mean of each channel: x [channels][size]. */
static void nn_plane_mean(int channels, int size, const float *x, float *y)
{
    for (int c = 0; c < channels; c++) {
        float sum = 0;

        for (int i = 0; i < size; i++)
            sum += x[c * size + i];
        y[c] = sum / (float)size;
    }
}
