/* Adds to a plane of y what the kernel w makes of a plane of x. */
static void nn_conv_plane(const nn_window *v, const float *x, const float *w, float *y)
{
    for (int k = 0; k < v->kernel * v->kernel; k++) {
        const int down = k / v->kernel * v->dilation - v->top;
        const int right = k % v->kernel * v->dilation - v->left;

        for (int row = 0; row < v->out_height; row++) {
            const int from = row * v->stride + down;

            if (from < 0 || from >= v->height)
                continue;
            for (int column = 0; column < v->out_width; column++) {
                const int at = column * v->stride + right;

                if (0 <= at && at < v->width)
                    y[row * v->out_width + column] += w[k] * x[from * v->width + at];
            }
        }
    }
}
