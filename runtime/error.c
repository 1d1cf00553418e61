/* error.c -- format the sentence that says what went wrong. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

_Bool rt_fail(rt_error *e, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(e->text, sizeof e->text, format, arguments);
    va_end(arguments);
    for (char *p = e->text; *p; p++) {      /* names out of files must not steer a terminal */
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    }
    return 0;
}
