/* warn.h -- between warn.c, which runs the rules of warnings.def, and the files with the rules. */
#ifndef WARN_H
#define WARN_H

#include "flow_walk.h"
#include "warn_row.h"

/* A layer with a weight, and what stands around it. */
typedef struct {
    const FlowLayer *row;
    const Graph *g;
    const Tensor *weight, *bias;    /* bias NULL: none */
    const Item *norm;               /* that its output goes to, before any activation; or NULL */
    bool batchnorm;                 /* it is one */
    bool inside;                    /* a residual or a parallel */
    Act act;                        /* that its output goes to */
    Act norm_act;                   /* that the norm's output goes to */
    Draw draw;                      /* of its weight */
    double slope_square;            /* E phi'(z)^2 */
} Site;

struct Warn {
    Session *session;
    const Program *program;
    const Model *model;
    const Forecast *forecast;
    const Gauss *gauss;
    Site *site;                   /* in source order, repeats unrolled; the last is the output's */
    int n;
    Map inside;                     /* items that a residual or a parallel stands around */
    const FlowLayer *opener;        /* the forecast is that of its first update */
    const Warning *now;             /* the row whose rule runs */
    int explains;                   /* Symptoms, as in the row; a rule may take some out */
    int from;                       /* the gravity from which on it is given */
    bool adaptive;                  /* the optimiser rescales gradients */
    double rate;                    /* lr */
    double eps;                     /* of an optimiser that rescales gradients */
    double least, largest;          /* normal numbers of the precision */
    Message *cause[N_SYMPTOMS];     /* what explains a symptom, by its bit */
    double told;                    /* decades that the first cause gave */
    Diag *silent;                   /* takes what nobody wants to read */
};

#define LIMIT(message, name, number, text) static const double name = number;
#include "warn_limits.def"
#undef LIMIT

/* ---- warn.c -------------------------------------------------------------------------------- */

/* Whether what is measured is enough for the row at work to be given. */
bool warn_reaches(const Warn *w, double measured);
/* 3 grave, 2 warned, 1 noted, 0. */
int warn_gravity(const Warn *w, double measured);

/* The warning of the row at work, which explains what the row says. */
Message *warn_say(Warn *w, double measured, Span at, const char *format, ...) PRINTF(4, 5);

/* What explains one of these symptoms; NULL: nothing, or the command line asks for this very
 * warning. */
Message *warn_cause(const Warn *w, int symptoms);

/* ---- warn_site.c --------------------------------------------------------------------------- */

void warn_sites(Warn *w);

Span warn_at(const FlowLayer *row);     /* of the layer's statement */
/* Of an argument of the layer where it is written, else of the layer. */
Span warn_argument(const Item *item, const char *name);
/* The argument, if it is written as a value of its own, so that another can stand in its place. */
const Expr *warn_plain_argument(const Item *item, const char *name);
/* Of a setting where it is written, else of the block. */
Span warn_setting(const Decl *block, const char *key);

/* Names inputs of another size than initialisers are made for. */
void warn_note_inputs(const Warn *w, Message *m);

/* "h[0] to h[29]", or "h". */
const char *warn_range(const Warn *w, int first, int last);
/* Sites of the hidden layers whose delta makes the flow; false: there are not two. */
bool warn_hidden(const Warn *w, int *first, int *last);
/* Decades that dL/dz gains over the longest chain of batch norms, by them alone; 0 where the
 * forecast is rough. */
double warn_norm_gain(const Warn *w);
/* Most hidden layers stand in branches that norms or bounded activations hold. */
bool warn_held(const Warn *w);
/* A skip, or another branch, carries the gradient past it. */
bool warn_passed(const Warn *w, const FlowLayer *row);
bool warn_bounded(ActivationKind act);
bool warn_is_norm(const Layer *layer);
/* Decades by which what arrives (rt_arrives) grows from site `last` back to site `first`. */
double warn_gain(const Warn *w, int first, int last);
/* So many decades that delta loses, or gains, as the optimiser feels them. */
double warn_lost(const Warn *w, int first, int last, double decades);
double warn_gained(const Warn *w, int first, int last, double decades);
/* RMS of an element of dLoss/dW, of the weight; NAN for recurrent layers. */
double warn_gradient_rms(const Site *p);
double warn_weight_rms(const Site *p);
int64_t warn_weights(const Site *p);

/* ---- warn_steps.c -------------------------------------------------------------------------- */

/* Of an argument of the optimiser where it is written, else of the setting. */
Span warn_optimizer(const Warn *w, const char *name);
/* The limit over what the clip compares with it; INFINITY: there is no clip. */
double warn_clip(const Warn *w);
/* RMS of a layer's first update, but for a clip; an optimiser that rescales gradients takes the
 * rate for each weight whose gradient is over its eps. */
double warn_first_update(const Warn *w, const Site *p);

/* ---- warn_open.c --------------------------------------------------------------------------- */

/* What bodies of residuals that start at zero add at once to what they are added to, over that, of
 * all together: of what grows with the sum, and of what norms and bounds keep apart from it. */
typedef struct {
    int bodies;
    double fed, apart;
    const FlowLayer *most;          /* the layer that adds most, */
    double by;                      /* so much, */
    double most_rms;                /* and the RMS of its weights */
} Opening;

Opening warn_opening(const Warn *w);
/* The last layer of such a body. */
bool warn_starts_at_zero(const Site *p);

/* The forecast with the output's weights of the usual size where they start at 0; else itself. */
const Forecast *warn_grown(const Forecast *f, Arena *arena);

/* ---- warn_rate.c --------------------------------------------------------------------------- */

/* A weight of layer i as drawn, or of the usual size where that is more. */
double warn_usual_weight(const Warn *w, int i);
/* RMS of each layer's first update over that of its weights, added up. */
double warn_share(const Warn *w);
/* How long the first steps are, over what such a net bears. */
double warn_step_length(const Warn *w);

#endif
