/* real_conv_parts.c -- gradients of images as convolutions of dy with the kernel turned, on copies
 * of its planes.
 *
 * Under a stride the pixels fall into parts by their remainders, stride^2, each of which sees
 * places of the kernel of its own.  The parts of a band are results one behind the other, and are
 * joined when all are there. */
#include "conv_planes.h"

/* ---- Joined parts --------------------------------------------------------------------------- */

/* Numbers of two parts to the even and the odd places of a row: of the even ones there are as many,
 * or one more.  Of y `room` numbers are written later anyway. */
static void zip_row(int width, int room, const rt_real *restrict even,
                    const rt_real *restrict odd, rt_real *restrict y)
{
    const bool whole = rt_pieces(width, RT_VECTOR_LANES) * RT_VECTOR_LANES <= room;
    const int end = whole ? width : width - 2 * RT_VECTOR_LANES + 1;
    int j = 0;

    for (; 2 * j < end; j += RT_VECTOR_LANES) {
        const rt_vector a = rt_load(even + j), b = rt_load(odd + j);
        rt_store(y + 2 * j, rt_lower_pairs(a, b));
        if (2 * j + RT_VECTOR_LANES < width)
            rt_store(y + 2 * j + RT_VECTOR_LANES, rt_upper_pairs(a, b));
    }
    for (int i = 2 * j; i < width; i++)
        y[i] = i % 2 ? odd[i / 2] : even[i / 2];
}

/* Row i of the results of the parts of a row of y, of which the first are `at` in the results. */
static void join_row(const rt_plane_job *p, const rt_subplane *part, size_t i, size_t apart,
                     int room, const rt_real *at, rt_real *y)
{
    if (p->across == 2) {
        zip_row(p->width, room, at + i * (size_t)part[0].columns,
                at + apart + i * (size_t)part[1].columns, y);
        return;
    }
    for (int k = 0; k < p->across; k++) {
        const rt_real *from = at + (size_t)k * apart + i * (size_t)part[k].columns;
        for (int j = 0; j < part[k].columns; j++)
            y[j * p->step + k] = from[j];
    }
}

/* The rows of y of a band, of one filter, from its results. */
static void join_parts(const rt_plane_job *p, int first, size_t apart, const rt_real *results,
                       rt_real *y)
{
    const int end = rt_lesser((first + p->band) * p->step, p->height);

    for (int row = first * p->step; row < end; row++) {
        const int part = row % p->step * p->across;
        rt_real *to = y + (size_t)row * (size_t)p->width;
        if (p->part[part].dark)
            memset(to, 0, (size_t)p->width * sizeof *to);
        else
            join_row(p, &p->part[part], (size_t)(row / p->step - first), apart,
                     (end - row) * p->width, results + (size_t)part * apart, to);
    }
}

static void parts_band(const rt_plane_job *p, size_t image, int first, rt_ahead *ahead,
                       rt_real *copies)
{
    rt_real *results = copies + RT_PLANE_COPIES;
    const size_t ld = (size_t)rt_results_apart(p), apart = ld * (size_t)p->together;
    const size_t channels = (size_t)p->filters * p->out_plane;
    rt_ahead joined = rt_ahead_of(p->y + image * channels, p->bands > 1 ? 0 : channels,
                                  rt_products_of(p));
    bool copied = false;

    for (int f = 0; f < p->filters; f += p->together) {
        rt_stripe b = { .first = first, .filter = f,
                        .filters = rt_lesser(p->together, p->filters - f), .ld = ld,
                        .roomy = true, .ahead = ahead, .joined = &joined };
        for (int i = 0; i < p->n_parts; i++) {
            b.y = results + (size_t)i * apart;
            if (p->part[i].terms == 0 && !p->part[i].dark)
                memset(b.y, 0, apart * sizeof *b.y);
            else if (p->part[i].terms > 0 && first < p->part[i].rows) {
                rt_run_part(p, &p->part[i], b, image, copied, copies);
                copied = p->alike;
            }
        }
        for (int i = 0; i < b.filters; i++)
            join_parts(p, first, apart, results + (size_t)i * ld,
                       p->y + (image * (size_t)p->filters + (size_t)(f + i)) * p->out_plane);
    }
}

/* ---- The gradient --------------------------------------------------------------------------- */

/* The places of the kernel through which pixels first + i step see dy, from the last to the first:
 * pixel x sees position (x + before - k dilation) / step through k, where that is whole. */
static rt_side turned_side(const rt_window *v, int before, int first)
{
    const int64_t least = (int64_t)before - (int64_t)(v->kernel - 1) * v->dilation;
    rt_side side = { .first = least / v->stride - (least % v->stride < 0),
                     .last = ((int64_t)before + v->stride - 1) / v->stride };
    for (int k = v->kernel - 1; k >= 0; k--) {
        const int64_t offset = (int64_t)first + before - (int64_t)k * v->dilation;
        if (offset % v->stride == 0) {
            side.tap[side.n] = k;
            side.offset[side.n++] = offset / v->stride;
        }
    }
    return side;
}

static void turned_parts(const rt_window *v, rt_plane_job *p)
{
    p->across = rt_lesser(v->stride, v->width);
    for (int i = 0; i < v->stride && i < v->height; i++)
        for (int j = 0; j < v->stride && j < v->width; j++) {
            rt_subplane *t = &p->part[p->n_parts++];
            t->rows = rt_pieces(v->height - i, v->stride);
            t->columns = rt_pieces(v->width - j, v->stride);
            t->shifts.down = turned_side(v, v->top, i);
            t->shifts.across = turned_side(v, v->left, j);
            t->terms = t->shifts.down.n * t->shifts.across.n;
            t->dark = t->shifts.down.n == 0;
        }
}

bool rt_conv_planes_dx(rt_pass *c, int n, const rt_window *v, const rt_real *dy, const rt_real *w,
                       rt_real *dx)
{
    const rt_window of_dy = { .height = v->out_height, .width = v->out_width, .stride = 1 };
    const int square = v->kernel * v->kernel, channels = v->channels / v->groups;
    rt_plane_job p = { .n = n, .groups = v->groups, .channels = v->filters / v->groups,
                       .filters = channels, .plane = (size_t)v->out_height * (size_t)v->out_width,
                       .out_plane = (size_t)v->height * (size_t)v->width, .step = v->stride,
                       .width = v->width, .height = v->height, .w_channel = channels * square,
                       .w_filter = square, .run_band = v->stride > 1 ? parts_band : rt_one_part,
                       .x = dy, .w = w, .y = dx };

    if (v->kernel > RT_CONV_KERNEL || v->stride * v->stride > RT_PLANE_PARTS)
        return false;
    p.w_group = (size_t)p.channels * (size_t)p.w_channel;
    turned_parts(v, &p);
    return rt_run_planes(c, &p, &of_dy, v->kernel);
}
