/* reals.h -- the kernels that the library itself calls, by precision.
 *
 * Sources named real_*.c are compiled twice, for float and with -DRT_DOUBLE. */
#ifndef RT_REALS_H
#define RT_REALS_H

#include "philox.h"
#include "update.h"

typedef struct rt_reals {
    size_t size;
    /* Fills t's elements at w by its initialiser; the stream is the tensor's own.  RT_ORTHOGONAL
     * does it by QR with the signs of R's diagonal (Saxe et al. 2013), conv and gates flattened to
     * [shape[0]][rest], and needs memory for that: false where there is none. */
    bool (*initialise)(const rt_tensor *t, const rt_stream *stream, void *w);
    double (*get)(const void *x, size_t i);
    void (*set)(void *x, size_t i, double value);
    bool (*all_finite)(rt_pool *pool, const void *x, size_t n);
    void (*count)(const void *x, size_t n, rt_counts *out);            /* adds to *out */
    void (*add_scaled)(rt_pool *pool, size_t n, double a, const void *x, void *y); /* y += a x */
    void (*scale)(rt_pool *pool, size_t n, double a, void *x);
    double (*peak)(rt_pool *pool);      /* the multiply-adds of this machine, in GFLOP/s */
    double (*penalty_value)(const rt_update *u);    /* what rt_penalty would add to the loss */
    void (*add_penalty)(const rt_update *u);        /* what rt_penalty does to the gradient */
    /* The L2 norm of u->g as it is; NaN or infinite where a value is.  Where there is no penalty,
     * rt_penalty takes it over, and what is recorded at a watched step. */
    double (*gradient_norm)(rt_update *u);
} rt_reals;

#endif
