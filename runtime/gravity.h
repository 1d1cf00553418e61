/* gravity.h -- how many of the decades that a gradient loses or gains through time count.
 *
 * One measure for the warnings and repairs of the compiler and for the verdicts of a run. */
#ifndef RT_GRAVITY_H
#define RT_GRAVITY_H

#include <math.h>
#include <string.h>

/* What arrives at a layer inside a residual: its own dL/dz, or what the skip carries past it where
 * that is more.  A body that is scaled down (ReZero, Bachlechner et al. 2020; LayerScale, Touvron
 * et al. 2021) gets so much less, and trains: its smallness says nothing of the layers behind. */
static inline double rt_arrives(double delta, double carried)
{
    return isnan(delta) || !(carried > delta) ? delta : carried;
}

/* Gates open in training, so a gated cell learns what its start does not promise.  On the adding
 * problem an rnn that loses 1.7 decades (50 steps) does not learn, an lstm that loses 2.5 (100) and
 * a gru that loses 25 (200) do. */
static inline double rt_decades_lost(const char *kind, double decades)
{
    return !strcmp(kind, "lstm") ? decades / 3 : !strcmp(kind, "gru") ? decades / 20 : decades;
}

/* What grows is bounded by a clip, but for the direction. */
static inline double rt_decades_gained(int clipped, double decades)
{
    return clipped ? decades / 3 : decades;
}

/* Noted, warned of, grave: the rows vanishing-gradient and exploding-gradient, recurrent-vanishing,
 * recurrent-clip of warnings.def.  What optimisers that rescale gradients lose, and what norms and
 * skips let grow, counts one decade less. */
static const double rt_flow_limit[3] = { 1, 2, 3 };
static const double rt_lost_limit[3] = { 1, 3, 6 }, rt_gained_limit[3] = { 0.7, 1, 3 };

#endif
