/* choose_conv.h -- which kernels do a convolution, by its window alone: for the library and for the
 * compiler, which prints it.  Which of RT_CONV_PLANES does it the library decides, by the batch and
 * the machine's vectors too. */
#ifndef RT_CHOOSE_CONV_H
#define RT_CHOOSE_CONV_H

#include "netrt.h"

typedef enum {
    RT_CONV_DENSE,                  /* a dense layer's product, rt_affine */
    RT_CONV_DEPTHWISE,              /* depthwise.h, where a padded plane fits its buffer */
    RT_CONV_PLANES                  /* conv_planes.h, where copies or images fit, else columns */
} rt_conv_kernels;

typedef struct {
    rt_conv_kernels kernels;
    const char *name, *reason;
} rt_conv_choice;

/* The window stands in one place, and sees each pixel once. */
static inline bool rt_is_dense(const rt_window *v)
{
    return v->groups == 1 && v->out_height == 1 && v->out_width == 1 && v->top == 0 && v->left == 0
        && v->height == v->kernel && v->width == v->kernel && (v->kernel == 1 || v->dilation == 1);
}

static inline rt_conv_choice rt_choose_conv(const rt_window *v)
{
    if (rt_is_dense(v))
        return (rt_conv_choice){ RT_CONV_DENSE, "dense", "the window sees the whole image once" };
    if (v->groups == v->channels && v->groups == v->filters)
        return (rt_conv_choice){ RT_CONV_DEPTHWISE, "depthwise", "one filter a channel" };
    return (rt_conv_choice){ RT_CONV_PLANES, "planes",
                             "sums over padded planes, or over images side by side" };
}

#endif
