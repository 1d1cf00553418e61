/* snapshot.c -- a training in a file. */
#include "snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "reals.h"
#include "safetensors.h"

/* PyTorch's names of what its optimisers keep. */
static const struct { const char *optimizer, *slot[2]; } kept[] = {
    { "sgd", { "momentum_buffer", NULL } },
    { "rmsprop", { "square_avg", "momentum_buffer" } },
    { "adagrad", { "sum", NULL } },
    { "adam", { "exp_avg", "exp_avg_sq" } },
    { "adamw", { "exp_avg", "exp_avg_sq" } },
};

static const char *slot_name(const rt_model *model, int slot)
{
    static const char *const other[] = { "0", "1" };

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (!strcmp(model->optimizer, kept[i].optimizer) && kept[i].slot[slot])
            return kept[i].slot[slot];
    return other[slot];
}

bool rt_snapshot_is_finite(const rt_run *run)
{
    const rt_reals *reals = run->model->reals;
    bool finite = reals->all_finite(run->pool, run->pass.params, run->net.n_elements);

    for (int k = 0; k < run->model->optimizer_slots && finite; k++)
        finite = reals->all_finite(run->pool, run->update.slot[k], run->net.n_elements);
    for (int i = 0; i < run->net.n_states && finite; i++)
        finite = reals->all_finite(run->pool, (char *)run->pass.memory + run->net.state[i].at,
                                   run->net.state[i].n);
    return finite;
}

/* ---- The tensors ------------------------------------------------------------------------- */

static rt_stored stored_slot(const rt_run *run, const rt_slot *s, const char *name,
                             const void *data)
{
    return (rt_stored){ .name = name, .rank = s->tensor->rank, .shape = s->tensor->shape,
                        .real_size = run->model->real_size, .n = s->n, .data = data };
}

static size_t count_tensors(const rt_run *run)
{
    return (size_t)run->net.n_params * (size_t)(1 + run->model->optimizer_slots)
         + (size_t)run->net.n_states;
}

/* The weights and statistics; returns how many. */
static size_t list_model(const rt_run *run, rt_stored *out)
{
    const rt_net *net = &run->net;
    const char *params = run->pass.params, *memory = run->pass.memory;
    size_t n = 0;

    for (int i = 0; i < net->n_params; i++, n++)
        out[n] = stored_slot(run, &net->param[i], net->param[i].key,
                             params + net->param[i].at * run->model->real_size);
    for (int i = 0; i < net->n_states; i++, n++)
        out[n] = stored_slot(run, &net->state[i], net->state[i].key, memory + net->state[i].at);
    return n;
}

static char *optimizer_key(const rt_run *run, int slot, const rt_slot *p)
{
    char *name;

    if (asprintf(&name, "opt.%s.%s", slot_name(run->model, slot), p->key) < 0)
        return NULL;
    return name;
}

static bool list_optimizer(const rt_run *run, rt_stored *out)
{
    for (int k = 0; k < run->model->optimizer_slots; k++) {
        const char *values = run->update.slot[k];
        for (int i = 0; i < run->net.n_params; i++, out++) {
            const rt_slot *p = &run->net.param[i];
            char *name = optimizer_key(run, k, p);
            if (!name)
                return false;
            *out = stored_slot(run, p, name, values + p->at * run->model->real_size);
        }
    }
    return true;
}

/* ---- The position ------------------------------------------------------------------------ */

/* Where each number of the position stands: the key in the metadata, the field. */
typedef struct {
    const char *key;
    int64_t *whole;                 /* one of the two */
    double *real;
} Field;

enum { N_FIELDS = 12, DIGITS = 32 };

static void list_fields(rt_position *at, rt_best *best, int64_t *layer, Field out[N_FIELDS])
{
    const Field field[N_FIELDS] = {
        { "netc.step", &at->step, NULL },
        { "netc.epochs", &at->epochs, NULL },
        { "netc.updates", &at->updates, NULL },
        { "netc.clipped", &at->clipped, NULL },
        { "netc.epoch_loss", NULL, &at->loss },
        { "netc.epoch_rows", &at->rows, NULL },
        { "netc.epoch_hits", &at->hits, NULL },
        { "netc.skipped", &at->nonfinite.skipped, NULL },
        { "netc.nonfinite_step", &at->nonfinite.step, NULL },
        { "netc.nonfinite_layer", layer, NULL },
        { "netc.best_loss", NULL, &best->loss },
        { "netc.best_epoch", &best->epoch, NULL },
    };
    memcpy(out, field, sizeof field);
}

static void print_fields(const Field field[N_FIELDS], char text[N_FIELDS][DIGITS], rt_note *note)
{
    for (int i = 0; i < N_FIELDS; i++) {
        if (field[i].whole)
            snprintf(text[i], DIGITS, "%" PRId64, *field[i].whole);
        else
            snprintf(text[i], DIGITS, "%.17g", *field[i].real);
        note[i] = (rt_note){ field[i].key, text[i] };
    }
}

static bool read_fields(const rt_safetensors *f, const Field field[N_FIELDS], rt_error *e)
{
    for (int i = 0; i < N_FIELDS; i++) {
        const char *text = rt_safetensors_note(f, field[i].key);
        char *end = NULL;
        if (text && field[i].whole)
            *field[i].whole = strtoll(text, &end, 10);
        else if (text)
            *field[i].real = strtod(text, &end);
        if (!text || end == text || *end)
            return rt_fail(e, "%s: no training can go on from it: its metadata has no number %s",
                           f->path, field[i].key);
    }
    return true;
}

/* ---- Saving ------------------------------------------------------------------------------ */

static bool write_snapshot(const char *path, const rt_run *run, const rt_stored *stored,
                           const rt_position *at, const rt_best *best, rt_error *e)
{
    rt_position position = *at;
    rt_best least = *best;
    int64_t layer = at->nonfinite.layer;
    Field field[N_FIELDS];
    char text[N_FIELDS][DIGITS], seed[DIGITS];
    rt_note note[N_FIELDS + 4] = {
        { "format", "pt" }, { "netc.model", run->model->name }, { "netc.seed", seed },
        { "netc.nonfinite", at->nonfinite.happened ? at->nonfinite.tensor : "" },
    };

    snprintf(seed, sizeof seed, "%" PRIu64, run->set->seed);
    list_fields(&position, &least, &layer, field);
    print_fields(field, text, note + 4);
    return rt_safetensors_write(path, stored, count_tensors(run), note, N_FIELDS + 4, e);
}

bool rt_snapshot_save(const char *path, const rt_run *run, const rt_position *at,
                      const rt_best *best, rt_error *e)
{
    const size_t n = count_tensors(run);
    rt_stored *stored = calloc(n + 1, sizeof *stored);

    if (!stored)
        return rt_fail(e, "%s: out of memory", path);
    const size_t own = list_model(run, stored);
    const bool ok = list_optimizer(run, stored + own)
        ? write_snapshot(path, run, stored, at, best, e) : rt_fail(e, "%s: out of memory", path);
    for (size_t i = own; i < n; i++)
        free((void *)stored[i].name);
    free(stored);
    return ok;
}

/* ---- Loading ----------------------------------------------------------------------------- */

static bool read_slot(const rt_safetensors *f, const rt_run *run, const char *name,
                      const rt_slot *p, void *out, rt_error *e)
{
    const size_t bytes = p->n * run->model->real_size;
    const rt_entry *t = rt_safetensors_find(f, name);

    if (!t)
        return rt_fail(e, "%s: has no tensor %s, which this program's optimizer %s wants", f->path,
                       name, run->model->optimizer);
    if (t->n != p->n || t->end - t->begin != bytes)
        return rt_fail(e, "%s: tensor %s is of another size or precision than in this program",
                       f->path, name);
    return rt_safetensors_read(f, t, 0, out, bytes, e);
}

static bool read_optimizer(const rt_safetensors *f, rt_run *run, rt_error *e)
{
    bool ok = true;

    for (int k = 0; k < run->model->optimizer_slots; k++) {
        char *values = run->update.slot[k];
        for (int i = 0; i < run->net.n_params && ok; i++) {
            const rt_slot *p = &run->net.param[i];
            char *name = optimizer_key(run, k, p);
            ok = name ? read_slot(f, run, name, p, values + p->at * run->model->real_size, e)
                      : rt_fail(e, "%s: out of memory", f->path);
            free(name);
        }
    }
    return ok;
}

static bool read_nonfinite(const rt_safetensors *f, const rt_run *run, int64_t layer,
                           rt_nonfinite *n, rt_error *e)
{
    static const char *const tensor[] = { "output", "delta", "gradient", "weight", "loss" };
    const char *text = rt_safetensors_note(f, "netc.nonfinite");

    if (!text || layer < -1 || layer >= run->net.n_layers)
        return rt_fail(e, "%s: its metadata does not fit this program", f->path);
    n->layer = (int)layer;
    n->happened = *text != '\0';
    for (size_t i = 0; i < sizeof tensor / sizeof tensor[0]; i++)
        if (!strcmp(text, tensor[i]))
            n->tensor = tensor[i];
    return !n->happened || n->tensor
        || rt_fail(e, "%s: its metadata names a tensor '%.40s'", f->path, text);
}

static bool read_position(const rt_safetensors *f, const rt_run *run, rt_position *at,
                          rt_best *best, rt_error *e)
{
    int64_t layer = -1;
    Field field[N_FIELDS];

    *at = (rt_position){ .step = 0 };
    list_fields(at, best, &layer, field);
    return read_fields(f, field, e) && read_nonfinite(f, run, layer, &at->nonfinite, e);
}

bool rt_snapshot_load(const char *path, rt_run *run, rt_position *at, rt_best *best, rt_error *e)
{
    const uint64_t most = ((uint64_t)1 << 20) + (uint64_t)count_tensors(run) * 1024;
    rt_safetensors f;

    if (!rt_checkpoint_load(path, &run->net, run->pass.params, run->pass.memory, e)
        || !rt_safetensors_open(&f, path, most, e))
        return false;
    const bool ok = read_optimizer(&f, run, e) && read_position(&f, run, at, best, e);
    rt_safetensors_close(&f);
    return ok;
}

/* ---- A copy of the model ----------------------------------------------------------------- */

static size_t count_model(const rt_run *run)
{
    return (size_t)run->net.n_params + (size_t)run->net.n_states;
}

static const rt_slot *model_slot(const rt_net *net, size_t i)
{
    const size_t params = (size_t)net->n_params;

    return i < params ? &net->param[i] : &net->state[i - params];
}

size_t rt_snapshot_size(const rt_run *run)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count_model(run); i++)
        bytes += model_slot(&run->net, i)->n * run->model->real_size;
    return bytes;
}

void rt_snapshot_copy(const rt_run *run, char *copy)
{
    const size_t size = run->model->real_size, params = (size_t)run->net.n_params;

    for (size_t i = 0; i < count_model(run); i++) {
        const rt_slot *s = model_slot(&run->net, i);
        const char *from = i < params ? (const char *)run->pass.params + s->at * size
                                      : (const char *)run->pass.memory + s->at;
        memcpy(copy, from, s->n * size);
        copy += s->n * size;
    }
}

bool rt_snapshot_save_copy(const char *path, const rt_run *run, const char *copy, int64_t step,
                           rt_error *e)
{
    char steps[DIGITS];
    const rt_note note[] = {
        { "format", "pt" }, { "netc.model", run->model->name }, { "netc.step", steps }
    };
    rt_stored *stored = calloc(count_model(run) + 1, sizeof *stored);

    if (!stored)
        return rt_fail(e, "%s: out of memory", path);
    snprintf(steps, sizeof steps, "%" PRId64, step);
    for (size_t i = 0; i < count_model(run); i++) {
        const rt_slot *s = model_slot(&run->net, i);
        stored[i] = stored_slot(run, s, s->key, copy);
        copy += s->n * run->model->real_size;
    }
    const bool ok = rt_safetensors_write(path, stored, count_model(run), note, 3, e);
    free(stored);
    return ok;
}
