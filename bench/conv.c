/* conv.c -- conv [THREADS]: the convolutions of ResNet-20 (batch 32) and LeNet (batch 64), forward,
 * gradient of the image and of the weights: GFLOP/s, and the share of the peak that the same process
 * reaches in between; the best of many short runs. */
#include "turns.h"

#include <stdio.h>

enum { ROUNDS = 60 };

typedef struct {
    const char *name;
    int n;
    rt_window v;
} Shape;

static const Shape shapes[] = {
    { "3 > 16, 3x3, 32x32", 32, { 3, 32, 32, 16, 32, 32, 3, 1, 1, 1, 1, 1 } },
    { "16 > 16, 3x3, 32x32", 32, { 16, 32, 32, 16, 32, 32, 3, 1, 1, 1, 1, 1 } },
    { "16 > 32, 3x3 / 2, 32x32", 32, { 16, 32, 32, 32, 16, 16, 3, 2, 1, 1, 1, 1 } },
    { "16 > 32, 1x1 / 2, 32x32", 32, { 16, 32, 32, 32, 16, 16, 1, 2, 1, 1, 0, 0 } },
    { "32 > 32, 3x3, 16x16", 32, { 32, 16, 16, 32, 16, 16, 3, 1, 1, 1, 1, 1 } },
    { "32 > 64, 3x3 / 2, 16x16", 32, { 32, 16, 16, 64, 8, 8, 3, 2, 1, 1, 1, 1 } },
    { "32 > 64, 1x1 / 2, 16x16", 32, { 32, 16, 16, 64, 8, 8, 1, 2, 1, 1, 0, 0 } },
    { "64 > 64, 3x3, 8x8", 32, { 64, 8, 8, 64, 8, 8, 3, 1, 1, 1, 1, 1 } },
    { "1 > 6, 5x5, 28x28", 64, { 1, 28, 28, 6, 28, 28, 5, 1, 1, 1, 2, 2 } },
    { "6 > 16, 5x5, 14x14", 64, { 6, 14, 14, 16, 10, 10, 5, 1, 1, 1, 0, 0 } },
    { "64 > 64, 1x1, 14x14", 32, { 64, 14, 14, 64, 14, 14, 1, 1, 1, 1, 0, 0 } },
    { "64 > 64, depthwise, 16x16", 32, { 64, 16, 16, 64, 16, 16, 3, 1, 1, 64, 1, 1 } },
};

typedef struct {
    rt_real *x, *w, *y;
} Operands;

static void run(rt_pass *pass, const Shape *s, const Operands *o, int way)
{
    if (way == 0)
        rt_conv(pass, s->n, &s->v, o->x, o->w, NULL, NULL, o->y);
    else if (way == 1)
        rt_conv_dx(pass, s->n, &s->v, o->y, o->w, o->x);
    else
        rt_conv_dw(pass, s->n, &s->v, o->y, o->x, o->w);
}

static void measure(rt_pass *pass, const Shape *s)
{
    const rt_window *v = &s->v;
    const size_t depth = (size_t)(v->channels / v->groups) * (size_t)(v->kernel * v->kernel);
    const size_t out = (size_t)s->n * (size_t)(v->filters * v->out_height * v->out_width);
    Operands o = { make_array((size_t)s->n * (size_t)(v->channels * v->height * v->width)),
                   make_array((size_t)v->filters * depth), make_array(out) };
    double best[3] = { 1e9, 1e9, 1e9 }, most = 0;

    for (int round = 0; round < ROUNDS; round++) {
        most = greater(most, burst_rate());
        for (int way = 0; way < 3; way++) {
            const double start = now();
            run(pass, s, &o, way);
            best[way] = lesser(best[way], now() - start);
        }
    }
    printf("%-26s", s->name);
    for (int way = 0; way < 3; way++) {
        const double rate = 2.0 * (double)out * (double)depth / best[way] * 1e-9;
        printf(" %8.1f %4.0f%%", rate, 100 * rate / most);
    }
    printf(" %8.1f\n", most);
    free(o.x), free(o.w), free(o.y);
}

int main(int argc, char **argv)
{
    rt_pool *pool = rt_pool_new(argc > 1 ? atoi(argv[1]) : 1);
    rt_pass pass = { .pool = pool };

    if (!pool) {
        fputs("usage: conv [THREADS]\n", stderr);
        return 2;
    }
    printf("%-26s %14s %14s %14s %8s\n", "GFLOP/s", "forward", "dx", "dw", "peak");
    for (size_t i = 0; i < RT_COUNT(shapes); i++)
        measure(&pass, &shapes[i]);
    rt_pool_free(pool);
    return 0;
}
