/* flow_walk.h -- between flow.c, which walks the units, and the files with a rule an operator. */
#ifndef FLOW_WALK_H
#define FLOW_WALK_H

#include "flow.h"

/* One instance of a unit: its tensors as they are found, forward and then back. */
typedef struct Trace {
    const Graph *g;
    Kernel **kernel;                /* by NodeId */
    Gradient **gradient;
    struct Trace **call;            /* by NodeId of a CALL or REPEAT: [count] instances */
    FlowLayer *row;                 /* by layer of the unit */
    struct Bend **bend;             /* by NodeId of an activation: its integrals, flow_act.c */
    struct Largest **largest;       /* by NodeId of a max_pool: what was sampled, flow_pool.c */
    struct Drawn **drawn;           /* by NodeId of a recurrent layer: cells; flow_recurrent.c */
} Trace;

/* Normals from a seed on, as far as they were drawn: every loss and pool asks for the same. */
typedef struct {
    double *x;
    int64_t n;
} Normals;

/* Of the probes; `at` counts what was taken of `kept`, which may be NULL. */
typedef struct {
    uint64_t random;
    double spare;                   /* the second normal of a pair, while has_spare */
    bool has_spare;
    Normals *kept;
    int64_t at;
} Generator;

/* Integrals that were taken. */
typedef struct {
    Act act;
    double v, m;
    Moments moments;
} Integrals;

enum { FEW_SEEDS = 3, FEW_INTEGRALS = 4 };

/* What all walks of a forecast share. */
typedef struct {
    Arena *arena;
    const Gauss *gauss;
    const double *strata;           /* [NEURONS]: flow_neurons.c: quantiles of the normal */
    Normals kept[FEW_SEEDS];        /* by seed */
    Integrals last[FEW_INTEGRALS];  /* newest first */
    int n_last;
} Tables;

typedef struct {
    Arena *arena;
    Tables *tables;
    const Model *model;
    double batch;
    double same_class;
    double pairs[PAIRS];            /* how many samples stand to one as SAME, OTHER, KIN */
    InputMoments input;
    double loss;
    const char *rough;              /* of the whole */
    /* of the samples' own norms, up to the first norm: the product of slopes d ln q' / d ln q and
     * its largest, and the variance of ln q; over vectors alone */
    double norm_slope, norm_gain, norm_var;
    bool normalised, has_places;
    bool blurred;                   /* sums of residuals are bent at several places: flow_blur */
    double recurrent;               /* layers, over which the work of probes is divided */
    int small_norms;                /* batch norms over maps of 2 to SMALL_MAP places */
    Generator generator;
    const Layer *open;              /* its weights are not 0, as at the start, but have open_var */
    double open_var;
} Flow;

/* The rule of one operator: what it makes of its inputs' kernels, and of its output's gradient. */
typedef struct {
    void (*forward)(Flow *f, Trace *t, NodeId y);
    void (*backward)(Flow *f, Trace *t, NodeId y, const Gradient *dy);
} FlowRule;

/* ---- flow_rows.c --------------------------------------------------------------------------- */

/* The layers of all instances, and the residuals, in source order. */
void flow_rows(const Trace *t, Arena *a, Forecast *out);
/* The flow and the norm of the whole gradient, of layers that are there. */
void flow_measure(Forecast *out);

/* flow_penalty.c: adds the penalties to the loss and to the norms. */
void flow_penalise(const Settings *set, Forecast *out);

extern const FlowRule
    flow_reshape, flow_tap, flow_pick, flow_copy, flow_add, flow_mul, flow_scale, flow_scale_by,
    flow_act_y, flow_act_x, flow_softmax, flow_affine, flow_dropout, flow_batchnorm,
    flow_layernorm, flow_groupnorm, flow_conv, flow_max_pool, flow_avg_pool, flow_plane_mean,
    flow_embedding, flow_rnn, flow_lstm, flow_gru, flow_concat, flow_extract, flow_loss, flow_call,
    flow_repeat;

/* ---- flow_size.c --------------------------------------------------------------------------- */

/* A forecast without layers, where the walk would visit too many pixels and steps. */
Forecast *flow_too_large(const Program *p, const InputMoments *input, Session *s);     /* or NULL */
double flow_recurrent_layers(const Graph *g);

/* ---- flow_kernel.c: of a variance of ln x^2, the standard deviation of log10 x --------------- */

double flow_spread(double log_var);

/* ---- flow_input.c -------------------------------------------------------------------------- */

/* The kernel that the walk starts with: f->input, its squares times `factor`. */
Kernel *kernel_of_input(Flow *f, double factor);

/* ---- flow_kernel.c ------------------------------------------------------------------------- */

/* A kernel of this shape ([n], [t, n], [c, h, w]), its squares zero. */
Kernel *kernel_new(Flow *f, Shape s);
Kernel *kernel_copy(Flow *f, const Kernel *k);
Gradient *gradient_new(Flow *f, int64_t positions);
/* ... with the numbers of g, but without its squares. */
Gradient *gradient_like(Flow *f, const Gradient *g, int64_t positions);

const Kernel *kernel_in(const Trace *t, NodeId y, int i);       /* of input i of y */
/* The gradient flows into input i of y, beside what others give. */
void flow_give(Flow *f, Trace *t, NodeId y, int i, Gradient *g);

/* Adds dx's part along x to its squares, behind a product with a weight. */
void flow_along(const Kernel *x, Gradient *dx);

/* Units of x, at several places and not about zero, are made of a residual's sum. */
void flow_blur(Flow *f, const Kernel *x);

void flow_stay_infinite(Trace *t, NodeId y);    /* where an input is past all range */

double mean_of_squares(const double *square, int64_t n);
/* Sum over pairs of different places of the products of their roots: what a cross counts in. */
double roots_apart(const double *square, int64_t places);
double mixed(const Flow *f, const double value[PAIRS]);         /* of two different samples */
/* Of a sample with all of the batch. */
double batch_sum(const Flow *f, const double value[PAIRS]);

/* Sum over all pairs of places of gradient times input: what a weight shared by places collects. */
double pair_sum(const Gradient *g, int of_g, const Kernel *x, int of_x);

/* Variance and mean of one element of a weight or a bias at the start. */
typedef struct {
    double var, mean;
    bool orthogonal, symmetric;     /* symmetric: all elements are equal */
    bool identity;                  /* times `gain`, of a convolution its middle tap; var is that
                                     * of all its elements */
    double gain;
} Draw;
Draw draw_of(const Tensor *t);
const Tensor *tensor_of(const Trace *t, NodeId y, int i);       /* NULL where there is none */

/* ---- flow_identity.c: the rule of a weight that starts as the identity ----------------------- */

/* Where z has the squares and crosses of those places of x that come through. */
void identity_forward(Flow *f, const Kernel *x, Kernel *z, const Tensor *w, Draw bias);
/* Where dx has the squares of dz at the places of x that they came from. */
void identity_backward(Flow *f, const Kernel *x, const Tensor *w, const Gradient *dz, Gradient *dx);

/* ---- flow_variance.c ------------------------------------------------------------------------- */

double inverse_variance(Flow *f, const Kernel *x, const Kernel *k, const double here[PAIRS],
                        const double apart[PAIRS], double variance, double eps);

/* ---- flow_pool.c: of windows, by the tables of flow_lags.h ---------------------------------- */

/* Windows of `kernel` places: what two of them have in common, at all pairs of their places. */
typedef struct {
    const Lags *lags;
    const double *cross;
    int64_t kernel, stride;
    double factor;                  /* mean square before over that after */
} Means;

/* Of the windows of two places. */
typedef struct {
    const Gradient *dy;
    int64_t stride;
    double own[PAIRS];
} Spread;

double lag_of_means(const void *with, int s, int64_t down, int64_t across);
double lag_within(const Kernel *x, int64_t kernel, int s);   /* two different places of a window */
double lag_spread(const void *with, int s, int64_t down, int64_t across);

/* ---- flow_neurons.c -------------------------------------------------------------------------- */

enum { NEURONS = MOMENTS_UNITS };

Neurons *neurons_gaussian(Flow *f);
Neurons *neurons_of_act(Flow *f, const Kernel *z, Act act);
Neurons *neurons_of_sum(Flow *f, const Kernel *a, double of_a, const Kernel *b, double of_b);

/* Unit i of the whole is unit i * stretch of x, times the gain; past its last, zero. */
Neurons *neurons_carried(Flow *f, const Kernel *x, double gain, double stretch);
/* What stands where in such a tensor: the sample of x that its k-th is, or -1. */
int neurons_carrier(int k, double stretch);
Neurons *neurons_given(Flow *f, const Neuron *unit, double factor);     /* [NEURONS] */
/* Its units' lengths do not fluctuate beyond what they did at an activation before. */
bool neurons_settled(const Kernel *k);

Neurons *neurons_of_product(Flow *f, const Kernel *a, const Kernel *b);

/* Both come from one tensor, and no weights were between: they are not independent. */
bool neurons_related(Flow *f, const Kernel *a, const Kernel *b);
void neurons_put(Flow *f, Kernel *k);       /* k's moments are set to those of its units */

bool neurons_bent(const Kernel *k);   /* these are not Gaussian */
bool neurons_drawn(const Kernel *k);
const Neuron *neurons_of(Flow *f, const Kernel *k);     /* [NEURONS] */

/* What an activation of them comes to, into m; E phi phi of pairs in units of E phi^2. */
void neurons_moments(Flow *f, const Kernel *z, Act act, Moments *m, double value[PAIRS]);

/* E phi' phi' where dy goes with the units; and with what dz goes then. */
void neurons_slopes(Flow *f, const Kernel *z, Act act, const Gradient *dy, Gradient *dz,
                    double slope[PAIRS]);

/* Of a sum of two gradients with these means. */
Neuron *neurons_joined(Flow *f, const Neuron *a, const double of_a[PAIRS], const Neuron *b,
                   const double of_b[PAIRS]);

/* ---- Random numbers: flow_random.c ----------------------------------------------------------- */

void flow_seed(Flow *f, uint64_t seed);
double flow_uniform(Flow *f);
double flow_normal(Flow *f);
double normal_quantile(double p);   /* flow_neurons.c */

#endif
