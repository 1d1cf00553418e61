/* run_hparams.c -- the settings and params of a run for TensorBoard's tab HParams. */
#include "run_hparams.h"

#include <string.h>

#include "event_hparams.h"
#include "settings.h"

enum { SETTINGS = 64, MOST = SETTINGS + 192 };

typedef struct {
    char text[SETTINGS][RT_SETTING_TEXT];
    rt_hparam list[MOST];
    size_t n;
} Hparams;

/* What other runs of a net are likely to have another of. */
static bool varies(const char *setting)
{
    return !strcmp(setting, "lr") || !strcmp(setting, "batch") || !strcmp(setting, "seed");
}

static void list_settings(Hparams *h, const rt_run *run)
{
    int at = 0;

    while (h->n < SETTINGS) {
        const char *key = rt_settings_next(run->set, run->model, &at, h->text[h->n]);
        if (!key)
            return;
        h->list[h->n] = (rt_hparam){ key, h->text[h->n], varies(key) };
        h->n++;
    }
}

static bool has(const Hparams *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (!strcmp(h->list[i].name, name))
            return true;
    return false;
}

/* A setting hides a param of its name, as it may have been set since. */
static void list_params(Hparams *h, const rt_notes *notes)
{
    const rt_named_text *param = notes ? notes->param : NULL;

    for (; param && param->name && h->n < MOST; param++)
        if (!has(h, param->name))
            h->list[h->n++] = (rt_hparam){ param->name, param->text, true };
}

/* Those that the run will tell of. */
static size_t list_metrics(const rt_run *run, const char *metric[5])
{
    const bool tests = run->data.test.n > 0, classes = run->data.train.label != NULL;
    size_t n = 0;

    metric[n++] = "flow/net";
    metric[n++] = "loss/epoch";
    if (tests)
        metric[n++] = "loss/test";
    if (classes)
        metric[n++] = "accuracy/epoch";
    if (classes && tests)
        metric[n++] = "accuracy/test";
    return n;
}

bool rt_run_hparams_begin(FILE *out, rt_moment at, const rt_run *run)
{
    Hparams h = { .n = 0 };
    const char *metric[5];

    list_settings(&h, run);
    list_params(&h, run->notes);
    return rt_event_experiment(out, at, h.list, h.n, metric, list_metrics(run, metric))
        && rt_event_session_start(out, at, h.list, h.n);
}
