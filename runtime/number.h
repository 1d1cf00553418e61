/* number.h -- a decimal number in text, in any locale. */
#ifndef RT_NUMBER_H
#define RT_NUMBER_H

#include <stddef.h>

typedef enum { RT_NUMBER, RT_NO_NUMBER, RT_NUMBER_TOO_LARGE } rt_number_kind;

/* The n characters at s, all of them: [+-] digits [. digits] [e [+-] digits], with a digit before
 * or after the dot.  Neither spaces, hexadecimals, inf nor nan.  Rounded correctly. */
rt_number_kind rt_number(const char *s, size_t n, double *value);

#endif
