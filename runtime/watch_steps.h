/* watch_steps.h -- what is recorded of a recurrent layer's gradient, counted by the tiles of
 * samples that walk its steps, while these are in their caches. */
#ifndef RT_WATCH_STEPS_H
#define RT_WATCH_STEPS_H

#include "recurrent.h"

/* What a tile has counted. */
typedef struct {
    rt_counts counts;
    double seconds;                 /* that this took, where the pass has a profile */
} rt_tile_counts;

typedef struct {
    rt_pass *pass;
    rt_watch *watch;                /* NULL: nothing is recorded */
    const rt_walk *all;
    int m, tiles;
    const rt_real *dz;
    rt_tile_counts *tile;           /* [tiles], or NULL: tiles count nothing */
    double *squares;                /* [tiles][steps], sums of squares */
} rt_step_watch;

#define rt_watch_walk RT_NAME(rt_watch_walk)
#define rt_count_step RT_NAME(rt_count_step)
#define rt_record_steps RT_NAME(rt_record_steps)

/* The backward work of a layer begins, of which tiles will write dz[n][steps][m].  `w` may be NULL:
 * it is not watched. */
rt_step_watch rt_watch_walk(rt_pass *c, rt_watch *w, const rt_walk *all, int m, const rt_real *dz);

/* Of a tile that has written dz of step number k from 0, and of those behind it. */
void rt_count_step(const rt_step_watch *s, const rt_walk *t, int tile, int k);

/* ... when all tiles have written all steps. */
void rt_record_steps(const rt_step_watch *s);

#endif
