/* forecast.h -- what is foretold of a net at initialisation. */
#ifndef FORECAST_H
#define FORECAST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct Layer;
struct Model;

/* What is forecast of one layer: medians over the draw of the weights. */
typedef struct {
    const char *path;               /* as reports print it: "h[3]" */
    const struct Layer *layer;
    int join;                       /* residual sum that it is in the body of, the inmost; or -1 */
    double act_rms, z_rms, z_mean;
    double correlation;             /* of two samples' pre-activations */
    double delta_rms;               /* of a sample's own loss, as in the reports */
    double carried;                 /* of it, what skips carry past the layer, the most of those
                                     * that it stands within; of a residual, what its skip does */
    bool rests;                     /* a residual's scale, which starts at 0, leaves it without */
    bool awaits;                    /* a trained scale around it, which starts small */
    double grad_norm;               /* of dLoss/dW, as in the reports; NAN without a weight */
    double loss_norm;               /* ... without what a penalty adds */
    double scale_grad;              /* of a residual with a trained scale: dLoss/dscale, */
    double body_rms;                /* and the RMS of what the scale multiplies */
    double spread;                  /* standard deviation over seeds of log10 of both gradients */
    double saturated, dead;
    double first_rms, last_rms, decades_per_step;   /* delta by step, where layer->steps */
    const char *rough;              /* why the theory is rough here, or NULL */
} FlowLayer;

/* The second moments of one sample, of two of different classes, of two of one class; [places]. */
enum { MOMENTS_SAME, MOMENTS_OTHER, MOMENTS_KIN, MOMENTS_PAIRS };
enum { MOMENTS_UNITS = 1024 };

/* A unit's values for a sample, one of another class and one of its class; or, of a gradient, its
 * square and its products with theirs in units of their means. */
typedef struct {
    double x[MOMENTS_PAIRS];
} Neuron;

/* The data by itself, where it could be read. */
typedef struct {
    int64_t samples;                /* to train from; 0: not known */
    int64_t read;                   /* that the rest is taken from; 0: the data is not known */
    double constant;                /* share of the inputs that are the same in all samples */
    double least, largest;          /* input */
    int64_t class;                  /* the most frequent, */
    double class_share;             /* and the share of the samples that are of it; 0: no classes,
                                     * or not all samples were looked at */
    const double *input, *target;   /* of all samples that were read; NULL: none */
    int64_t inputs, targets;
} DataFacts;

/* The data as the recursions want it: of scaled and normalised inputs. */
typedef struct {
    double square;                  /* E x^2 */
    double other, kin;              /* E x_a x_b / E x^2 of two samples */
    double mean;
    double pair_var;                /* variance of x_a.x_b / E |x|^2 over pairs of samples */
    double norm_var;                /* variance of ln |x|^2 over samples */
    const double *place[MOMENTS_PAIRS];     /* by place (pixel, step); NULL: all places alike */
    double apart[MOMENTS_PAIRS];    /* E x_a(p) x_b(p') over the root of both squares, p' != p */
    /* ... of two pixels by their displacement, [.. + 1][2 near_across + 1]; NULL: all alike */
    const double *near[MOMENTS_PAIRS];
    int64_t near_across;
    const double *word[MOMENTS_PAIRS];      /* of an embedding's input: probability that ... */
    double word_apart[MOMENTS_PAIRS];       /* ... both hold the same word; NULL: all words alike */
    const Neuron *unit;             /* [MOMENTS_UNITS]: of all inputs in turn; NULL: as normal */
    const double *unit_rows;        /* [MOMENTS_UNITS][rows]: over a batch, unit's first */
    int rows;
    double same_class;              /* probability that two samples share the class */
    const double *label_same;       /* [label_steps]: ... at each step, where steps have labels of
                                     * their own; or NULL */
    int64_t label_steps;
    double label_within, label_apart;       /* ... at two steps of one sample, of two */
    double target_mean, target_square;      /* of a target vector */
    double target_other, target_kin;        /* E t_a t_b */
    const char *from;               /* what the inputs are taken for: "unit normal inputs" */
    const char *why;                /* ... where the data could not be read; else NULL */
    DataFacts facts;
} InputMoments;

typedef struct Forecast {
    FlowLayer *layer;               /* with a gradient, in source order, repeats unrolled */
    int n;
    FlowLayer *join;                /* residual sums: act_rms of the sum, z_rms of its skip */
    int n_joins;
    double flow, decades_per_layer; /* as in the reports */
    double gained;                  /* decades that what arrives (rt_arrives) at the first layer is
                                     * over that at the last hidden one; -INFINITY: nothing does */
    const FlowLayer *opener;        /* its weights start at 0, so that nothing comes past it before
                                     * its first update, and `gained` is NAN; NULL: none */
    bool opens;                     /* that is the output, and there is a flow behind it */
    const struct Forecast *opened;  /* what it is with that update, where it opens; else NULL */
    double opener_rms;              /* in that, of the opener's weights; else 0 */
    double spread;                  /* of log10 flow */
    double loss;                    /* at step 0, with the penalty */
    double penalty;                 /* of l1 and l2 */
    int64_t batch;                  /* as set, or all samples where there are fewer */
    double grad_norm;               /* of the whole gradient */
    double step_length;             /* of the first steps, over what such a net bears */
    InputMoments input;
    const char *rough;
    bool too_large;                 /* for a forecast: no layers, no numbers; `rough` says why */
} Forecast;

/* RMS of what arrives at a layer: its own gradient, or what is carried past it. */
double flow_arrives(const FlowLayer *row);
/* 1, 2 or 5 times a power of ten: the last that is not over x. */
double round_down(double x);
/* Of the global norm: about what a step has at the start; 0: that is not known. */
double forecast_clip(const Forecast *f);

/* Samples of an epoch, as far as the source says; more than 1000 change little. */
double forecast_epoch(const struct Model *m);
/* Share of the units of a dense relu layer that are zero for all of them; 0 for other layers. */
double forecast_dead(const FlowLayer *l, const struct Model *m);

/* `--dump=flow` */
void flow_dump(const Forecast *f, FILE *out);

#endif
