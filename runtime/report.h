/* report.h -- flow, verdicts, expectations, and the writers of reports. */
#ifndef RT_REPORT_H
#define RT_REPORT_H

#include <stdio.h>

#include "history.h"

/* ---- flow.c: how the gradient fares ---------------------------------------------------------- */

/* Layers with a weight matrix but for the output layer: `first` .. `last` in net->layer; false if
 * there are fewer than two, and the flow is 1. */
bool rt_flow_ends(const rt_net *net, int *first, int *last);
/* delta_rms at the first of them over that at the last; NaN where it is not known. */
double rt_flow(const rt_net *net, const rt_record *r);
/* The same between the first and the last of the layers that a name takes in ("h", "stage[1]"). */
double rt_flow_of(const rt_net *net, const rt_record *r, const char *name);
/* Least squares of log10 delta_rms against depth: decades per layer, r2 of the fit. */
double rt_decades_per_layer(const rt_net *net, const rt_record *r, double *r2);

/* ---- verdict.c -------------------------------------------------------------------------------- */

typedef struct {
    int layer;                      /* index, or -1: the whole net */
    const char *verdict;            /* vanishing exploding dead saturated symmetric underflow
                                     * clip-bound stalled diverged */
    char reason[256];               /* with the numbers */
    char edit[160];                 /* to the .net */
} rt_verdict;

/* Fills at most `max`, the gravest first; returns how many. */
int rt_verdicts(const rt_history *h, rt_verdict *out, int max);

/* ---- expect.c ---------------------------------------------------------------------------------- */

/* Runs the program's `expect` block over the history; false if a condition does not hold. */
bool rt_expect_all(rt_history *h, const rt_notes *notes);

/* ---- writers ------------------------------------------------------------------------------------ */

typedef struct {
    FILE *out;
    bool color, utf8, full;         /* full: every layer of a repeat */
    int width;                      /* columns, 80 */
} rt_style;

/* A format of report: any of its functions may be NULL.  One row in report.c adds it. */
typedef struct {
    const char *name;               /* "text", "json" */
    void (*step)(const rt_history *h, const rt_style *s);      /* after a watched step */
    void (*epoch)(const rt_history *h, const rt_style *s);     /* after an epoch */
    void (*summary)(const rt_history *h, const rt_style *s);   /* at the end */
} rt_writer;

extern const rt_writer rt_text_writer, rt_json_writer;

#endif
