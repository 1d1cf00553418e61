/* cells.c -- equal pieces of memory out of blocks, each as large as all before it up to a limit. */
#include "cells.h"
#include "alloc.h"

#include <stdint.h>
#include <stdlib.h>

/* MOST_BYTES: of a block of more than one cell.  Huge pages would take longer where a machine is a
 * guest, whose host has to find each of them when it is first touched. */
enum { CELL_ALIGNMENT = 64, FIRST_CELLS = 4, MOST_BYTES = 1 << 20 };

struct rt_cell {
    rt_cell *next;
};

struct rt_cell_block {
    _Alignas(CELL_ALIGNMENT) rt_cell_block *before;     /* cells stand behind it */
};

static size_t bytes_of_cell(const rt_cells *c)
{
    const size_t least = c->size > 0 ? c->size : 1;
    return (least + CELL_ALIGNMENT - 1) / CELL_ALIGNMENT * CELL_ALIGNMENT;
}

static size_t cells_of_next_block(const rt_cells *c)
{
    const size_t fit = (MOST_BYTES - sizeof(rt_cell_block)) / bytes_of_cell(c);
    const size_t most = fit > 0 ? fit : 1, wanted = c->cells > 0 ? c->cells : FIRST_CELLS;
    return wanted < most ? wanted : most;
}

static bool take_block(rt_cells *c, const char *what, rt_error *e)
{
    if (c->size > SIZE_MAX / 2)
        return rt_fail(e, "%s: %zu bytes are more than this machine's memory holds", what, c->size);
    const size_t cells = cells_of_next_block(c);
    rt_cell_block *b = rt_alloc_pages(sizeof *b + cells * bytes_of_cell(c), what, e);
    if (!b)
        return false;
    b->before = c->block;
    c->block = b;
    c->next = (char *)(b + 1);
    c->left = cells;
    c->cells += cells;
    return true;
}

void *rt_cell_take(rt_cells *c, const char *what, rt_error *e)
{
    rt_cell *idle = c->idle;

    if (idle) {
        c->idle = idle->next;
        return idle;
    }
    if (c->left == 0 && !take_block(c, what, e))
        return NULL;
    void *cell = c->next;
    c->next += bytes_of_cell(c);
    c->left--;
    return cell;
}

void rt_cell_give(rt_cells *c, void *cell)
{
    rt_cell *idle = cell;
    idle->next = c->idle;
    c->idle = idle;
}

void rt_cells_free(rt_cells *c)
{
    for (rt_cell_block *b = c->block, *before; b; b = before) {
        before = b->before;
        free(b);
    }
    *c = (rt_cells){ .size = c->size };
}
