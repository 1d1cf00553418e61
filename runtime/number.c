/* number.c -- a decimal number in text, in any locale. */
#include "number.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_EXACT = 15,                /* so many decimal digits always fit 53 bits */
    MOST_TEN = 22,                  /* 10^22 is the largest power of ten that is a double */
    LONGEST = 1023                  /* characters of a number */
};

typedef struct {
    const char *at, *end;
    uint64_t mantissa;              /* the digits so far, without leading zeros */
    int digits;                     /* how many of them */
    int scale;                      /* power of ten that the mantissa is to be multiplied by */
} scan;

static bool is_digit(const scan *s) { return s->at < s->end && *s->at >= '0' && *s->at <= '9'; }

static bool take(scan *s, char c)
{
    const bool there = s->at < s->end && *s->at == c;
    s->at += there;
    return there;
}

/* Skips a sign; true for minus. */
static bool minus(scan *s)
{
    if (take(s, '-'))
        return true;
    take(s, '+');
    return false;
}

/* A run of digits; returns how many. */
static int digits(scan *s, bool fraction)
{
    const char *begin = s->at;
    for (; is_digit(s); s->at++) {
        if (s->digits <= MOST_EXACT)
            s->mantissa = s->mantissa * 10 + (uint64_t)(*s->at - '0');
        s->digits += s->mantissa != 0;
        s->scale -= fraction;
    }
    return (int)(s->at - begin);
}

/* What stands after the e.  An exponent beyond any double's is as good as its first digits. */
static bool exponent(scan *s)
{
    const bool negative = minus(s);
    int value = 0;
    if (!is_digit(s))
        return false;
    for (; is_digit(s); s->at++)
        value = value < 100000 ? value * 10 + (*s->at - '0') : value;
    s->scale += negative ? -value : value;
    return true;
}

static bool scan_number(scan *s)
{
    const int whole = digits(s, false);
    const int part = take(s, '.') ? digits(s, true) : 0;
    if (whole + part == 0)
        return false;
    if ((take(s, 'e') || take(s, 'E')) && !exponent(s))
        return false;
    return s->at == s->end;
}

/* strtod in the C locale, whatever the program's is. */
static double slow(const char *s, size_t n)
{
    char text[LONGEST + 1];
    memcpy(text, s, n);
    text[n] = '\0';
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return (double)NAN;
    const double value = strtod_l(text, NULL, c);
    freelocale(c);
    return value;
}

/* Clinger 1990: a product or quotient of two exact doubles is rounded once, so correctly. */
static double fast(const scan *s)
{
    static const double ten[MOST_TEN + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                             1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                             1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const double m = (double)s->mantissa;
    return s->scale < 0 ? m / ten[-s->scale] : m * ten[s->scale];
}

rt_number_kind rt_number(const char *text, size_t n, double *value)
{
    scan s = {.at = text, .end = text + n};
    const bool negative = minus(&s);
    if (n > LONGEST || !scan_number(&s))
        return RT_NO_NUMBER;
    if (s.digits <= MOST_EXACT && s.scale >= -MOST_TEN && s.scale <= MOST_TEN)
        *value = negative ? -fast(&s) : fast(&s);
    else
        *value = slow(text, n);
    return isfinite(*value) ? RT_NUMBER : RT_NUMBER_TOO_LARGE;
}
