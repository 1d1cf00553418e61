/* figures.c -- numbers as reports for people print them. */
#include "figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void shorten_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (e)
        snprintf(e, RT_FIGURE - (size_t)(e - text), "e%d", atoi(e + 1));
}

const char *rt_figure(char out[RT_FIGURE], double x)
{
    const double size = fabs(x);
    if (isnan(x)) {
        strcpy(out, "nan");
    } else if (isinf(x)) {
        strcpy(out, x > 0 ? "inf" : "-inf");
    } else if (!(size > 0)) {
        strcpy(out, "0");
    } else if (size >= 9.995e-4 && size < 9999.5) {
        const int decimals = size < 9.995e-3 ? 5 : size < 9.995e-2 ? 4 : size < 0.9995 ? 3
                           : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
        snprintf(out, RT_FIGURE, "%.*f", decimals, x);
    } else {
        snprintf(out, RT_FIGURE, "%.1e", x);
        shorten_exponent(out);
    }
    return out;
}

const char *rt_decades(char out[RT_FIGURE], double decades)
{
    const double size = fabs(decades);
    snprintf(out, RT_FIGURE, size < 9.95 ? "%.2f" : "%.1f", size);
    return out;
}

const char *rt_signed_decades(char out[RT_FIGURE], double decades)
{
    const double size = fabs(decades);
    if (isnan(decades))
        strcpy(out, "");
    else if (size > 99)
        strcpy(out, decades > 0 ? ">+99" : "<-99");
    else if (size < 0.005)
        strcpy(out, "0.00");
    else
        snprintf(out, RT_FIGURE, size < 9.95 ? "%+.2f" : "%+.1f", decades);
    return out;
}

const char *rt_amount(char out[RT_FIGURE], double x)
{
    snprintf(out, RT_FIGURE, "%.4g", x);
    shorten_exponent(out);
    return out;
}

const char *rt_loss_figure(char out[RT_FIGURE], double x)
{
    if (!(fabs(x) >= 1e-3 && fabs(x) < 1e4))
        return rt_figure(out, x);
    snprintf(out, RT_FIGURE, "%.4f", x);
    return out;
}

const char *rt_percent(char out[RT_FIGURE], double fraction)
{
    const double p = 100 * fraction;
    if (isnan(p))
        strcpy(out, "-");
    else if ((p > 0 && p < 9.95) || (p > 99 && p < 99.95))
        snprintf(out, RT_FIGURE, "%.1f %%", p < 0.1 ? 0.1 : p);
    else
        snprintf(out, RT_FIGURE, "%.0f %%", p);
    return out;
}

const char *rt_grouped(char out[RT_FIGURE], uint64_t n)
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

void rt_append(char *out, size_t size, const char *format, ...)
{
    const size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}
