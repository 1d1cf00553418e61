/* value.c -- what an expression is worth: making values. */
#include "value.h"

#include <stdlib.h>
#include <string.h>

Value value_error(Span at)
{
    return (Value){ .kind = VALUE_ERROR, .at = at };
}

Value value_int(Span at, int64_t x)
{
    return (Value){ .kind = VALUE_INT, .at = at, .integer = x, .real = (double)x };
}

Value value_real(Span at, double x)
{
    return (Value){ .kind = VALUE_REAL, .at = at, .real = x };
}

Value value_bool(Span at, bool x)
{
    return (Value){ .kind = VALUE_BOOL, .at = at, .integer = x };
}

bool value_is_number(const Value *v)
{
    return v->kind == VALUE_INT || v->kind == VALUE_REAL;
}

void real_write(double x, char text[REAL_TEXT])
{
    int digits = 1;

    do
        snprintf(text, REAL_TEXT, "%.*e", digits - 1, x);
    while (strtod(text, NULL) != x && digits++ < 17);
    char *e = strchr(text, 'e');
    if (!e)                         /* nan, inf */
        return;
    const int exponent = (int)strtol(e + 1, NULL, 10);
    const bool long_zeros = exponent > 5 && (digits <= exponent || exponent > 15);
    if (exponent < -4 || long_zeros)
        snprintf(e, REAL_TEXT - (size_t)(e - text), "e%d", exponent);
    else
        snprintf(text, REAL_TEXT, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 1, x);
}

const char *real_text(double x, Arena *a)
{
    char text[REAL_TEXT];

    real_write(x, text);
    return arena_printf(a, "%s", text);
}
