/* bars.h -- log-scale bars and profiles out of characters, and colours. */
#ifndef RT_BARS_H
#define RT_BARS_H

#include "report.h"

/* Decades: a bar is empty at 10^low and full at 10^high. */
typedef struct {
    int low, high;
} rt_axis;

/* Takes in the finite deltas of all layers, and of the first and last step of recurrent ones, in
 * the records from .. to; at least three decades. */
rt_axis rt_axis_of(const rt_history *h, int from, int to);
/* Where x stands on the axis, in 0 .. 1. */
double rt_place(const rt_axis *a, double x);

/* A bar of `share` of `width` columns; returns how many of them it leaves to the caller. */
int rt_bar(const rt_style *s, double share, int width);
/* The axis as a heading: its ends at the two ends of `width` columns. */
void rt_axis_line(const rt_style *s, const rt_axis *a, int width);
/* A character for each layer with weights, or the least of several: `width` at most. */
void rt_profile(const rt_style *s, const rt_net *net, const rt_record *r, const rt_axis *a,
                int width);

typedef enum { RT_PLAIN, RT_BOLD, RT_DIM, RT_GOOD, RT_FAIR, RT_BAD } rt_tone;
void rt_tone_on(const rt_style *s, rt_tone tone);
void rt_tone_off(const rt_style *s, rt_tone tone);

/* A paragraph, broken at blanks; `indent` blanks before all lines but the first, which stands at
 * column `at` already. */
void rt_paragraph(const rt_style *s, const char *text, int at, int indent);

#endif
