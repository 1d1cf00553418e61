/* x [channels][height][width], weight [filters][channels / groups][kernel][kernel], y [filters]
 * [out_height][out_width]; bias may be NULL. */
static void nn_conv(const nn_window *v, const float *x, const float *weight,
                    const float *bias, float *y)
{
    const int depth = v->channels / v->groups, plane = v->out_height * v->out_width;

    for (int f = 0; f < v->filters; f++) {
        const float *in = x + f / (v->filters / v->groups) * depth * v->height * v->width;
        float *out = y + f * plane;

        for (int i = 0; i < plane; i++)
            out[i] = bias ? bias[f] : 0;
        for (int c = 0; c < depth; c++)
            nn_conv_plane(v, in + c * v->height * v->width,
                          weight + (f * depth + c) * v->kernel * v->kernel, out);
    }
}
