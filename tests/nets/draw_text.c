/* draw_text.c -- random numbers and text. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

/* ---- Random numbers: splitmix64 (Steele, Lea and Flood 2014) ---- */

static uint64_t next(Draw *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Seeds that follow one another start far apart. */
void scatter(Draw *d)
{
    d->state = next(d);
}

int below(Draw *d, int n)
{
    return (int)(next(d) % (uint64_t)n);
}

int between(Draw *d, int from, int to)
{
    return from + below(d, to - from + 1);
}

bool chance(Draw *d, int percent)
{
    return below(d, 100) < percent;
}

/* One of 100 equal parts of the range, so that it is written in few digits. */
double real_between(Draw *d, double from, double to)
{
    char text[32];

    snprintf(text, sizeof text, "%.2g", from + (to - from) * below(d, 101) / 100);
    return strtod(text, NULL);
}

const char *pick(Draw *d, const char *const *words)
{
    int n = 0;

    while (words[n])
        n++;
    return words[below(d, n)];
}

/* ---- Text ---- */

static void reserve(Text *t, size_t n)
{
    if (t->n + n + 1 <= t->room)
        return;
    t->room = 2 * (t->n + n + 1);
    t->at = realloc(t->at, t->room);
    if (!t->at) {
        fputs("draw: out of memory\n", stderr);
        exit(1);
    }
}

static void text_vadd(Text *t, const char *format, va_list ap)
{
    va_list again;

    va_copy(again, ap);
    const int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    reserve(t, (size_t)n);
    vsnprintf(t->at + t->n, (size_t)n + 1, format, ap);
    t->n += (size_t)n;
}

void text_add(Text *t, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_vadd(t, format, ap);
    va_end(ap);
}

void put(Draw *d, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_vadd(&d->line, format, ap);
    va_end(ap);
}

void end_line(Draw *d)
{
    text_add(d->out, "%*s%s\n", 4 * d->indent, "", d->line.at);
    d->line.n = 0;
}

void open_body(Draw *d)
{
    put(d, " {");
    end_line(d);
    d->indent++;
}

void next_body(Draw *d, const char *word)
{
    d->indent--;
    put(d, "} %s", word);
}

void close_body(Draw *d)
{
    d->indent--;
    put(d, "}");
    end_line(d);
}

void new_name(Draw *d, const char *stem, char name[NAME])
{
    snprintf(name, NAME, "%s%d", stem, ++d->counter);
}
