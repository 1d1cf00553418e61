/* run.c -- everything that a run needs, made before it starts. */
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "alloc.h"
#include "pieces.h"
#include "reals.h"

enum { ALIGNMENT = 64 };            /* bytes: a cache line, and the widest vector */

static size_t aligned(size_t size) { return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

/* One array of the block. */
typedef struct {
    void **at;
    size_t n, size;                 /* elements, bytes of one */
} Piece;

/* Cuts one zeroed block into the pieces, each on a boundary of its own and with room behind it for
 * a vector.  A piece of no elements becomes NULL. */
static bool cut(rt_run *run, const Piece *piece, int n, rt_error *e)
{
    size_t total = 0, bytes;

    for (int i = 0; i < n; i++) {
        if (!rt_times(piece[i].n, piece[i].size, &bytes) || bytes > SIZE_MAX / 4 - total)
            return rt_fail(e, "the run needs more memory than can be addressed");
        total += bytes ? aligned(bytes) + ALIGNMENT : 0;
    }
    run->block = rt_alloc_zeroed(total, "memory of the run", e);
    if (!run->block)
        return false;
    run->block_size = total;
    char *at = run->block;
    for (int i = 0; i < n; i++) {
        bytes = piece[i].n * piece[i].size;
        *piece[i].at = bytes ? at : NULL;
        at += bytes ? aligned(bytes) + ALIGNMENT : 0;
    }
    return true;
}

static size_t larger(int64_t a, int64_t b) { return (size_t)(a > b ? a : b); }

static bool take_memory(rt_run *run, rt_error *e)
{
    const rt_model *model = run->model;
    const rt_samples *train = &run->data.train, *test = &run->data.test;
    const size_t size = model->real_size, n = run->net.n_elements,
                 batch = (size_t)run->model->batch;
    const size_t slots = (size_t)model->optimizer_slots;
    const bool parts = run->set->batch > model->batch;
    const size_t pieces = rt_most_pieces(&run->net), tensors = (size_t)run->net.n_params;
    void *watch, *by_piece, *squares, *scale, *labels, *order, *as_is;
    const Piece piece[] = {
        { &run->pass.params, model->params_size, 1 },
        { &run->pass.grads, model->params_size, 1 },
        { &run->pass.memory, model->memory_size, 1 },
        { &run->pass.scratch, model->scratch_size, 1 },
        { &run->update.slot[0], slots > 0 ? n : 0, size },
        { &run->update.slot[1], slots > 1 ? n : 0, size },
        { &run->sum, parts ? n : 0, size },
        { &run->x, batch * (size_t)train->features, size },
        { &run->target, batch * larger(train->targets, test->targets), size },
        { &labels, train->label || test->label ? batch * rt_labels(model) : 0,
          sizeof *run->labels },
        { &order, (size_t)train->n, sizeof *run->order },
        { &as_is, larger(train->n, test->n), sizeof *run->as_is },
        { &watch, tensors, sizeof *run->update.watch },
        { &by_piece, pieces, sizeof *run->update.piece },
        { &squares, pieces, sizeof *run->update.squares },
        { &scale, tensors, sizeof *run->update.tensor_scale },
    };

    if (!cut(run, piece, (int)(sizeof piece / sizeof piece[0]), e))
        return false;
    run->labels = labels;
    run->order = order;
    run->as_is = as_is;
    run->update.watch = watch;
    run->update.piece = by_piece;
    run->update.squares = squares;
    run->update.tensor_scale = scale;
    for (size_t i = 0; i < larger(train->n, test->n); i++)
        run->as_is[i] = (uint32_t)i;
    return true;
}

/* A dropout reads its stream from its watch, also where nobody watches it. */
static void name_streams(rt_run *run)
{
    for (int i = 0; i < run->net.n_layers; i++) {
        const rt_layer_info *l = &run->net.layer[i];
        rt_watch *w = (rt_watch *)((char *)run->pass.memory + l->watch);
        if (l->layer->watched || l->layer->watch || !strcmp(l->layer->kind, "dropout"))
            w->stream = rt_stream_of(l->path);
    }
}

static bool initialise_slot(const rt_run *run, const rt_slot *s, void *w, rt_error *e)
{
    const rt_stream stream = { run->set->seed, RT_FOR_INIT, rt_stream_of(s->key), 0 };

    return run->model->reals->initialise(s->tensor, &stream, w)
        || rt_fail(e, "out of memory for the initial values of %s", s->key);
}

static bool initialise(rt_run *run, rt_error *e)
{
    char *params = run->pass.params, *memory = run->pass.memory;

    name_streams(run);
    for (int i = 0; i < run->net.n_params; i++) {
        const rt_slot *p = &run->net.param[i];
        if (!initialise_slot(run, p, params + p->at * run->model->real_size, e))
            return false;
    }
    for (int i = 0; i < run->net.n_states; i++) {
        const rt_slot *s = &run->net.state[i];
        if (!initialise_slot(run, s, memory + s->at, e))
            return false;
    }
    return true;
}

/* How many steps there are, and how many samples a pass takes. */
static bool measure(rt_run *run, rt_error *e)
{
    const rt_settings *set = run->set;
    const int64_t n = run->data.train.n;

    if (n < 1)
        return rt_fail(e, "there are no samples to train with");
    if (n > UINT32_MAX || run->data.test.n > UINT32_MAX)
        return rt_fail(e, "%" PRId64 " samples are more than 4294967295", n);
    run->rows = (int)(set->batch < run->model->batch ? set->batch : run->model->batch);
    run->steps_per_epoch = (n + set->batch - 1) / set->batch;
    if (!set->steps && set->epochs > INT64_MAX / run->steps_per_epoch)
        return rt_fail(e, "%" PRId64 " epochs are too many", set->epochs);
    run->steps = set->steps ? set->steps : set->epochs * run->steps_per_epoch;
    return true;
}

bool rt_run_new(rt_run *run, const rt_model *model, const rt_notes *notes, const rt_settings *set,
                int threads, const char *directory, rt_error *e)
{
    rt_dataset data;

    *run = (rt_run){ .model = NULL };
    return rt_data_load(model, directory, &data, e)
        && rt_run_on(run, model, notes, set, threads, &data, e);
}

bool rt_run_on(rt_run *run, const rt_model *model, const rt_notes *notes, const rt_settings *set,
               int threads, const rt_dataset *data, rt_error *e)
{
    *run = (rt_run){ .model = model, .notes = notes, .set = set, .data = *data };
    if (!rt_net_new(model, notes, &run->net, e) || !measure(run, e) || !take_memory(run, e))
        goto failed;
    run->pool = rt_pool_new(threads);
    if (!run->pool) {
        rt_fail(e, "%d threads cannot be started", threads);
        goto failed;
    }
    run->pass.seed = set->seed;
    run->pass.set = set;
    run->pass.pool = run->update.pool = run->pool;
    run->update.set = set;
    run->update.net = &run->net;
    run->update.w = run->pass.params;
    run->update.g = run->sum ? run->sum : run->pass.grads;
    rt_history_init(&run->history, &run->net, set, threads);
    if ((!run->sum || rt_parts_new(&run->parts, &run->net, run->pass.memory, e))
        && initialise(run, e))
        return true;
failed:
    rt_run_free(run);
    return false;
}

void rt_run_free(rt_run *run)
{
    if (run->history.net)
        rt_history_free(&run->history);
    if (run->pool)
        rt_pool_free(run->pool);
    rt_parts_free(&run->parts);
    free(run->block);
    rt_data_free(&run->data);
    rt_net_free(&run->net);
    *run = (rt_run){ .model = NULL };
}

void rt_run_batch(rt_run *run, const rt_samples *s, const uint32_t *order, int64_t from, int rows)
{
    rt_data_batch(run->model, s, order, from, rows, run->x, run->labels, run->target);
    run->pass.rows = rows;
    run->pass.x = run->x;
    run->pass.labels = s->label ? run->labels : NULL;
    run->pass.target = s->target ? run->target : run->x;
}

void rt_run_backward(rt_run *run)
{
    if (rt_has_penalty(&run->update))
        memset(run->pass.grads, 0, run->model->params_size);
    run->model->backward(&run->pass);
}

static const rt_layer_info *layer_of_stream(const rt_net *net, uint32_t stream)
{
    for (int i = 0; i < net->n_layers; i++)
        if (rt_stream_of(net->layer[i].path) == stream)
            return &net->layer[i];
    return NULL;
}

bool rt_run_knows_words(const rt_run *run, rt_error *e)
{
    const rt_layer_info *l = layer_of_stream(&run->net, run->pass.stray.stream);
    char place[512] = "";

    if (run->pass.stray.words == 0)
        return true;
    if (l && l->line && run->notes)
        snprintf(place, sizeof place, " (%s:%d)", run->notes->source, l->line);
    return rt_fail(e, "%s%s: %.9g is no word: wanted are the whole numbers from 0 to %d, after "
                   "scale and normalize", l ? l->path : "embedding", place, run->pass.stray.value,
                   run->pass.stray.words - 1);
}
