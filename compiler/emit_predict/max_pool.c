/* x [channels][height][width]; what is padded is never the largest. */
static void nn_max_pool(const nn_window *v, const float *x, float *y)
{
    for (int i = 0; i < v->channels * v->out_height * v->out_width; i++) {
        const int column = i % v->out_width * v->stride - v->left;
        const int row = i / v->out_width % v->out_height * v->stride - v->top;
        const float *in = x + i / (v->out_height * v->out_width) * v->height * v->width;

        y[i] = -INFINITY;
        for (int r = row < 0 ? 0 : row; r < row + v->kernel && r < v->height; r++)
            for (int c = column < 0 ? 0 : column; c < column + v->kernel && c < v->width; c++)
                if (in[r * v->width + c] > y[i])
                    y[i] = in[r * v->width + c];
    }
}
