/* figures.h -- numbers as reports for people print them. */
#ifndef RT_FIGURES_H
#define RT_FIGURES_H

#include <stddef.h>
#include <stdint.h>

enum { RT_FIGURE = 32 };            /* room for one */

/* Three significant digits from 0.001 to 9999, two and an exponent beyond: "0.512", "3.1e-15". */
const char *rt_figure(char out[RT_FIGURE], double x);
/* The size of a difference in decades: "11.4", "0.61", "0.02". */
const char *rt_decades(char out[RT_FIGURE], double decades);
/* A difference in decades with its sign: "+0.18", "-11.4"; beyond what is told apart ">+99". */
const char *rt_signed_decades(char out[RT_FIGURE], double decades);
/* A loss: "2.3034", "1.2e5". */
const char *rt_loss_figure(char out[RT_FIGURE], double x);
/* A limit: four significant digits, no needless zeros: "2.303", "0.1", "1e-9". */
const char *rt_amount(char out[RT_FIGURE], double x);
/* A fraction as percents: "0 %", "0.4 %", "98 %". */
const char *rt_percent(char out[RT_FIGURE], double fraction);
/* Digits in groups: "83,978". */
const char *rt_grouped(char out[RT_FIGURE], uint64_t n);

/* Appends to the text that stands in out, as far as there is room. */
void rt_append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
