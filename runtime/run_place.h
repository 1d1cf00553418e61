/* run_place.h -- where a run directory comes to be: whole, under its name, over no other. */
#ifndef RT_RUN_PLACE_H
#define RT_RUN_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

typedef struct {
    char *path;                     /* its name in the end */
    char *beside;                   /* a directory next to it, in which it is made */
    const char *name;               /* NULL: `path` was asked for; else runs/<name>-<seed> ... */
    uint64_t seed;
    int number;                     /* ... and a number, where that is taken */
} rt_place;

/* Is `path` free?  Else *e says so. */
bool rt_place_is_free(const char *path, rt_error *e);

/* Makes the directory beside `path` (NULL: runs/<name>-<seed>), with those above it. */
bool rt_place_make(rt_place *p, const char *path, const char *name, uint64_t seed, rt_error *e);

/* Moves it to its name: to the next number of the default one, if that has come to be there. */
bool rt_place_take(rt_place *p, rt_error *e);

/* Where nothing was `kept`, what was made is removed. */
void rt_place_end(rt_place *p, bool kept);

#endif
