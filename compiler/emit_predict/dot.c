/* The sum of a[i] b[i]: eight sums, so that compilers can use vectors. */
static float nn_dot(int n, const float *a, const float *b)
{
    float sum[8] = { 0 };
    float rest = 0;
    int i = 0;

    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        rest += a[i] * b[i];
    for (int k = 0; k < 8; k++)
        rest += sum[k];
    return rest;
}
