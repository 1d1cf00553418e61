/* error.h -- what went wrong, in one sentence that a user can act on. */
#ifndef RT_ERROR_H
#define RT_ERROR_H

/* Functions that can fail take an rt_error, fill it and return false or NULL. */
typedef struct {
    char text[1024];                /* "train.csv:17: column 3 holds 'x', a number is wanted" */
} rt_error;

/* Formats the sentence; returns false, so that a failing function can return it. */
_Bool rt_fail(rt_error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "1 byte", "2 bytes" */
static inline const char *rt_plural(unsigned long long n) { return n == 1 ? "" : "s"; }

#endif
