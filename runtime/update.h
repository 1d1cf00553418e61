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
    double penalty;                 /* out of rt_penalty: what it adds to the loss */
    double norm_before, norm_after; /* out: L2 norm of all gradients, before and after the clip */
    bool clipped;                   /* out: the clip changed something */
};

#endif
