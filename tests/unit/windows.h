/* windows.h -- windows for the tests of convolutions and pools, drawn from a seed. */
#ifndef WINDOWS_H
#define WINDOWS_H

#include "naive.h"

/* Numbers 0 .. n - 1, one after another. */
typedef struct {
    uint32_t seed, drawn;
} dice;

static inline int roll(dice *d, int n)
{
    const rt_stream s = { d->seed, RT_FOR_CHECK, 0, 0 };
    return (int)(rt_random_uniform(&s, d->drawn++) * n);
}

static inline int one_of(dice *d, int n, const int *choice) { return choice[roll(d, n)]; }

/* Positions of the window on one side: at least one, at most so many that the last windows lie
 * wholly behind the image. */
static inline int draw_positions(dice *d, int size, int before, int reach, int stride)
{
    const int fit = (size + before - reach) / stride + 1;
    return (fit > 0 ? fit : 1) + roll(d, 3) - (fit > 1 ? roll(d, 2) : 0);
}

static inline rt_window draw_window(dice *d, int most_kernel, int most_dilation)
{
    rt_window v = { .height = 1 + roll(d, 14), .width = 1 + roll(d, 18),
                    .kernel = 1 + roll(d, most_kernel), .stride = 1 + roll(d, 3),
                    .dilation = 1 + roll(d, most_dilation) };
    const int reach = v.dilation * (v.kernel - 1) + 1;

    v.top = roll(d, reach + 1);
    v.left = roll(d, reach + 1);
    v.out_height = draw_positions(d, v.height, v.top, reach, v.stride);
    v.out_width = draw_positions(d, v.width, v.left, reach, v.stride);
    return v;
}

/* As an image of `size` under `pad = same` and stride 1. */
static inline rt_window same_window(int channels, int height, int width, int filters, int kernel)
{
    return (rt_window){ channels, height, width, filters, height, width, kernel, 1, 1, 1,
                        (kernel - 1) / 2, (kernel - 1) / 2 };
}

static inline void print_window(int n, const rt_window *v)
{
    printf("    n %d, %dx%dx%d -> %dx%dx%d, kernel %d, stride %d, dilation %d, groups %d, top %d, "
           "left %d\n", n, v->channels, v->height, v->width, v->filters, v->out_height,
           v->out_width, v->kernel, v->stride, v->dilation, v->groups, v->top, v->left);
}

/* Sizes of the arrays. */
static inline size_t image_size(int n, const rt_window *v)
{
    return (size_t)n * (size_t)v->channels * (size_t)v->height * (size_t)v->width;
}

static inline size_t result_size(int n, const rt_window *v)
{
    return (size_t)n * (size_t)v->filters * (size_t)v->out_height * (size_t)v->out_width;
}

static inline size_t weights_size(const rt_window *v)
{
    return (size_t)v->filters * (size_t)(v->channels / v->groups) * (size_t)v->kernel
         * (size_t)v->kernel;
}

/* The place in x[n][channels][height][width] of the pixel that position i, j of sample s sees in
 * channel c through place k, l of the kernel; -1 in the padding. */
static inline long naive_pixel(const rt_window *v, int s, int c, int i, int j, int k, int l)
{
    const int row = i * v->stride + k * v->dilation - v->top;
    const int column = j * v->stride + l * v->dilation - v->left;
    if (row < 0 || row >= v->height || column < 0 || column >= v->width)
        return -1;
    return ((long)(s * v->channels + c) * v->height + row) * v->width + column;
}

#endif
