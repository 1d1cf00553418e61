/* draw_window.c -- convolutions and pools. */
#include "draw.h"

typedef struct {
    int kernel, stride, pad, dilation, groups, filters;
    bool same;
} Window;

static int side(const Window *w, int in)
{
    return w->same ? (in + w->stride - 1) / w->stride
                   : (in + 2 * w->pad - w->dilation * (w->kernel - 1) - 1) / w->stride + 1;
}

static bool fits(const Window *w, Shape s)
{
    const int span = w->dilation * (w->kernel - 1);
    return w->same || (span < s.dim[1] + 2 * w->pad && span < s.dim[2] + 2 * w->pad);
}

/* ---- Convolutions ---- */

/* Groups that divide both, and filters. */
static void draw_groups(Draw *d, int channels, int *groups, int *filters)
{
    *groups = chance(d, 40) ? chance(d, 40) ? channels : draw_divisor(d, channels) : 1;
    *filters = *groups * between(d, 1, *groups > 3 ? 2 : 4);
}

static void put_conv(Draw *d, const Window *w)
{
    put(d, "conv(");
    put_int(d, w->filters);
    put(d, chance(d, 20) ? ", kernel = " : ", ");
    const bool named = d->line.at[d->line.n - 2] == '=';
    put_int(d, w->kernel);
    if (w->stride != 1 || chance(d, 10)) {
        put(d, named || chance(d, 80) ? ", stride = " : ", ");
        put_int(d, w->stride);
    }
    if (w->same)
        put(d, ", pad = same");
    else if (w->pad || chance(d, 10)) {
        put(d, ", pad = ");
        put_int(d, w->pad);
    }
    if (w->dilation > 1) {
        put(d, ", dilation = ");
        put_int(d, w->dilation);
    }
    if (w->groups > 1 || chance(d, 5)) {
        put(d, ", groups = ");
        put_int(d, w->groups);
    }
    put_dense_arguments(d, false);
    put(d, ")");
}

static void write_conv(Draw *d, const Window *w)
{
    const Shape out = shape(3, w->filters, side(w, d->now.dim[1]), side(w, d->now.dim[2]));

    put_conv(d, w);
    end_weights(d, out, w->filters * (d->now.dim[0] / w->groups * w->kernel * w->kernel + 1));
}

void write_conv_same(Draw *d, int filters)
{
    Window w = { .kernel = between(d, 1, 3), .stride = 1, .dilation = between(d, 1, 2),
                 .groups = 1, .filters = filters, .same = true };

    if (w.kernel % 2 && chance(d, 50)) {
        w.same = false;
        w.pad = w.dilation * (w.kernel / 2);
    }
    write_conv(d, &w);
}

void draw_conv(Draw *d)
{
    Window w = { .kernel = 1, .stride = 1, .dilation = 1 };

    draw_groups(d, d->now.dim[0], &w.groups, &w.filters);
    if (d->steady) {
        w.kernel = between(d, 1, 3);
        w.dilation = chance(d, 25) ? 2 : 1;
        w.same = true;
    } else {
        do {
            w.kernel = between(d, 1, 4);
            w.stride = chance(d, 60) ? 1 : between(d, 1, 3);
            w.dilation = chance(d, 70) ? 1 : between(d, 1, 3);
            w.same = chance(d, 40);
            w.pad = w.same || chance(d, 50) ? 0 : between(d, 0, 3);
        } while (!fits(&w, d->now));
    }
    write_conv(d, &w);
}

/* ---- Pools ---- */

void draw_pool(Draw *d)
{
    const char *kind = chance(d, 50) ? "max_pool" : "avg_pool";
    Window w = { .dilation = 1 };

    do {
        w.kernel = d->steady ? 1 + 2 * between(d, 0, 1) : between(d, 1, 3);
        w.stride = d->steady ? 1 : chance(d, 50) ? w.kernel : between(d, 1, 3);
        w.pad = d->steady ? w.kernel / 2 : chance(d, 60) ? 0 : between(d, 0, w.kernel / 2);
    } while (!fits(&w, d->now));
    put(d, "%s(", kind);
    put_int(d, w.kernel);
    if (w.stride != w.kernel) {
        put(d, ", stride = ");
        put_int(d, w.stride);
    }
    if (w.pad) {
        put(d, ", pad = ");
        put_int(d, w.pad);
    }
    put(d, ")");
    end_layer(d, shape(3, d->now.dim[0], side(&w, d->now.dim[1]), side(&w, d->now.dim[2])), 0);
}

void draw_global_pool(Draw *d)
{
    put(d, "global_avg_pool");
    end_layer(d, shape(1, d->now.dim[0], 1, 1), 0);
}
