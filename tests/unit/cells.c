/* cells.c -- equal pieces of memory: aligned, apart from each other, taken again once given back. */
#include "cells.h"

#include <stdint.h>
#include <stdlib.h>

#include "test.h"

enum { TAKEN = 700 };

static unsigned char *cell_of(rt_cells *c, rt_error *e)
{
    return rt_cell_take(c, "records", e);
}

/* Takes TAKEN cells and writes a number of its own to each; all must still be there at the end. */
static void fill_all(rt_cells *c, unsigned char **cell)
{
    rt_error e = { 0 };

    for (int i = 0; i < TAKEN; i++) {
        cell[i] = cell_of(c, &e);
        CHECK(cell[i] && (uintptr_t)cell[i] % 64 == 0);
        if (cell[i])
            memset(cell[i], i % 251, c->size);
    }
}

static void check_all(const rt_cells *c, unsigned char *const *cell)
{
    int wrong = 0;
    for (int i = 0; i < TAKEN; i++)
        for (size_t k = 0; k < c->size; k++)
            wrong += cell[i][k] != i % 251;
    CHECK(wrong == 0);
}

TEST(cells_lie_apart)
{
    static const size_t size[] = { 0, 1, 63, 64, 65, 904, 44000, (1 << 20) + 1 };

    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        rt_cells c = { .size = size[i] };
        unsigned char *cell[TAKEN];
        fill_all(&c, cell);
        check_all(&c, cell);
        rt_cells_free(&c);
        CHECK(c.size == size[i] && c.cells == 0);
        fill_all(&c, cell);
        check_all(&c, cell);
        rt_cells_free(&c);
    }
}

TEST(what_is_given_back_is_taken_again)
{
    rt_cells c = { .size = 904 };
    rt_error e = { 0 };
    unsigned char *cell[TAKEN];

    fill_all(&c, cell);
    const size_t cells = c.cells;
    for (int round = 0; round < 10; round++) {
        for (int i = round % 2; i < TAKEN; i += 2)
            rt_cell_give(&c, cell[i]);
        for (int i = round % 2; i < TAKEN; i += 2) {
            cell[i] = cell_of(&c, &e);
            memset(cell[i], i % 251, c.size);
        }
    }
    check_all(&c, cell);
    CHECK(c.cells == cells);
    rt_cells_free(&c);
}

TEST(no_memory_is_told)
{
    static const size_t size[] = { SIZE_MAX / 16, SIZE_MAX / 4, SIZE_MAX / 2, SIZE_MAX - 3 };

    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        rt_cells c = { .size = size[i] };
        rt_error e = { 0 };
        CHECK(rt_cell_take(&c, "records of watched steps", &e) == NULL);
        CHECK(strstr(e.text, "records of watched steps: ") != NULL);
        rt_cells_free(&c);
    }
}

int main(void)
{
    RUN(cells_lie_apart);
    RUN(what_is_given_back_is_taken_again);
    RUN(no_memory_is_told);
    return test_done();
}
