/* figures.h -- numbers as reports for people print them. */
#ifndef RT_FIGURES_H
#define RT_FIGURES_H

#include <stddef.h>
#include <stdint.h>

enum { RT_FIGURE = 32 };            /* room for one */

/* Three significant digits from 0.001 to 9999, two and an exponent beyond: "0.512", "3.1e-15". */
const char *rt_figure(char out[RT_FIGURE], double x);
/* A fraction as percents: "0 %", "0.4 %", "98 %". */
const char *rt_percent(char out[RT_FIGURE], double fraction);
/* Digits in groups: "83,978". */
const char *rt_grouped(char out[RT_FIGURE], uint64_t n);

/* Appends to the text that stands in out, as far as there is room. */
void rt_append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
