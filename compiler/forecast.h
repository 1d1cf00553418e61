/* forecast.h -- what is foretold of a net at initialisation. */
#ifndef FORECAST_H
#define FORECAST_H

#include <stdio.h>

struct Layer;

/* What is forecast of one layer: medians over the draw of the weights. */
typedef struct {
    const char *path;               /* as reports print it: "h[3]" */
    const struct Layer *layer;
    double act_rms, z_rms, z_mean;
    double correlation;             /* of two samples' pre-activations */
    double delta_rms;               /* of a sample's own loss, as in the reports */
    double grad_norm;               /* of dLoss/dW; NAN without a weight */
    double spread;                  /* standard deviation over seeds of log10 of both gradients */
    double saturated, dead;
    double first_rms, last_rms, decades_per_step;   /* delta by step, where layer->steps */
    const char *rough;              /* why the theory is rough here, or NULL */
} FlowLayer;

/* The data as the recursions want it: of scaled and normalised inputs. */
typedef struct {
    double square;                  /* E x^2 */
    double other, kin;              /* E x_a x_b / E x^2 of two samples */
    double mean;
    double same_class;              /* probability that two samples share the class */
    double target_square, target_other;     /* of a target vector */
    const char *from;               /* "the data", "unit normal inputs" */
} InputMoments;

typedef struct {
    FlowLayer *layer;               /* with a gradient, in source order, repeats unrolled */
    int n;
    double flow, decades_per_layer; /* as in the reports */
    double spread;                  /* of log10 flow */
    double loss;                    /* at step 0 */
    InputMoments input;
    const char *rough;
} Forecast;

/* `--dump=flow` */
void flow_dump(const Forecast *f, FILE *out);

#endif
