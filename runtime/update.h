/* update.h -- what rt_penalty, the clips and the optimisers work on. */
#ifndef RT_UPDATE_H
#define RT_UPDATE_H

#include "net.h"

/* Statistics of one parameter tensor at a watched step. */
typedef struct {
    rt_counts grad;                 /* of dLoss/dW with its penalty, before clipping */
    double weight_sum_squares;      /* before the update */
    double change_sum_squares;      /* of what the optimiser really added */
} rt_tensor_watch;

static inline void rt_add_counts(const rt_counts *x, rt_counts *sum)
{
    sum->count += x->count;
    sum->zero += x->zero;
    sum->subnormal += x->subnormal;
    sum->nonfinite += x->nonfinite;
    sum->sum_squares += x->sum_squares;
    for (int i = 0; i < RT_BINS; i++)
        sum->bin[i] += x->bin[i];
}

/* What rt_penalty and the clips leave to the optimiser's own sweep: a factor of the gradient. */
typedef enum { RT_UNSCALED, RT_SCALED, RT_SCALED_BY_TENSOR } rt_scaling;

struct rt_update {
    rt_pool *pool;
    const rt_settings *set;         /* the run's numbers */
    const rt_net *net;
    void *w, *g;                    /* rt_real [net->n_elements] */
    void *slot[2];                  /* the optimiser's arrays, zero at the start of training */
    int64_t step;                   /* 1 at the first update */
    double rate;                    /* the learning rate of this step, schedule applied */
    bool watching;
    rt_tensor_watch *watch;         /* [net->n_params]; written when watching */
    rt_tensor_watch *piece;         /* the same by piece (pieces.h), of which they are the sums */
    double *squares;                /* of the gradient, by piece */
    bool measured;                  /* squares, and when watching piece[].grad, are those of g */
    rt_scaling scaling;
    double scale, *tensor_scale;    /* of all, or [net->n_params] */
    double penalty;                 /* out of rt_penalty: what it adds to the loss */
    double norm_before, norm_after; /* out: L2 norm of all gradients, before and after the clip */
    bool clipped;                   /* out: the clip changed something */
};

/* Does any weight have a penalty?  Else rt_penalty leaves the gradient as it is. */
static inline bool rt_has_penalty(const rt_update *u)
{
    bool any = u->set->l1 != 0 || u->set->l2 != 0;
    for (int i = 0; i < u->net->n_params && !any; i++)
        any = u->net->param[i].tensor->l1 != 0 || u->net->param[i].tensor->l2 != 0;
    return any;
}

#endif
