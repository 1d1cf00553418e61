/* pieces.h -- the pieces of tensors that the tiles of the parameter block hold.
 *
 * The block is cut into tiles of elements; where one holds parts of several tensors, each part is a
 * piece.  From a piece to the next either the tile or the tensor's place is one further, so that
 * their sum numbers the pieces. */
#ifndef RT_PIECES_H
#define RT_PIECES_H

#include "tiles.h"
#include "update.h"

typedef struct {
    int tensor, number;
    size_t at, n;                   /* elements of the block; n 0: there is no further piece */
} rt_piece;

static inline rt_tiles rt_cut_block(const rt_net *net)
{
    return rt_cut(net->n_elements, RT_SMALL_TILE);
}

/* At most so many pieces. */
static inline size_t rt_most_pieces(const rt_net *net)
{
    return RT_MAX_TILES + (size_t)net->n_params;
}

/* What tile `tile` holds of the tensor at place `place`. */
static inline rt_piece rt_piece_of(const rt_net *net, const rt_tiles *t, int tile, int place)
{
    rt_piece p = { 0, tile + place, 0, 0 };
    if (place >= net->n_params)
        return p;
    p.tensor = net->param[place].placed;
    const rt_slot *slot = &net->param[p.tensor];
    const size_t start = rt_tile_start(t, tile), end = rt_tile_end(t, tile);
    const size_t last = slot->at + slot->n < end ? slot->at + slot->n : end;
    p.at = slot->at > start ? slot->at : start;
    p.n = last > p.at ? last - p.at : 0;
    return p;
}

/* The first tensor that ends after the tile's start; tensors leave no gaps. */
static inline rt_piece rt_first_piece(const rt_net *net, const rt_tiles *t, int tile)
{
    const size_t start = rt_tile_start(t, tile);
    int low = 0, high = net->n_params;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        const rt_slot *slot = &net->param[net->param[middle].placed];
        if (slot->at + slot->n <= start)
            low = middle + 1;
        else
            high = middle;
    }
    return rt_piece_of(net, t, tile, low);
}

static inline rt_piece rt_next_piece(const rt_net *net, const rt_tiles *t, int tile, rt_piece p)
{
    return rt_piece_of(net, t, tile, net->param[p.tensor].place + 1);
}

/* The numbers of a tensor's pieces: *first .. *last. */
static inline void rt_pieces_of(const rt_net *net, const rt_tiles *t, int tensor, int *first,
                                int *last)
{
    const rt_slot *slot = &net->param[tensor];
    *first = (int)(slot->at / t->size) + slot->place;
    *last = (int)((slot->at + slot->n - 1) / t->size) + slot->place;
}

#endif
