/* replay.c -- a step that was not finite, run again. */
#include "replay_bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "checkpoint.h"
#include "crc32c.h"
#include "figures.h"
#include "nonfinite.h"
#include "safetensors.h"
#include "samples.h"
#include "settings.h"
#include "table.h"

enum { MOST_HEADER = 1 << 20 };     /* bytes of the batch's header */

/* ---- What both sides share --------------------------------------------------------------- */

char *rt_replay_file(const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

bool rt_replay_has_target(const rt_model *m)
{
    return m->target == RT_TARGET_VECTOR || (m->target == RT_TARGET_CLASS && m->one_hot);
}

const char *rt_replay_bits(const rt_run *run, double loss, char text[RT_REPLAY_BITS])
{
    uint64_t bits;

    memcpy(&bits, &loss, sizeof bits);
    bits = isnan(loss) ? UINT64_C(0x7ff8000000000000) : bits;   /* the sign of a NaN says nothing */
    snprintf(text, RT_REPLAY_BITS, "%016" PRIx64 " %08" PRIx32, bits,
             rt_crc32c(run->pass.grads, run->net.n_elements * run->model->real_size));
    return text;
}

/* A file of the folder; of the one in it where it is a run's directory. */
static char *kept_file(const char *folder, const char *name)
{
    char *facts = rt_replay_file(folder, "run.json"), *path = NULL;

    if (facts && access(facts, F_OK) != 0)
        path = rt_replay_file(folder, name);
    else if (facts && asprintf(&path, "%s/" RT_REPLAY "/%s", folder, name) < 0)
        path = NULL;
    free(facts);
    return path;
}

/* ---- Reading the batch ------------------------------------------------------------------- */

static bool read_array(const rt_safetensors *f, const char *name, const char *dtype, uint64_t n,
                       size_t size, void *out, rt_error *e)
{
    const rt_entry *t = rt_safetensors_find(f, name);

    if (!t || strcmp(t->dtype, dtype) != 0 || t->n != n)
        return rt_fail(e, "%s: has no tensor %s of %" PRIu64 " elements in %s, which this program "
                       "wants", f->path, name, n, dtype);
    return rt_safetensors_read(f, t, 0, out, (size_t)n * size, e);
}

static bool check_labels(const rt_safetensors *f, const rt_model *m, const rt_samples *s,
                         rt_error *e)
{
    const size_t n = (size_t)s->n * rt_labels(m);

    for (size_t i = 0; i < n; i++)
        if (s->label[i] < 0 || s->label[i] >= m->classes)
            return rt_fail(e, "%s: label %zu is %d, and the classes are 0 to %d", f->path, i,
                           s->label[i], m->classes - 1);
    return true;
}

static bool read_targets(const rt_safetensors *f, const rt_model *m, rt_samples *s, rt_error *e)
{
    const char *dtype = m->real_size == sizeof(double) ? "F64" : "F32";
    const uint64_t n = (uint64_t)s->n;

    if (s->label && (!read_array(f, "labels", "I32", n * rt_labels(m), sizeof *s->label, s->label,
                                 e) || !check_labels(f, m, s, e)))
        return false;
    if (m->target == RT_TARGET_INPUT) {
        s->target = s->x;
        s->targets = s->features;
    }
    if (!rt_replay_has_target(m))
        return true;
    s->targets = rt_shape_size(m->target_rank, m->target_shape);
    if (!s->target)
        s->target = rt_alloc((size_t)s->n, (size_t)s->targets * m->real_size, f->path, e);
    return s->target && read_array(f, "target", dtype, n * (uint64_t)s->targets, m->real_size,
                                   s->target, e);
}

static bool read_samples(const rt_safetensors *f, const rt_model *m, rt_samples *s, rt_error *e)
{
    const char *dtype = m->real_size == sizeof(double) ? "F64" : "F32";
    const rt_entry *x = rt_safetensors_find(f, "x");
    const int64_t rows = x && x->rank > 0 ? x->shape[0] : 0;

    if (rows < 1 || rows > m->batch)
        return rt_fail(e, "%s: holds no batch of 1 to %d samples", f->path, m->batch);
    return rt_samples_new(m, f->path, (uint64_t)rows, s, e)
        && read_array(f, "x", dtype, (uint64_t)rows * (uint64_t)s->features, m->real_size, s->x, e)
        && read_targets(f, m, s, e);
}

/* The settings that this program knows as they were. */
static bool read_settings(const rt_safetensors *f, const rt_model *m, rt_settings *set,
                          rt_error *e)
{
    const rt_settings own = *set;
    char value[RT_SETTING_TEXT], key[RT_SETTING_TEXT];
    int at = 0;
    const char *name;

    while ((name = rt_settings_next(&own, m, &at, value))) {
        snprintf(key, sizeof key, "netc.set.%s", name);
        const char *was = rt_safetensors_note(f, key);
        rt_error why;
        if (was && *was && !rt_settings_set(set, m, name, was, &why))
            return rt_fail(e, "%s: %s", f->path, why.text);
    }
    return true;
}

static bool read_number(const rt_safetensors *f, const char *key, uint64_t most, uint64_t *number,
                        rt_error *e)
{
    const char *text = rt_safetensors_note(f, key);
    char *end = NULL;

    *number = text ? strtoull(text, &end, 10) : 0;
    return (text && end != text && !*end && *number <= most)
        || rt_fail(e, "%s: its metadata has no number %s", f->path, key);
}

/* What a pass follows from beside its arrays. */
static bool read_pass(const rt_safetensors *f, rt_run *run, rt_error *e)
{
    uint64_t gemm, step;

    if (!read_number(f, "netc.pass", UINT64_MAX, &run->pass.step, e)
        || !read_number(f, "netc.step", INT64_MAX, &step, e)
        || !read_number(f, "netc.gemm", RT_GEMM_OPENBLAS, &gemm, e))
        return false;
    run->history.steps = (int64_t)step;
    run->pass.gemm = (rt_gemm)gemm;
    return true;
}

static bool open_run(const rt_safetensors *f, rt_run *run, const rt_model *model,
                     const rt_notes *notes, rt_settings *set, int threads, rt_error *e)
{
    rt_dataset data = { .train.n = 0 };

    if (!read_settings(f, model, set, e) || !read_samples(f, model, &data.train, e)) {
        rt_data_free(&data);
        return false;
    }
    return rt_run_on(run, model, notes, set, threads, &data, e) && read_pass(f, run, e);
}

static bool load_weights(rt_run *run, const char *folder, rt_error *e)
{
    char *path = kept_file(folder, "weights.safetensors");
    const bool ok = path ? rt_checkpoint_load(path, &run->net, run->pass.params,
                                              run->pass.memory, e)
                         : rt_fail(e, "%s: out of memory", folder);
    free(path);
    return ok;
}

bool rt_replay_open(rt_run *run, const rt_model *model, const rt_notes *notes, rt_settings *set,
                    int threads, const char *folder, rt_error *e)
{
    char *path = kept_file(folder, "batch.safetensors");
    rt_safetensors f;
    bool ok = false;

    if (!path)
        return rt_fail(e, "%s: out of memory", folder);
    if (rt_safetensors_open(&f, path, MOST_HEADER, e)) {
        ok = open_run(&f, run, model, notes, set, threads, e) && load_weights(run, folder, e);
        rt_safetensors_close(&f);
    }
    free(path);
    return ok;
}

/* ---- Running it -------------------------------------------------------------------------- */

static double pass_again(rt_run *run)
{
    rt_pass *c = &run->pass;

    rt_run_batch(run, &run->data.train, run->as_is, 0, (int)run->data.train.n);
    c->training = c->watching = c->frozen = true;
    const double loss = run->model->forward(c);
    rt_run_backward(run);
    return loss;
}

/* An RMS, or how many of a tensor's values are not finite. */
typedef struct {
    bool measured;
    double rms;
    uint64_t lost, of;
} Tally;

static const char *tell(const Tally *t, char text[2 * RT_FIGURE])
{
    if (!t->measured)
        return "";
    if (!t->lost)
        return rt_figure(text, t->rms);
    snprintf(text, 2 * RT_FIGURE, "%" PRIu64 " of %" PRIu64, t->lost, t->of);
    return text;
}

static void put_layer(const rt_style *s, const rt_run *run, int i, int width)
{
    const rt_layer_info *l = &run->net.layer[i];
    const rt_watch *w = (const rt_watch *)((const char *)run->pass.memory + l->watch);
    uint64_t outputs = (uint64_t)run->pass.rows;
    char output[2 * RT_FIGURE], delta[2 * RT_FIGURE];

    for (int k = 0; k < l->layer->rank; k++)
        outputs *= (uint64_t)l->layer->shape[k];
    const Tally act = { w->act_nonfinite || !isnan(w->act_rms), w->act_rms, w->act_nonfinite,
                        outputs };
    const Tally back = { w->delta.count > 0, w->delta_rms, w->delta.nonfinite, w->delta.count };
    rt_put_name(s, l->path, width);
    fprintf(s->out, "  %-24s  %s\n", tell(&act, output), tell(&back, delta));
}

static void put_layers(const rt_style *s, const rt_run *run)
{
    int width = 5;

    for (int i = 0; i < run->net.n_layers; i++)
        width = rt_name_width(run->net.layer[i].path, width);
    fprintf(s->out, "%-*s  %-24s  %s\n", width, "layer", "output, or not finite",
            "dL/dz, or not finite");
    for (int i = 0; i < run->net.n_layers; i++)
        if (run->net.layer[i].layer->watched)
            put_layer(s, run, i, width);
}

static bool put_bits(const rt_style *s, const rt_run *run, double loss, const rt_safetensors *f)
{
    const char *was = rt_safetensors_note(f, "netc.bits");
    char bits[RT_REPLAY_BITS];
    const bool same = was && !strcmp(was, rt_replay_bits(run, loss, bits));

    fprintf(s->out, "loss and gradients: %s bits %s in the run\n", same ? "the same" : "other",
            same ? "as" : "than");
    return same;
}

bool rt_replay_run(rt_run *run, const char *folder, const rt_style *s, bool *finite, rt_error *e)
{
    char *path = kept_file(folder, "batch.safetensors");
    rt_safetensors f;

    if (!path || !rt_safetensors_open(&f, path, MOST_HEADER, e)) {
        free(path);
        return false;
    }
    const double loss = pass_again(run);
    rt_nonfinite_locate(run, run->history.steps, loss);
    const rt_nonfinite *found = &run->history.nonfinite;
    *finite = found->layer < 0 && isfinite(loss);
    put_layers(s, run);
    if (*finite)
        fprintf(s->out, "%s: step %" PRId64 ": every value is finite\n", run->model->name,
                found->step);
    else
        rt_nonfinite_print(s->out, run);
    put_bits(s, run, loss, &f);
    rt_safetensors_close(&f);
    free(path);
    return rt_run_knows_words(run, e);
}
