/* predict.c -- what the model puts out for each sample, as a file.
 *
 * .csv: a line a sample; .npy: the outputs [n][...]; .npz: `output`, `x` as the model takes it, and
 * `label` or `target`. */
#include "predict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate.h"
#include "npy_write.h"
#include "samples.h"

/* All that there is to write. */
typedef struct {
    const rt_model *model;
    const rt_samples *samples;
    char *output;                   /* reals, [n][outputs] */
    int32_t *named;                 /* the classes that they name, [n][rt_labels]; or NULL */
    size_t outputs;
} Predictions;

/* ---- Formats ----------------------------------------------------------------------------- */

/* Numbers behind a comma but for the first of a line; %.9g and %.17g give back the same bits. */
static void put_value(FILE *out, const rt_model *m, const void *x, size_t i, bool first)
{
    fprintf(out, m->real_size == sizeof(float) ? "%s%.9g" : "%s%.17g", first ? "" : ",",
            rt_value_get(m, x, i));
}

/* "y", or "y_0,y_1" where there are several. */
static void put_heads(FILE *out, const char *name, size_t n, bool first)
{
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s%s", first && i == 0 ? "" : ",", name);
        if (n > 1)
            fprintf(out, "_%zu", i);
    }
}

static size_t labels_of(const Predictions *p)
{
    return p->samples->label ? rt_labels(p->model) : 0;
}

static size_t targets_of(const Predictions *p)
{
    const bool own = p->samples->target && p->samples->target != p->samples->x;

    return own ? (size_t)p->samples->targets : 0;
}

static void put_head(FILE *out, const Predictions *p)
{
    const size_t labels = labels_of(p), targets = targets_of(p);

    put_heads(out, "label", labels, true);
    put_heads(out, "target", targets, labels == 0);
    put_heads(out, "class", p->named ? rt_labels(p->model) : 0, labels + targets == 0);
    put_heads(out, "y", p->outputs, labels + targets == 0 && !p->named);
    fputc('\n', out);
}

static void put_line(FILE *out, const Predictions *p, size_t i)
{
    const size_t labels = labels_of(p), targets = targets_of(p);
    const size_t classes = p->named ? rt_labels(p->model) : 0;
    bool first = true;

    for (size_t k = 0; k < labels; k++, first = false)
        fprintf(out, "%s%d", first ? "" : ",", p->samples->label[i * labels + k]);
    for (size_t k = 0; k < targets; k++, first = false)
        put_value(out, p->model, p->samples->target, i * targets + k, first);
    for (size_t k = 0; k < classes; k++, first = false)
        fprintf(out, "%s%d", first ? "" : ",", p->named[i * classes + k]);
    for (size_t k = 0; k < p->outputs; k++, first = false)
        put_value(out, p->model, p->output, i * p->outputs + k, first);
    fputc('\n', out);
}

/* Samples from .. to - 1; behind the head where they are the first. */
static bool write_lines(rt_atomic_file *f, const Predictions *p, int64_t from, int64_t to,
                        rt_error *e)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return rt_fail(e, "%s: out of memory", f->path);
    if (from == 0)
        put_head(out, p);
    for (int64_t i = from; i < to; i++)
        put_line(out, p, (size_t)i);
    const bool ok = fclose(out) == 0 ? rt_atomic_file_write(f, text, size, e)
                                     : rt_fail(e, "%s: out of memory", f->path);
    free(text);
    return ok;
}

static bool write_csv(rt_atomic_file *f, const Predictions *p, rt_error *e)
{
    enum { TOGETHER = 256 };
    const int64_t n = p->samples->n;

    for (int64_t at = 0; at < n; at += TOGETHER) {
        if (!write_lines(f, p, at, n - at < TOGETHER ? n : at + TOGETHER, e))
            return false;
    }
    return true;
}

static rt_written reals(const Predictions *p, const char *name, int rank, const int *shape,
                        const void *data)
{
    rt_written w = { .name = name, .kind = 'f', .width = (int)p->model->real_size,
                     .rank = rank + 1, .dim = { p->samples->n }, .data = data };

    for (int i = 0; i < rank; i++)
        w.dim[1 + i] = shape[i];
    return w;
}

static rt_written output_of(const Predictions *p)
{
    return reals(p, "output", p->model->output_rank, p->model->output_shape, p->output);
}

static bool write_npy(rt_atomic_file *f, const Predictions *p, rt_error *e)
{
    const rt_written output = output_of(p);

    return rt_npy_write(f, &output, e);
}

/* [n], or [n][steps]. */
static rt_written labels(const Predictions *p)
{
    return (rt_written){ .name = "label", .kind = 'i', .width = sizeof(int32_t),
                         .rank = p->model->label_steps > 0 ? 2 : 1,
                         .dim = { p->samples->n, (int64_t)rt_labels(p->model) },
                         .data = p->samples->label };
}

static bool write_npz(rt_atomic_file *f, const Predictions *p, rt_error *e)
{
    const int targets = (int)targets_of(p);
    rt_written array[3];
    int n = 0;

    array[n++] = output_of(p);
    array[n++] = reals(p, "x", p->model->input_rank, p->model->input_shape, p->samples->x);
    if (p->samples->label)
        array[n++] = labels(p);
    else if (targets)
        array[n++] = reals(p, "target", 1, &targets, p->samples->target);
    return rt_npz_write(f, array, n, e);
}

static const struct {
    const char *suffix;
    bool (*write)(rt_atomic_file *f, const Predictions *p, rt_error *e);
} formats[] = { { ".csv", write_csv }, { ".npy", write_npy }, { ".npz", write_npz } };
enum { N_FORMATS = sizeof formats / sizeof formats[0] };

/* N_FORMATS where there is none. */
static int format_of(const char *path)
{
    const char *suffix = strrchr(path, '.');
    int i = 0;

    while (i < N_FORMATS && !(suffix && !strcmp(suffix, formats[i].suffix)))
        i++;
    return i;
}

bool rt_predict_knows(const char *path, rt_error *e)
{
    return format_of(path) < N_FORMATS
        || rt_fail(e, "--predict wants a file that ends in .csv, .npy or .npz, not '%.200s'", path);
}

/* ---- Predicting -------------------------------------------------------------------------- */

static void keep_batch(const rt_run *run, Predictions *p, int64_t from)
{
    const rt_pass *c = &run->pass;
    const size_t size = p->outputs * run->model->real_size, labels = rt_labels(run->model);

    memcpy(p->output + (size_t)from * size, (const char *)c->memory + run->model->output,
           (size_t)c->rows * size);
    for (size_t i = 0; p->named && i < (size_t)c->rows * labels; i++)
        p->named[(size_t)from * labels + i] = rt_class(run, i);
}

static bool run_all(rt_run *run, Predictions *p, rt_error *e)
{
    rt_pass *c = &run->pass;

    c->training = c->watching = false;
    for (int64_t from = 0; from < p->samples->n; from += c->rows) {
        const int64_t left = p->samples->n - from;

        rt_run_batch(run, p->samples, run->as_is, from,
                     (int)(left < run->model->batch ? left : run->model->batch));
        run->model->forward(c);
        if (!rt_run_knows_words(run, e))
            return false;
        keep_batch(run, p, from);
    }
    return true;
}

static bool write_all(const Predictions *p, const char *path, rt_error *e)
{
    rt_atomic_file f;

    if (!rt_atomic_file_begin(&f, path, e))
        return false;
    if (formats[format_of(path)].write(&f, p, e))
        return rt_atomic_file_end(&f, e);
    rt_atomic_file_abandon(&f);
    return false;
}

bool rt_predict(rt_run *run, const char *path, rt_error *e)
{
    const rt_samples *s = run->data.test.n ? &run->data.test : &run->data.train;
    const size_t n = (size_t)s->n;
    Predictions p = { .model = run->model, .samples = s, .outputs = 1 };

    for (int i = 0; i < run->model->output_rank; i++)
        p.outputs *= (size_t)run->model->output_shape[i];
    p.output = calloc(n * p.outputs + 1, run->model->real_size);
    if (rt_has_accuracy(run->model))
        p.named = calloc(n * rt_labels(run->model) + 1, sizeof *p.named);
    const bool ok = p.output && (p.named || !rt_has_accuracy(run->model))
                        ? run_all(run, &p, e) && write_all(&p, path, e)
                        : rt_fail(e, "%s: out of memory", path);
    free(p.output);
    free(p.named);
    return ok;
}
