/* run_events.c -- what a run tells TensorBoard: scalars, histograms and text of its event file. */
#include "run_events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "event_file.h"
#include "event_hparams.h"
#include "report.h"
#include "run_hparams.h"
#include "settings.h"

enum {
    HISTOGRAMS = 50,                /* of a tag over the run, about; they take the most room */
    TAG = 300
};

/* One step as it is told. */
typedef struct {
    FILE *out;
    rt_moment at;
    bool ok;
} Telling;

static Telling telling(const rt_run_events *x, int64_t step)
{
    errno = 0;
    return (Telling){ x->out, { step, rt_seconds_since_1970() }, true };
}

static bool is_told(const rt_run_events *x, const Telling *t, rt_error *e)
{
    if (t->ok && fflush(t->out) == 0)
        return true;
    return rt_fail(e, "%s: the event file: %s", x->directory,
                   errno ? strerror(errno) : "out of memory");
}

static void put(Telling *t, const char *tag, double value)
{
    t->ok = t->ok && rt_event_scalar(t->out, t->at, tag, value);
}

/* What there is none of is NaN. */
static void put_if_any(Telling *t, const char *tag, double value)
{
    if (!isnan(value))
        put(t, tag, value);
}

/* ---- Text -------------------------------------------------------------------------------- */

static void list_settings(FILE *text, const rt_run *run)
{
    char value[RT_SETTING_TEXT];
    int at = 0;

    fputs("| setting | value |\n| --- | --- |\n", text);
    for (const char *key; (key = rt_settings_next(run->set, run->model, &at, value));)
        fprintf(text, "| %s | %s |\n", key, value);
}

/* As a block of code: indented. */
static void quote(FILE *text, const rt_named_text *file)
{
    const char *line = file->text;

    fprintf(text, "\n%s\n\n", file->name);
    while (*line) {
        const size_t n = strcspn(line, "\n");
        fprintf(text, "    %.*s\n", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

static void describe(FILE *text, const rt_run *run)
{
    list_settings(text, run);
    for (const rt_named_text *f = run->notes ? run->notes->file : NULL; f && f->name; f++)
        quote(text, f);
}

static void judge(FILE *text, const rt_history *h)
{
    rt_verdict verdict[32];
    const int n = rt_verdicts(h, verdict, 32);

    fputs(n ? "| verdict | layer | reason | edit |\n| --- | --- | --- | --- |\n" : "none\n", text);
    for (int i = 0; i < n; i++)
        fprintf(text, "| %s | %s | %s | %s |\n", verdict[i].verdict,
                verdict[i].layer < 0 ? "" : h->net->layer[verdict[i].layer].path,
                verdict[i].reason, verdict[i].edit);
}

/* Takes the stream that `markdown` was written to. */
static void put_text(Telling *t, const char *tag, FILE *text, char **markdown)
{
    const bool written = text && fclose(text) == 0 && *markdown;

    t->ok = t->ok && written && rt_event_text(t->out, t->at, tag, *markdown);
    free(*markdown);
}

static void put_description(Telling *t, const rt_run *run)
{
    char *markdown = NULL;
    size_t size;
    FILE *text = open_memstream(&markdown, &size);

    if (text)
        describe(text, run);
    put_text(t, "config", text, &markdown);
    t->ok = t->ok && rt_run_hparams_begin(t->out, t->at, run);
}

/* One that was stopped may go on: it has no end yet.  TensorBoard keeps the first that it reads. */
static void put_end(Telling *t, const char *status)
{
    if (strcmp(status, "stopped") != 0)
        t->ok = t->ok && rt_event_session_end(t->out, t->at, !strcmp(status, "done"));
}

bool rt_run_events_end(rt_run_events *x, const rt_history *h, const char *status, rt_error *e)
{
    Telling t = telling(x, h->steps);
    char *markdown = NULL;
    size_t size;
    FILE *text = open_memstream(&markdown, &size);

    if (text)
        judge(text, h);
    put_text(&t, "verdicts", text, &markdown);
    put_end(&t, status);
    return is_told(x, &t, e);
}

/* ---- A step ------------------------------------------------------------------------------ */

/* "act_rms/fc1"; of the layer's weights, `of` is ".w": "grad_rms/fc1.w". */
static void put_of(Telling *t, const char *group, const char *path, const char *of, double value)
{
    char tag[TAG];

    snprintf(tag, sizeof tag, "%s/%s%s", group, path, of);
    put(t, tag, value);
}

static void put_weights(Telling *t, const char *path, const rt_layer_record *l)
{
    put_of(t, "grad_rms", path, ".w", l->grad_rms);
    put_of(t, "weight_rms", path, ".w", l->weight_rms);
    if (!isnan(l->update_ratio))
        put_of(t, "update_ratio", path, ".w", l->update_ratio);
}

/* What was measured and is not finite stands there as such. */
static void put_layer(Telling *t, const char *path, const rt_layer_record *l)
{
    const rt_watch *w = &l->watch;

    if (w->act_nonfinite || !isnan(w->act_rms))
        put_of(t, "act_rms", path, "", w->act_rms);
    if (w->delta.count)
        put_of(t, "delta_rms", path, "", w->delta_rms);
    if (!w->act_nonfinite && !isnan(w->act_rms)) {
        put_of(t, "saturated", path, "", w->saturated);
        put_of(t, "dead", path, "", w->dead);
    }
    if (l->grad.count)
        put_weights(t, path, l);
}

/* Rows from the first bin to the last that hold something; on a linear axis, so in powers of 2. */
static void put_bins(Telling *t, const char *tag, const char *description, const uint32_t *bin)
{
    double row[RT_BINS][3];
    int first = 0, end = RT_BINS;

    while (first < end && !bin[first])
        first++;
    while (end > first && !bin[end - 1])
        end--;
    for (int i = first; i < end; i++) {
        const double exponent = i - RT_BIN_ONE;
        memcpy(row[i - first], (const double[3]){ exponent, exponent + 1, bin[i] }, sizeof row[0]);
    }
    t->ok = t->ok && rt_event_histogram(t->out, t->at, tag, description, row, end - first);
}

static void put_histograms(Telling *t, const char *path, const rt_layer_record *l)
{
    char tag[TAG];

    snprintf(tag, sizeof tag, "delta_hist/%s", path);
    if (l->watch.delta.count)
        put_bins(t, tag, "log2 |dL/dz|, of what is not 0", l->watch.delta.bin);
    snprintf(tag, sizeof tag, "grad_hist/%s.w", path);
    if (l->grad.count)
        put_bins(t, tag, "log2 |dL/dW|, of what is not 0", l->grad.bin);
}

static bool has_histograms(const rt_run_events *x, int64_t step)
{
    return x->stride && (step % x->stride == 0 || step == x->last);
}

bool rt_run_events_step(rt_run_events *x, const rt_history *h, double accuracy, rt_error *e)
{
    const rt_record *r = rt_history_at(h, -1);
    Telling t = telling(x, r->step);

    put(&t, "loss/train", r->loss);
    put_if_any(&t, "accuracy/train", accuracy);
    put(&t, "rate/lr", r->rate);
    put(&t, "grad_norm/before_clip", r->norm_before);
    put(&t, "grad_norm/after_clip", r->norm_after);
    put(&t, "flow/net", rt_flow(h->net, r));
    for (int i = 0; i < h->net->n_layers; i++) {
        const rt_layer_info *l = &h->net->layer[i];
        if (!l->layer->watched || l->layer->unlisted)
            continue;
        put_layer(&t, l->path, &r->layer[i]);
        if (has_histograms(x, r->step))
            put_histograms(&t, l->path, &r->layer[i]);
    }
    return is_told(x, &t, e);
}

bool rt_run_events_epoch(rt_run_events *x, const rt_history *h, rt_error *e)
{
    const rt_epoch *epoch = &h->epoch[h->n_epochs - 1];
    Telling t = telling(x, epoch->step);

    put(&t, "loss/epoch", epoch->loss_train);
    put_if_any(&t, "accuracy/epoch", epoch->accuracy_train);
    put_if_any(&t, "loss/test", epoch->loss_test);
    put_if_any(&t, "accuracy/test", epoch->accuracy_test);
    return is_told(x, &t, e);
}

/* ---- Opening ----------------------------------------------------------------------------- */

/* Histograms stand at watched steps. */
static int64_t stride_of(const rt_run *run)
{
    const int64_t every = run->set->every, watched = run->steps / every + 1;

    return run->set->histograms ? every * ((watched + HISTOGRAMS - 1) / HISTOGRAMS) : 0;
}

static bool begin(rt_run_events *x, const rt_run *run, rt_error *e)
{
    Telling t = telling(x, 0);

    put_description(&t, run);
    return is_told(x, &t, e);
}

/* What was told at the very step is void too, so it is told once more: the text at the first, and
 * an epoch, which stands at the step behind its last one. */
static bool restart(rt_run_events *x, const rt_position *from, const rt_run *run, rt_error *e)
{
    const rt_history *h = &run->history;
    Telling t = telling(x, from->step);

    t.ok = rt_event_restart(t.out, t.at);
    if (from->step == 0)
        put_description(&t, run);
    if (!is_told(x, &t, e))
        return false;
    return h->n_epochs == 0 || h->epoch[h->n_epochs - 1].step < from->step
        || rt_run_events_epoch(x, h, e);
}

bool rt_run_events_open(rt_run_events *x, const char *directory, const rt_run *run,
                        const rt_position *from, rt_error *e)
{
    *x = (rt_run_events){ .directory = directory, .stride = stride_of(run),
                          .last = run->steps - 1 };
    x->out = rt_event_file_new(directory, rt_seconds_since_1970(), e);
    if (!x->out)
        return false;
    return from ? restart(x, from, run, e) : begin(x, run, e);
}

void rt_run_events_close(rt_run_events *x)
{
    if (x->out)
        fclose(x->out);
    x->out = NULL;
}

bool rt_run_events_sync(rt_run_events *x, rt_error *e)
{
    errno = 0;
    if (fflush(x->out) == 0 && fdatasync(fileno(x->out)) == 0)
        return true;
    return rt_fail(e, "%s: the event file: %s", x->directory, strerror(errno));
}
