/* replay_save.c -- keeps the batch and the weights of a step that was not finite. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "atomic_file.h"
#include "checkpoint.h"
#include "json_line.h"
#include "replay_bits.h"
#include "safetensors.h"
#include "settings.h"

enum { SETTINGS = 64, FACTS = 8, KEY = 80 };

/* ---- batch.safetensors ------------------------------------------------------------------- */

typedef struct {
    rt_note note[FACTS + SETTINGS];
    int n;
    char key[SETTINGS][KEY], value[SETTINGS][RT_SETTING_TEXT];
    char step[24], pass[24], gemm[12], bits[RT_REPLAY_BITS];
} Notes;

static void add(Notes *w, const char *key, const char *value)
{
    w->note[w->n++] = (rt_note){ key, value };
}

/* The settings by their keys: "netc.set.seed". */
static void add_settings(Notes *w, const rt_run *run)
{
    int at = 0, i = 0;

    for (const char *key; i < SETTINGS; i++) {
        key = rt_settings_next(run->set, run->model, &at, w->value[i]);
        if (!key)
            return;
        snprintf(w->key[i], KEY, "netc.set.%s", key);
        add(w, w->key[i], w->value[i]);
    }
}

static void list_notes(Notes *w, const rt_run *run, double loss)
{
    const rt_nonfinite *found = &run->history.nonfinite;

    w->n = 0;
    snprintf(w->step, sizeof w->step, "%" PRId64, found->step);
    snprintf(w->gemm, sizeof w->gemm, "%d", (int)run->pass.gemm);
    snprintf(w->pass, sizeof w->pass, "%" PRIu64, run->pass.step);
    add(w, "netc.model", run->model->name);
    add(w, "netc.step", w->step);
    add(w, "netc.pass", w->pass);
    add(w, "netc.gemm", w->gemm);
    add(w, "netc.tensor", found->tensor);
    add(w, "netc.layer", found->layer < 0 ? "" : run->net.layer[found->layer].path);
    add(w, "netc.bits", rt_replay_bits(run, loss, w->bits));
    add_settings(w, run);
}

/* [rows] and the shape behind it. */
typedef struct {
    int shape[6];
    int rank;
    size_t n;
} Shape;

static Shape shape_of(int rows, int rank, const int *shape)
{
    Shape s = { .shape = { rows }, .rank = rank + 1, .n = (size_t)rows };

    for (int i = 0; i < rank; i++) {
        s.shape[i + 1] = shape[i];
        s.n *= (size_t)shape[i];
    }
    return s;
}

static bool save_batch(const char *path, const rt_run *run, double loss, Notes *notes, rt_error *e)
{
    const rt_pass *c = &run->pass;
    const rt_model *m = run->model;
    const int steps = m->label_steps;
    const Shape x = shape_of(c->rows, m->input_rank, m->input_shape);
    const Shape labels = shape_of(c->rows, steps > 0, &steps);
    const Shape target = shape_of(c->rows, m->target_rank, m->target_shape);
    rt_stored stored[3] = {
        { .name = "x", .rank = x.rank, .shape = x.shape, .real_size = m->real_size, .n = x.n,
          .data = c->x }
    };
    size_t n = 1;

    if (c->labels)
        stored[n++] = (rt_stored){ .name = "labels", .rank = labels.rank, .shape = labels.shape,
                                   .real_size = sizeof *c->labels, .n = labels.n,
                                   .data = c->labels, .whole = true };
    if (rt_replay_has_target(m))
        stored[n++] = (rt_stored){ .name = "target", .rank = target.rank, .shape = target.shape,
                                   .real_size = m->real_size, .n = target.n, .data = c->target };
    list_notes(notes, run, loss);
    return rt_safetensors_write(path, stored, n, notes->note, notes->n, e);
}

/* ---- step.json --------------------------------------------------------------------------- */

static void put_before(rt_json *j, const rt_history *h)
{
    const int64_t n = h->n_briefs;

    rt_json_open(j, "before", '[');
    for (int64_t i = n > RT_BRIEFS ? n - RT_BRIEFS : 0; i < n; i++) {
        const rt_brief *b = &h->brief[i % RT_BRIEFS];
        rt_json_open(j, NULL, '{');
        rt_json_integer(j, "step", b->step);
        rt_json_measured(j, NULL, "loss", b->loss);
        rt_json_measured(j, NULL, "grad_norm", b->norm);
        rt_json_close(j, '}');
    }
    rt_json_close(j, ']');
}

static void put_step(FILE *out, const rt_run *run, double loss)
{
    const rt_nonfinite *found = &run->history.nonfinite;
    const rt_layer_info *l = found->layer < 0 ? NULL : &run->net.layer[found->layer];
    rt_json j;

    rt_json_begin(&j, out, "nonfinite");
    rt_json_text(&j, "name", run->model->name);
    rt_json_integer(&j, "step", found->step);
    rt_json_text(&j, "tensor", found->tensor);
    rt_json_text(&j, "layer", l ? l->path : NULL);
    rt_json_text(&j, "file", run->notes ? run->notes->source : NULL);
    if (l && l->line)
        rt_json_integer(&j, "line", l->line);
    else
        rt_json_null(&j, "line");
    rt_json_measured(&j, NULL, "loss", loss);
    put_before(&j, &run->history);
    rt_json_lost(&j, "nonfinite");
    rt_json_end(&j);
}

static bool save_step(const char *path, const rt_run *run, double loss, rt_error *e)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    rt_atomic_file f;

    if (out)
        put_step(out, run, loss);
    const bool made = out && fclose(out) == 0 && text;
    const bool ok = made ? rt_atomic_file_begin(&f, path, e)
                           && rt_atomic_file_write(&f, text, size, e) && rt_atomic_file_end(&f, e)
                         : rt_fail(e, "%s: out of memory", path);
    free(text);
    return ok;
}

/* ---- The folder -------------------------------------------------------------------------- */

static bool save_in(const char *folder, const rt_run *run, double loss, Notes *notes, rt_error *e)
{
    char *path[3] = { rt_replay_file(folder, "weights.safetensors"),
                      rt_replay_file(folder, "batch.safetensors"),
                      rt_replay_file(folder, "step.json") };
    bool ok = path[0] && path[1] && path[2] && notes;

    if (!ok)
        rt_fail(e, "%s: out of memory", folder);
    ok = ok && rt_checkpoint_save(path[0], &run->net, run->pass.params, run->pass.memory,
                                  run->history.nonfinite.step, e)
        && save_batch(path[1], run, loss, notes, e) && save_step(path[2], run, loss, e);
    for (int i = 0; i < 3; i++)
        free(path[i]);
    return ok;
}

bool rt_replay_save(const char *directory, const rt_run *run, double loss, rt_error *e)
{
    char *folder = rt_replay_file(directory, RT_REPLAY);
    Notes *notes = malloc(sizeof *notes);
    bool ok = false;

    if (!folder)
        rt_fail(e, "%s: out of memory", directory);
    else if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        rt_fail(e, "%s: cannot be made: %s", folder, strerror(errno));
    else
        ok = save_in(folder, run, loss, notes, e);
    free(notes);
    free(folder);
    return ok;
}
