/* unit_sums.h -- sums of a layer's outputs by unit, a block of units at a time. */
#ifndef RT_UNIT_SUMS_H
#define RT_UNIT_SUMS_H

#include "channels.h"
#include "tallies.h"

/* Outputs y[n][channels][inner] of an activation with parameter a, of pre-activations v; v is y
 * where the slope is known by y. */
typedef struct {
    rt_planes p;
    rt_activation act;
    double a;
    rt_real flat;                   /* slopes under this are saturated */
    const rt_real *v, *y;
} rt_outputs;

/* Of the units of a block: sums about each one's first value, so that one pass gives both mean and
 * variance; its slopes. */
typedef struct {
    rt_real first[RT_CHANNEL_BLOCK];
    double sum[RT_CHANNEL_BLOCK], squares[RT_CHANNEL_BLOCK];
    uint64_t flat[RT_CHANNEL_BLOCK];            /* how many are */
    rt_bits alive[RT_CHANNEL_BLOCK];            /* 0: every slope is */
} rt_unit_sums;

#define rt_sum_units RT_NAME(rt_sum_units)

/* Adds a block to *u, which is 0; slopes but of what is linear, or a softmax. */
void rt_sum_units(const rt_outputs *o, rt_block block, rt_unit_sums *u);

#endif
