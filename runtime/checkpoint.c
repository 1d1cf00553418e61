/* checkpoint.c -- weights and running statistics in a file, under PyTorch's names. */
#include "checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safetensors.h"

enum { SHAPE_TEXT = 200 };

static int n_slots(const rt_net *net) { return net->n_params + net->n_states; }

/* Parameters, then statistics. */
static const rt_slot *slot_at(const rt_net *net, int i)
{
    return i < net->n_params ? &net->param[i] : &net->state[i - net->n_params];
}

static size_t byte_of(const rt_net *net, int i)
{
    return i < net->n_params ? net->param[i].at * net->model->real_size
                             : net->state[i - net->n_params].at;
}

/* ---- Saving ------------------------------------------------------------------------------ */

bool rt_checkpoint_save(const char *path, const rt_net *net, const void *params, const void *memory,
                        int64_t step, rt_error *e)
{
    const int n = n_slots(net);
    char steps[24];
    const rt_note note[] = {
        { "format", "pt" }, { "netc.model", net->model->name }, { "netc.step", steps }
    };
    rt_stored *stored = calloc((size_t)n + 1, sizeof *stored);

    if (!stored)
        return rt_fail(e, "%s: out of memory", path);
    snprintf(steps, sizeof steps, "%" PRId64, step);
    for (int i = 0; i < n; i++) {
        const rt_slot *s = slot_at(net, i);
        const char *block = i < net->n_params ? params : memory;
        stored[i] = (rt_stored){ .name = s->key, .rank = s->tensor->rank, .shape = s->tensor->shape,
                                 .real_size = net->model->real_size, .n = s->n,
                                 .data = block + byte_of(net, i) };
    }
    const bool ok = rt_safetensors_write(path, stored, (size_t)n, note, 3, e);
    free(stored);
    return ok;
}

/* ---- Comparing --------------------------------------------------------------------------- */

static const char *program_shape(const rt_tensor *t, char text[SHAPE_TEXT])
{
    int at = snprintf(text, SHAPE_TEXT, "[");

    for (int i = 0; i < t->rank; i++)
        at += snprintf(text + at, SHAPE_TEXT - (size_t)at, "%s%d", i ? ", " : "", t->shape[i]);
    snprintf(text + at, SHAPE_TEXT - (size_t)at, "]");
    return text;
}

static const char *file_shape(const rt_entry *t, char text[SHAPE_TEXT])
{
    int at = snprintf(text, SHAPE_TEXT, "[");

    for (int i = 0; i < t->rank; i++)
        at += snprintf(text + at, SHAPE_TEXT - (size_t)at, "%s%" PRId64, i ? ", " : "",
                       t->shape[i]);
    snprintf(text + at, SHAPE_TEXT - (size_t)at, "]");
    return text;
}

static bool same_shape(const rt_tensor *t, const rt_entry *f)
{
    if (t->rank != f->rank)
        return false;
    for (int i = 0; i < t->rank; i++) {
        if (t->shape[i] != f->shape[i])
            return false;
    }
    return true;
}

static bool fits(const rt_safetensors *f, const rt_slot *s, rt_error *e)
{
    char wanted[SHAPE_TEXT], found[SHAPE_TEXT];
    const rt_entry *t = rt_safetensors_find(f, s->key);

    program_shape(s->tensor, wanted);
    if (!t)
        return rt_fail(e, "%s: has no tensor %s %s, which this program wants", f->path, s->key,
                       wanted);
    if (!same_shape(s->tensor, t))
        return rt_fail(e, "%s: tensor %s is %s, this program wants %s", f->path, s->key,
                       file_shape(t, found), wanted);
    if (strcmp(t->dtype, "F32") != 0 && strcmp(t->dtype, "F64") != 0)
        return rt_fail(e, "%s: tensor %s holds %s, this program reads F32 and F64", f->path, s->key,
                       t->dtype);
    return true;
}

static bool is_passed_over(const char *name)
{
    static const char tail[] = ".num_batches_tracked";
    const size_t n = strlen(name);

    return n >= sizeof tail && !strcmp(name + n - (sizeof tail - 1), tail);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_one_of(const char *name, const char *const *key, size_t n)
{
    return bsearch(&name, key, n, sizeof *key, by_key) != NULL;
}

/* "opt.exp_avg.h.weight": an array that an optimiser keeps of a tensor of the program's. */
static bool is_optimizer_array(const char *name, const char *const *key, size_t n)
{
    const char *of = strncmp(name, "opt.", 4) ? NULL : strchr(name + 4, '.');

    return of && is_one_of(of + 1, key, n);
}

/* Every tensor of the file is one of the program's. */
static bool no_stranger(const rt_safetensors *f, const rt_net *net, rt_error *e)
{
    const size_t n = (size_t)n_slots(net);
    const char **key = calloc(n + 1, sizeof *key);
    char shape[SHAPE_TEXT];
    bool ok = true;

    if (!key)
        return rt_fail(e, "%s: out of memory", f->path);
    for (size_t i = 0; i < n; i++)
        key[i] = slot_at(net, (int)i)->key;
    qsort(key, n, sizeof *key, by_key);
    for (size_t i = 0; i < f->n && ok; i++) {
        const rt_entry *t = &f->entry[i];
        if (!is_passed_over(t->name) && !is_one_of(t->name, key, n)
            && !is_optimizer_array(t->name, key, n))
            ok = rt_fail(e, "%s: holds tensor %.200s %s, which this program does not have", f->path,
                         t->name, file_shape(t, shape));
    }
    free(key);
    return ok;
}

/* ---- Loading ----------------------------------------------------------------------------- */

/* Element i of *to becomes the value of *from; false where a finite double is no finite float. */
static bool convert(const void *from, bool from_double, void *to, bool to_double, size_t i)
{
    const double v = from_double ? ((const double *)from)[i] : (double)((const float *)from)[i];

    if (to_double)
        ((double *)to)[i] = v;
    else
        ((float *)to)[i] = (float)v;
    return to_double || !isfinite(v) || isfinite((float)v);
}

/* A tensor of the other precision, a piece at a time. */
static bool read_converted(const rt_safetensors *f, const rt_entry *t, void *out, rt_error *e)
{
    const bool from_double = !strcmp(t->dtype, "F64");
    const size_t from_size = from_double ? sizeof(double) : sizeof(float);
    const size_t to_size = from_double ? sizeof(float) : sizeof(double);
    double piece[1024];
    const size_t most = sizeof piece / from_size;

    for (size_t at = 0, n; at < t->n; at += n) {
        n = t->n - at < most ? (size_t)t->n - at : most;
        if (!rt_safetensors_read(f, t, at * from_size, piece, n * from_size, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            if (!convert(piece, from_double, (char *)out + at * to_size, !from_double, i))
                return rt_fail(e, "%s: byte %" PRIu64 ": element %zu of tensor %.200s is too large "
                               "for float", f->path, f->data + t->begin + (at + i) * from_size,
                               at + i, t->name);
        }
    }
    return true;
}

static bool read_tensor(const rt_safetensors *f, const rt_slot *s, size_t real_size, void *out,
                        rt_error *e)
{
    const rt_entry *t = rt_safetensors_find(f, s->key);
    const bool is_double = !strcmp(t->dtype, "F64");

    if (is_double == (real_size == sizeof(double)))
        return rt_safetensors_read(f, t, 0, out, s->n * real_size, e);
    return read_converted(f, t, out, e);
}

/* All tensors into one block, in the order of slots: the program's own change only once all of them
 * have been read. */
static bool read_all(const rt_safetensors *f, const rt_net *net, char *block, rt_error *e)
{
    const size_t size = net->model->real_size;

    for (int i = 0; i < n_slots(net); i++) {
        if (!read_tensor(f, slot_at(net, i), size, block, e))
            return false;
        block += slot_at(net, i)->n * size;
    }
    return true;
}

static void put_all(const rt_net *net, const char *block, void *params, void *memory)
{
    for (int i = 0; i < n_slots(net); i++) {
        const size_t n = slot_at(net, i)->n * net->model->real_size;
        memcpy((char *)(i < net->n_params ? params : memory) + byte_of(net, i), block, n);
        block += n;
    }
}

static bool load(const rt_safetensors *f, const rt_net *net, void *params, void *memory,
                 rt_error *e)
{
    size_t n = 0;

    for (int i = 0; i < n_slots(net); i++) {
        if (!fits(f, slot_at(net, i), e))
            return false;
        n += slot_at(net, i)->n;
    }
    if (!no_stranger(f, net, e))
        return false;
    char *block = malloc(n * net->model->real_size + 1);
    if (!block)
        return rt_fail(e, "%s: out of memory", f->path);
    const bool ok = read_all(f, net, block, e);
    if (ok)
        put_all(net, block, params, memory);
    free(block);
    return ok;
}

bool rt_checkpoint_load(const char *path, const rt_net *net, void *params, void *memory,
                        rt_error *e)
{
    /* far above what the names and shapes of this net take */
    const uint64_t most = ((uint64_t)1 << 20) + (uint64_t)n_slots(net) * 1024;
    rt_safetensors f;

    if (!rt_safetensors_open(&f, path, most, e))
        return false;
    const bool ok = load(&f, net, params, memory, e);
    rt_safetensors_close(&f);
    return ok;
}
