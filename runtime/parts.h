/* parts.h -- what is recorded of a batch that runs in parts: each part joins those before it, so
 * that after the last the record is that of the whole batch. */
#ifndef RT_PARTS_H
#define RT_PARTS_H

#include "net.h"

/* A unit of a layer's output over the parts so far. */
typedef struct {
    double mean, var;
    bool alive;                     /* its slope was not 0 everywhere */
} rt_unit_part;

typedef struct {
    const rt_watch *watch;
    rt_unit_part *unit;             /* [units of the output] */
    double *step;                   /* [steps] of a recurrent layer: delta_rms squared */
} rt_layer_parts;

typedef struct rt_parts {
    int64_t whole, before;          /* samples of the batch, and of its recorded parts */
    rt_layer_parts *layer;          /* [n_layers], by the address of the watch */
    int n_layers;
} rt_parts;

/* For the layers of `net` whose watches stand in `memory`. */
bool rt_parts_new(rt_parts *p, const rt_net *net, const void *memory, rt_error *e);
void rt_parts_free(rt_parts *p);
/* NULL: the pass is the whole batch. */
rt_layer_parts *rt_parts_of(const rt_pass *c, const rt_watch *w);

/* Samples that are recorded already. */
static inline double rt_before(const rt_pass *c)
{
    return c->parts ? (double)c->parts->before : 0;
}

/* Samples that the mean loss is over. */
static inline double rt_whole_rows(const rt_pass *c)
{
    return c->parts ? (double)c->parts->whole : c->rows;
}

/* A mean over samples, from that of the parts before and that of this one. */
static inline double rt_join(const rt_pass *c, double before, double now)
{
    const double share = c->rows / (rt_before(c) + c->rows);
    return share < 1 ? (1 - share) * before + share * now : now;
}

/* The same of a mean and a variance.  Chan, Golub and LeVeque 1983, "Algorithms for computing the
 * sample variance". */
static inline void rt_join_unit(const rt_pass *c, rt_unit_part *u, double *mean, double *var)
{
    const double share = c->rows / (rt_before(c) + c->rows), apart = *mean - u->mean;

    if (share < 1) {
        *var = (1 - share) * u->var + share * *var + share * (1 - share) * apart * apart;
        *mean = u->mean + share * apart;
    }
    u->mean = *mean;
    u->var = *var;
}

#endif
