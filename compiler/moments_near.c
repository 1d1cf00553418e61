/* moments_near.c -- what two pixels of an image have in common, by how far they lie apart. */
#include "moments.h"

#include <math.h>

enum { SAME = MOMENTS_SAME, OTHER = MOMENTS_OTHER, KIN = MOMENTS_KIN, PAIRS = MOMENTS_PAIRS };

enum { BASES = 16, REACH = 15, NEAR_WORK = 20 << 20, NEAR_LEAST = 16 };

/* Sums over pairs of pixels at each displacement, and over those whose second the image has. */
typedef struct {
    int64_t height, width, down, across;    /* displacements 0 .. down, -across .. across */
    int64_t samples;                /* of which the products within one are taken */
} Plane;

static int64_t reach_of(int64_t side) { return side - 1 < REACH ? side - 1 : REACH; }

static int64_t step_of(int64_t side) { return (side + BASES - 1) / BASES; }

/* Adds `factor` times the products of x's pixels with those that lie so far off, of every pixel of
 * a grid. */
static void add_products(const Plane *p, const double *x, double factor, double *sum)
{
    for (int64_t r = 0; r < p->height; r += step_of(p->height))
        for (int64_t d = 0; d <= p->down && r + d < p->height; d++) {
            double *row = sum + d * (2 * p->across + 1) + p->across;
            const double *far = x + (r + d) * p->width;

            for (int64_t c = 0; c < p->width; c += step_of(p->width)) {
                const double here = factor * x[r * p->width + c];
                const int64_t from = c < p->across ? -c : -p->across;
                const int64_t last = p->width - 1 - c < p->across ? p->width - 1 - c : p->across;

                for (int64_t e = from; e <= last; e++)
                    row[e] += here * far[c + e];
            }
        }
}

/* One channel of all samples: what two of one, of two, and of two of a class have in common. */
static void add_channel(const Samples *s, const Classes *c, const Plane *p, int64_t channel,
                        double *sum[PAIRS])
{
    const int64_t size = s->places;
    double *in_class = arena_array(c->arena, double, size);
    double *all = arena_array(c->arena, double, size);

    for (int64_t i = 0; i < p->samples; i++)
        add_products(p, s->x + (i * s->n / p->samples * s->channels + channel) * size, 1,
                     sum[SAME]);
    for (int64_t i = 0; i < s->n; i++) {
        const double *x = s->x + (c->order[i] * s->channels + channel) * size;

        for (int64_t k = 0; k < size; k++)
            in_class[k] += x[k];
        if (!last_of_class(c, i))
            continue;
        add_products(p, in_class, 1, sum[KIN]);
        for (int64_t k = 0; k < size; k++) {
            all[k] += in_class[k];
            in_class[k] = 0;
        }
    }
    add_products(p, all, 1, sum[OTHER]);
}

/* A few samples will do for products within one. */
static Plane plane_of(const Samples *s)
{
    Plane p = { .height = s->height, .width = s->places / s->height };
    double work;

    p.down = reach_of(p.height);
    p.across = reach_of(p.width);
    work = (double)(BASES * BASES * (p.down + 1) * (2 * p.across + 1) * s->channels);
    p.samples = (int64_t)fmax(NEAR_WORK / work, NEAR_LEAST);
    p.samples = p.samples < s->n ? p.samples : s->n;
    return p;
}

/* Products of the roots of the mean squares over `samples` at equal distances. */
static double *roots_near(const Samples *s, const Plane *p, int64_t samples, Arena *a)
{
    double *out = arena_array(a, double, (p->down + 1) * (2 * p->across + 1));
    double *root = arena_array(a, double, s->places);

    for (int64_t i = 0; i < samples; i++)
        for (int64_t k = 0; k < s->channels * s->places; k++) {
            const double x = s->x[i * s->n / samples * s->channels * s->places + k];

            root[k % s->places] += x * x;
        }
    for (int64_t k = 0; k < s->places; k++)
        root[k] = sqrt(root[k]);
    add_products(p, root, 1, out);
    return out;
}

/* What a sample's places have in common was taken of few samples: to the mean that all have. */
static void level_near(const Plane *p, const double *weight, double apart, double *near)
{
    double sum = 0, all = 0, factor;

    for (int64_t i = 0; i <= p->down; i++)
        for (int64_t j = -p->across; j <= p->across; j++) {
            const int64_t k = i * (2 * p->across + 1) + j + p->across;
            const double w = i || j ? (i ? 2 : 1) * weight[k] : 0;

            sum += w * near[k];
            all += w;
        }
    if (!(all > 0 && sum < all))
        return;
    factor = (1 - apart) / (1 - sum / all);
    for (int64_t k = 0; k < (p->down + 1) * (2 * p->across + 1); k++)
        near[k] = 1 - factor * (1 - near[k]);
}

/* As put_apart, displacement by displacement, in units of the roots of both pixels' squares. */
void moments_near(const Samples *s, const Classes *c, InputMoments *in)
{
    const Plane p = plane_of(s);
    const int64_t lags = (p.down + 1) * (2 * p.across + 1);
    const double *all = roots_near(s, &p, s->n, c->arena);
    const double *some = roots_near(s, &p, p.samples, c->arena), n = (double)s->n;
    double *sum[PAIRS];

    for (int k = 0; k < PAIRS; k++)
        sum[k] = arena_array(c->arena, double, lags);
    for (int64_t i = 0; i < s->channels; i++)
        add_channel(s, c, &p, i, sum);
    for (int64_t i = 0; i < lags; i++)
        sum[SAME][i] = some[i] > 0 ? sum[SAME][i] / some[i] : in->apart[SAME];
    level_near(&p, all, in->apart[SAME], sum[SAME]);
    for (int64_t i = 0; i < lags; i++) {
        const double same = sum[SAME][i];
        const double kin = all[i] > 0 ? sum[KIN][i] / all[i] * n - same * n : 0;
        const double other = all[i] > 0 ? (sum[OTHER][i] - sum[KIN][i]) / all[i] * n : 0;
        const double any = (other + kin) / fmax(c->pairs[OTHER] + c->pairs[KIN], 1);

        sum[OTHER][i] = c->pairs[OTHER] > 0 ? other / c->pairs[OTHER] : any;
        sum[KIN][i] = c->pairs[KIN] > 0 ? kin / c->pairs[KIN] : any;
    }
    for (int k = 0; k < PAIRS; k++)
        in->near[k] = sum[k];
    in->near_across = p.across;
}
