/* findings.h -- what the rules of verdicts share. */
#ifndef RT_FINDINGS_H
#define RT_FINDINGS_H

#include <stdio.h>

#include "cause.h"
#include "figures.h"

enum {
    RT_FINDINGS = 64,
    RT_SUSTAINED = 3                /* watched steps that show what one alone does not */
};

typedef struct {
    const rt_history *h;
    rt_verdict v[RT_FINDINGS];
    int n;
} Findings;

/* NULL where there is no room left. */
rt_verdict *rt_find(Findings *f, const char *verdict, int layer, int gravity);
bool rt_has_found(const Findings *f, const char *verdict);

#define SAY(v, ...) rt_append((v)->reason, sizeof (v)->reason, __VA_ARGS__)

/* exploding, or else vanishing, through time: of recurrent layers */
void rt_judge_time(Findings *f, bool growing);
/* Writes how to start the recurrent weights smaller; false: the layer is not recurrent. */
bool rt_edit_recurrent_init(const rt_net *net, int layer, rt_verdict *v);
/* vanishing exploding clip-bound diverged */
void rt_judge_net(Findings *f);
/* diverged */
void rt_judge_divergence(Findings *f);
/* symmetric dead saturated underflow stalled */
void rt_judge_layers(Findings *f);

#endif
