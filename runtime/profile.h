/* profile.h -- where the time of training steps goes, stamped at the boundaries of layers.
 *
 * Generated code tells them by its calls of rt_watch_output, at the end of each layer forward, or
 * of rt_batchnorm_stats, which records the layer before (and counts that for the norm, since it is
 * next to nothing), and of rt_watch_delta, where a layer's backward work begins; the recurrent
 * kernels tell of theirs.
 * A layer without these (a pool, a dropout) counts for the one behind it, in both directions; so
 * does the slope of an activation, which the gradient of the layer behind it passes through on its
 * way. */
#ifndef RT_PROFILE_H
#define RT_PROFILE_H

#include "net.h"

/* What is beside the layers. */
typedef enum {
    RT_AT_DATA, RT_AT_LOSS, RT_AT_UPDATE, RT_AT_WATCHING, RT_AT_OTHER, RT_PROFILE_PARTS
} rt_profile_part;

/* What whole steps took, each: a mean hides the disturbed ones. */
typedef struct {
    double *seconds;                /* [n], in the order of the steps until rt_profile_within */
    int64_t n, room;
} rt_step_times;

typedef struct rt_profile {
    const rt_net *net;
    const char *memory;             /* of the pass: the rt_watch of a layer stands in it */
    double *forward, *backward;     /* [net->n_layers], seconds of all steps */
    double part[RT_PROFILE_PARTS];
    double last, *open;             /* when the clock was read, and whose the time since then is */
    int *order, n_order, at;        /* layers of the marks of a pass, as they came in the first */
    int64_t steps, rows;
    double began;                   /* when this step did */
    rt_step_times plain, watched;   /* of steps that were not and that were watched */
} rt_profile;

bool rt_profile_new(rt_profile *p, const rt_net *net, const void *memory, rt_error *e);
void rt_profile_free(rt_profile *p);

/* p may be NULL everywhere below: then nothing is measured. */
void rt_profile_start_step(rt_profile *p, int64_t rows);
void rt_profile_end_step(rt_profile *p, bool watched);
/* What follows belongs to `next`; a pass begins with its data. */
void rt_profile_turn(rt_profile *p, rt_profile_part next);
void rt_profile_output(rt_profile *p, const rt_watch *w);       /* the layer's forward work ends */
void rt_profile_delta(rt_profile *p, const rt_watch *w);        /* its backward work begins */
void rt_profile_watched(rt_profile *p);     /* since the last mark it was watching */
void rt_profile_watched_within(rt_profile *p, double seconds);  /* ... so many seconds of it */

/* Seconds within which this share of the steps, in (0, 1], was done.  Sorts them; 0 of none. */
double rt_profile_within(rt_step_times *t, double share);

#endif
