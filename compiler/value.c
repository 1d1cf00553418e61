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

const char *real_text(double x, Arena *a)
{
    char text[40];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    return arena_printf(a, "%s%s", text, strpbrk(text, ".en") ? "" : ".0");
}
