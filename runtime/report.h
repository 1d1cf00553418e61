/* report.h -- flow, verdicts, expectations, and the writers of reports. */
#ifndef RT_REPORT_H
#define RT_REPORT_H

#include <stdio.h>

#include "history.h"

/* ---- flow.c: how the gradient fares -------------------------------------------------------- */

/* Layers with a weight matrix but for the output layer: `first` .. `last` in net->layer; false if
 * there are fewer than two, and the flow is 1. */
bool rt_flow_ends(const rt_net *net, int *first, int *last);
/* delta_rms at the first of them over that at the last: 0 where nothing arrives at the first, NaN
 * where it is not known. */
double rt_flow(const rt_net *net, const rt_record *r);
/* The same between the first and the last of the layers that a name takes in ("h", "stage[1]"). */
double rt_flow_of(const rt_net *net, const rt_record *r, const char *name);
/* RMS of what the skips around a layer carry past it, the most of them; 0: there are none. */
double rt_carried(const rt_net *net, const rt_record *r, int layer);
/* What arrives at it (gravity.h), and the decades by which it grows from the last hidden layer to
 * the first: where no body is scaled down, log10 of the flow. */
double rt_arrival(const rt_net *net, const rt_record *r, int layer);
double rt_gained(const rt_net *net, const rt_record *r);
/* Does a name of the source take in the layer at this path?  "h" and "h[3]" take in "h[3]", "stage"
 * and "stage.unit" take in "stage[1].unit.bn". */
bool rt_takes_in(const char *name, const char *path);
/* Least squares of log10 delta_rms against depth, over the layers of rt_flow: the decades that one
 * layer adds on the way back to the input (negative: the gradient vanishes), and r2 of the fit.
 * Layers with delta 0 or not finite are left out; NaN with fewer than two others. */
double rt_decades_per_layer(const rt_net *net, const rt_record *r, double *r2);

/* delta at the first step that a recurrent layer walks over that at its last; NaN where it is not
 * known. */
double rt_flow_through_time(const rt_watch *w);
/* Of the recurrent layers that a name takes in (NULL: all), the one whose flow through time is
 * furthest from 1, or one where it is not known; -1: there is none. */
int rt_furthest_in_time(const rt_net *net, const rt_record *r, const char *name);

/* ---- verdict.c ----------------------------------------------------------------------------- */

typedef struct {
    int layer;                      /* index, or -1: the whole net */
    const char *verdict;            /* vanishing exploding dead saturated symmetric underflow
                                     * clip-bound stalled diverged */
    int gravity;                    /* 1 a note, 2 a warning, 3 severe */
    char reason[400];               /* with the numbers */
    char edit[160];                 /* to the .net */
} rt_verdict;

/* Fills at most `max`, the gravest first; returns how many.  A verdict rests on step 0 or on the
 * last three watched steps, never on another single one; layers of one pattern share a verdict. */
int rt_verdicts(const rt_history *h, rt_verdict *out, int max);

/* ---- expect.c ------------------------------------------------------------------------------ */

/* Runs the program's `expect` block over the history; false if a condition does not hold.  A
 * comparison with a side that is not known does not hold. */
bool rt_expect_all(rt_history *h, const rt_notes *notes);

/* ---- writers ------------------------------------------------------------------------------- */

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
const rt_writer *rt_writer_named(const char *name);     /* NULL: there is none */

#endif
