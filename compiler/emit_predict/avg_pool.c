/* x [channels][height][width]; what is padded counts as zeros. */
static void nn_avg_pool(const nn_window *v, const float *x, float *y)
{
    for (int i = 0; i < v->channels * v->out_height * v->out_width; i++) {
        const int column = i % v->out_width * v->stride - v->left;
        const int row = i / v->out_width % v->out_height * v->stride - v->top;
        const float *in = x + i / (v->out_height * v->out_width) * v->height * v->width;
        float sum = 0;

        for (int r = row < 0 ? 0 : row; r < row + v->kernel && r < v->height; r++)
            for (int c = column < 0 ? 0 : column; c < column + v->kernel && c < v->width; c++)
                sum += in[r * v->width + c];
        y[i] = sum / (float)(v->kernel * v->kernel);
    }
}
