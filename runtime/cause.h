/* cause.h -- why a gradient vanishes or explodes, and what to write instead. */
#ifndef RT_CAUSE_H
#define RT_CAUSE_H

#include "report.h"

const char *rt_activation_name(rt_activation act);
double rt_most_slope(rt_activation act);
/* "he_normal", "normal(0.01)" */
const char *rt_init_name(const rt_init *init, char *out, size_t size);
/* The RMS of a tensor as its initialiser makes it. */
double rt_init_rms(const rt_tensor *t);

/* The activation that follows a layer: its own, or a layer's before the next weights. */
rt_activation rt_activation_after(const rt_net *net, int layer);
/* The weight of a layer, or NULL. */
const rt_slot *rt_weight_of(const rt_net *net, int layer);
/* The next or the previous layer with a weight matrix, or -1. */
int rt_next_in_flow(const rt_net *net, int layer);
int rt_previous_in_flow(const rt_net *net, int layer);

bool rt_has_residuals(const rt_net *net);

/* Appends the place of a layer: "h[3] (line 12)". */
void rt_append_place(char *out, size_t size, const rt_net *net, int layer);

/* Sets v->layer to the layer that is to blame, appends the cause to v->reason, writes v->edit.  The
 * record is the one that shows it; `growing`: the gradient or, where there is none, the signal
 * explodes. */
void rt_blame(const rt_net *net, const rt_record *r, bool growing, rt_verdict *v);

/* The factors by which one layer multiplies what passes: the weights', and all else. */
typedef struct {
    double weights, rest;
    double rms;                     /* of the weights now */
    const rt_tensor *tensor;
    rt_activation act;
    int layer;                      /* whose activation, and whose statement is to be edited */
} rt_factors;

/* Writes into v->edit what would bring such a factor nearer to 1: cause_edit.c. */
void rt_mend(const rt_net *net, const rt_record *r, bool growing, const rt_factors *f,
             rt_verdict *v);
/* Writes the initialiser that suits a layer, where its own makes larger weights; else false. */
bool rt_edit_large_init(const rt_net *net, int layer, rt_verdict *v);
/* Writes what to put in place of a layer's activation or initialiser. */
void rt_write_edit(const rt_net *net, int layer, const char *change, rt_verdict *v);

#endif
