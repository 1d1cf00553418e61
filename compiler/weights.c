/* weights.c -- the numbers of an unrolled net's weights, from a file of weights. */
#include "weights.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "runtime/safetensors.h"

typedef struct {
    Session *s;
    const Unrolled *net;
    const char *wants;              /* the source's path */
    rt_safetensors file;
    Map key;                        /* names of the net's weights */
} Reader;

static bool refuse(const Reader *r, const char *format, ...) PRINTF(2, 3);
static bool refuse(const Reader *r, const char *format, ...)
{
    va_list ap;

    fprintf(stderr, "netc: %s: ", r->file.path);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    return false;
}

/* ---- Comparing ----------------------------------------------------------------------------- */

static const char *shape_in_words(int rank, const int64_t *dim, Arena *a)
{
    const char *text = "[";

    for (int i = 0; i < rank; i++)
        text = arena_printf(a, "%s%s%" PRId64, text, i ? ", " : "", dim[i]);
    return arena_printf(a, "%s]", text);
}

static bool fits(const Reader *r, const UnrolledOp *op)
{
    const rt_entry *t = rt_safetensors_find(&r->file, op->name);
    const Shape s = op->tensor->shape;
    const char *wanted = shape_in_words(s.rank, s.dim, r->s->arena);

    if (!t)
        return refuse(r, "has no tensor %s %s, which %s wants", op->name, wanted, r->wants);
    if (t->rank != s.rank || memcmp(t->shape, s.dim, (size_t)s.rank * sizeof s.dim[0]) != 0)
        return refuse(r, "tensor %s is %s, %s wants %s", op->name,
                      shape_in_words(t->rank, t->shape, r->s->arena), r->wants, wanted);
    return strcmp(t->dtype, "F32") == 0 || strcmp(t->dtype, "F64") == 0
        || refuse(r, "tensor %s holds %s; netc reads F32 and F64", op->name, t->dtype);
}

/* What else such files hold: "opt.exp_avg.h.weight", an optimiser's array, and PyTorch's count of
 * batches. */
static bool is_known(const Reader *r, const char *name)
{
    static const char count[] = ".num_batches_tracked";
    const size_t n = strlen(name), tail = sizeof count - 1;
    const char *of = strncmp(name, "opt.", 4) == 0 ? strchr(name + 4, '.') : NULL;

    return map_get(&r->key, intern(r->s->names, name))
        || (of && map_get(&r->key, intern(r->s->names, of + 1)))
        || (n > tail && strcmp(name + n - tail, count) == 0);
}

static bool no_stranger(const Reader *r)
{
    for (size_t i = 0; i < r->file.n; i++) {
        const rt_entry *t = &r->file.entry[i];

        if (!is_known(r, t->name))
            return refuse(r, "holds tensor %.200s %s, which %s does not have", t->name,
                          shape_in_words(t->rank, t->shape, r->s->arena), r->wants);
    }
    return true;
}

static bool fit(Reader *r)
{
    for (int i = 0; i < r->net->n; i++) {
        const UnrolledOp *op = &r->net->op[i];

        if (!unrolled_is_weight(op))
            continue;
        if (!fits(r, op))
            return false;
        map_put(&r->key, op->name, r, r->s->arena);
    }
    return no_stranger(r);
}

/* ---- Reading ------------------------------------------------------------------------------- */

static bool read_piece(const Reader *r, const rt_entry *t, uint64_t from, void *out, size_t size)
{
    rt_error e;

    if (rt_safetensors_read(&r->file, t, from, out, size, &e))
        return true;
    fprintf(stderr, "netc: %s\n", e.text);
    return false;
}

/* Rounded, a piece at a time. */
static bool read_doubles(const Reader *r, const rt_entry *t, float *out)
{
    double piece[1024];

    for (size_t at = 0, n; at < t->n; at += n) {
        n = t->n - at < countof(piece) ? (size_t)t->n - at : countof(piece);
        if (!read_piece(r, t, at * sizeof piece[0], piece, n * sizeof piece[0]))
            return false;
        for (size_t i = 0; i < n; i++)
            out[at + i] = (float)piece[i];
    }
    return true;
}

static const float *read_tensor(const Reader *r, const UnrolledOp *op)
{
    const rt_entry *t = rt_safetensors_find(&r->file, op->name);
    float *out = arena_array(r->s->arena, float, t->n);
    const bool done = strcmp(t->dtype, "F64") == 0 ? read_doubles(r, t, out)
                    : read_piece(r, t, 0, out, (size_t)t->n * sizeof *out);

    for (size_t i = 0; done && i < t->n; i++)
        if (!isfinite(out[i]))
            return refuse(r, "element %zu of tensor %s is not a finite float", i, op->name), NULL;
    return done ? out : NULL;
}

static const float **read_all(const Reader *r)
{
    const float **out = arena_array(r->s->arena, const float *, r->net->n);

    for (int i = 0; i < r->net->n; i++)
        if (unrolled_is_weight(&r->net->op[i]) && !(out[i] = read_tensor(r, &r->net->op[i])))
            return NULL;
    return out;
}

const float **weights_read(const char *path, const Unrolled *net, Session *s)
{
    /* far above what the names and shapes of this net take, with an optimiser's arrays */
    const uint64_t most = ((uint64_t)1 << 20) + (uint64_t)net->n * 1024;
    Reader r = { .s = s, .net = net, .wants = net->model->file->source->path };
    rt_error e;

    if (!rt_safetensors_open(&r.file, path, most, &e)) {
        fprintf(stderr, "netc: %s\n", e.text);
        return NULL;
    }
    const float **out = fit(&r) ? read_all(&r) : NULL;
    rt_safetensors_close(&r.file);
    return out;
}
