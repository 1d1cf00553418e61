/* base.c -- ends the program on a mistake of our own. */
#include "base.h"

#include <stdarg.h>
#include <stdlib.h>

void bug_at(const char *file, int line, const char *format, ...)
{
    va_list ap;

    fprintf(stderr, "netc: internal error at %s:%d: ", file, line);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputs("\nnetc: this is a mistake in netc, not in your file; please report it\n", stderr);
    abort();
}
