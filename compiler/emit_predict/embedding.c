/* Row x[i] of the table weight [words][width]; zeros where x[i] is the number of no word. */
static void nn_embedding(int n, int words, int width, const float *x, const float *weight, float *y)
{
    for (int i = 0; i < n; i++) {
        const int known = x[i] >= 0 && x[i] < (float)words && floorf(x[i]) == x[i];
        const int word = known ? (int)x[i] : 0;

        for (int k = 0; k < width; k++)
            y[i * width + k] = known ? weight[word * width + k] : 0;
    }
}
