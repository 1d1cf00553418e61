/* flow_random.c -- random numbers for probes: SplitMix64, and Box and Muller's normals. */
#include "flow_walk.h"

#include <math.h>

static const uint64_t STEP = 0x9e3779b97f4a7c15u;

enum { MOST_KEPT = 1 << 16 };       /* normals of a seed: those of a softmax of 10 units */

double flow_uniform(Flow *f)
{
    uint64_t z = f->generator.random += STEP;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

void flow_seed(Flow *f, uint64_t seed)
{
    f->generator = (Generator){ .random = seed,
                                .kept = seed < FEW_SEEDS ? &f->tables->kept[seed] : NULL };
}

static void draw_pair(Flow *f, double pair[2])
{
    const double r = sqrt(-2 * log(flow_uniform(f)));
    const double angle = 6.283185307179586 * flow_uniform(f);

    pair[0] = r * cos(angle);
    pair[1] = r * sin(angle);
}

/* A pair takes two uniforms, also where it was drawn before. */
static double next_kept(Generator *g)
{
    g->random += g->at % 2 ? 0 : 2 * STEP;
    return g->kept->x[g->at++];
}

double flow_normal(Flow *f)
{
    Generator *g = &f->generator;
    Normals *kept = g->kept;
    double pair[2];

    if (kept && g->at < kept->n)
        return next_kept(g);
    if (g->has_spare) {
        g->has_spare = false;
        return g->spare;
    }
    draw_pair(f, pair);
    if (kept && kept->n < MOST_KEPT) {
        if (!kept->x)
            kept->x = arena_array(f->tables->arena, double, MOST_KEPT);
        kept->x[kept->n++] = pair[0];
        kept->x[kept->n++] = pair[1];
        g->at++;
    } else {
        g->has_spare = true;
        g->spare = pair[1];
    }
    return pair[0];
}
