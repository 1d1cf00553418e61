/* y = weight x + bias, of each row: x [rows][inputs], weight [units][inputs], y [rows][units]; bias
 * may be NULL. */
static void nn_affine(int rows, int units, int inputs, const float *x, const float *weight,
                      const float *bias, float *y)
{
    for (int r = 0; r < rows; r++)
        for (int u = 0; u < units; u++)
            y[r * units + u] = nn_dot(inputs, x + r * inputs, weight + u * inputs)
                             + (bias ? bias[u] : 0);
}
