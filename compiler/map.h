/* map.h -- a table from names (or other pointers) to pointers, in the order of insertion. */
#ifndef MAP_H
#define MAP_H

#include "arena.h"

typedef struct {
    const void **key;
    void **value;
    int n;
    int *slot;                      /* open addressing over 1 + index, made when the table grows */
    int n_slots;                    /* a power of two, or 0 */
} Map;

void *map_get(const Map *m, const void *key);               /* NULL if there is none */
void map_put(Map *m, const void *key, void *value, Arena *a);   /* replaces */

#endif
