/* cells.h -- many equal pieces of memory, cut from few large blocks: to ask the system for each
 * page by itself would take longer than to fill it. */
#ifndef RT_CELLS_H
#define RT_CELLS_H

#include <stddef.h>

#include "error.h"

typedef struct rt_cell rt_cell;
typedef struct rt_cell_block rt_cell_block;

/* {.size = bytes of a cell} is one without any. */
typedef struct {
    size_t size;
    rt_cell *idle;                  /* given back */
    rt_cell_block *block;           /* the latest, of which `left` cells at `next` are new */
    char *next;
    size_t left, cells;             /* cells: of all blocks */
} rt_cells;

/* A cell at a multiple of 64 bytes, with what anybody left in it; NULL with a sentence about `what`
 * where there is no memory. */
void *rt_cell_take(rt_cells *c, const char *what, rt_error *e);
/* Keeps a cell of c's for the next who takes one. */
void rt_cell_give(rt_cells *c, void *cell);
/* Frees all cells, taken or not; c is then without any. */
void rt_cells_free(rt_cells *c);

#endif
