/* real_embedding.c -- rows of a table, chosen by the numbers of words. */
#include "tiles.h"

#include <stdint.h>
#include <string.h>

/* Columns of a gradient's tile, and words whose sums it holds at once. */
enum { COLUMNS = 16, PLACES = 64 };

static const size_t NONE = SIZE_MAX;

typedef struct {
    rt_tiles tiles;
    size_t n, words, width;
    const rt_real *x, *w, *dy;
    rt_real *y;                     /* what comes out: y or dw */
    size_t stray[RT_MAX_TILES];     /* the first index that has no word; NONE: all have */
} embedding_job;

/* The word that x stands for; NONE where it stands for none. */
static size_t word_of(const embedding_job *e, rt_real x)
{
    const bool is_word = x >= 0 && (double)x < (double)e->words && RT_MATH(floor)(x) == x;
    return is_word ? (size_t)x : NONE;
}

static void embedding_tile(void *arg, int tile)
{
    embedding_job *e = arg;
    const size_t size = e->width * sizeof *e->y;

    e->stray[tile] = NONE;
    for (size_t i = rt_tile_start(&e->tiles, tile); i < rt_tile_end(&e->tiles, tile); i++) {
        const size_t word = word_of(e, e->x[i]);
        if (word != NONE)
            memcpy(e->y + i * e->width, e->w + word * e->width, size);
        else
            memset(e->y + i * e->width, 0, size);
        if (word == NONE && e->stray[tile] == NONE)
            e->stray[tile] = i;
    }
}

/* The first of the pass stays. */
static void tell_stray(rt_pass *c, const rt_watch *layer, const embedding_job *e)
{
    for (int i = 0; i < e->tiles.count && c->stray.words == 0; i++)
        if (e->stray[i] != NONE) {
            c->stray.value = (double)e->x[e->stray[i]];
            c->stray.words = (int)e->words;
            c->stray.stream = layer->stream;
        }
}

void rt_embedding(rt_pass *c, const rt_watch *layer, int n, int words, int width, const rt_real *x,
                  const rt_real *w, rt_real *y)
{
    embedding_job e = { .tiles = rt_cut_rows(n, width), .words = (size_t)words,
                        .width = (size_t)width, .x = x, .w = w, .y = y };
    rt_run_tiles(c->pool, 0.2 * n * width, e.tiles.count, embedding_tile, &e);
    tell_stray(c, layer, &e);
}

/* ---- The gradient ---------------------------------------------------------------------------- */

/* Sums in double of the words seen last, each at the place that its number gives it. */
typedef struct {
    size_t first, columns;          /* of the tile */
    size_t word[PLACES];
    double sum[PLACES][COLUMNS];
} word_sums;

/* Adds what is held at a place to the word's row. */
static void put_down(const embedding_job *e, word_sums *s, size_t place)
{
    if (s->word[place] == NONE)
        return;
    rt_real *dw = e->y + s->word[place] * e->width + s->first;
    for (size_t k = 0; k < s->columns; k++) {
        dw[k] = (rt_real)((double)dw[k] + s->sum[place][k]);
        s->sum[place][k] = 0;
    }
}

/* A tile is a block of columns: no sum crosses tiles. */
static void embedding_dw_tile(void *arg, int tile)
{
    const embedding_job *e = arg;
    const size_t first = rt_tile_start(&e->tiles, tile);
    word_sums s = { .first = first, .columns = rt_tile_end(&e->tiles, tile) - first };

    for (size_t word = 0; word < e->words; word++)
        memset(e->y + word * e->width + first, 0, s.columns * sizeof *e->y);
    for (size_t place = 0; place < PLACES; place++)
        s.word[place] = NONE;
    for (size_t i = 0; i < e->n; i++) {
        const size_t word = word_of(e, e->x[i]), place = word % PLACES;
        const rt_real *dy = e->dy + i * e->width + first;
        if (word == NONE)
            continue;
        if (s.word[place] != word)
            put_down(e, &s, place);
        s.word[place] = word;
        for (size_t k = 0; k < s.columns; k++)
            s.sum[place][k] += (double)dy[k];
    }
    for (size_t place = 0; place < PLACES; place++)
        put_down(e, &s, place);
}

void rt_embedding_dw(rt_pass *c, int n, int words, int width, const rt_real *dy, const rt_real *x,
                     rt_real *dw)
{
    const size_t columns = (size_t)width;
    embedding_job e = { .tiles = { columns, COLUMNS, (int)((columns + COLUMNS - 1) / COLUMNS) },
                        .n = (size_t)n, .words = (size_t)words, .width = columns, .x = x, .dy = dy,
                        .y = dw };
    rt_run_tiles(c->pool, 0.5 * width * ((double)n + words), e.tiles.count, embedding_dw_tile, &e);
}
