/* run_facts.c -- run.json: what a run is, on what it runs, and how it stands. */
#include "run_facts.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "atomic_file.h"
#include "clock.h"
#include "machine.h"
#include "reals.h"
#include "run_source.h"
#include "settings.h"
#include "utf8.h"
#include "version.h"

static char *file_in(const char *directory)
{
    char *path;

    return asprintf(&path, "%s/run.json", directory) < 0 ? NULL : path;
}

/* ---- The settings ------------------------------------------------------------------------ */

/* A number or a switch as JSON has it, where that is exact; else text. */
static json_t *json_of(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    return value ? value : json_string(text);
}

static json_t *list_settings(const rt_settings *set, const rt_model *model)
{
    json_t *list = json_object();
    char value[RT_SETTING_TEXT];
    int at = 0;

    for (const char *key; (key = rt_settings_next(set, model, &at, value));)
        json_object_set_new(list, key, json_of(value));
    return list;
}

static bool read_setting(const char *path, const rt_model *model, const char *key,
                         const json_t *value, rt_settings *set, rt_error *e)
{
    rt_error why;
    char text[RT_SETTING_TEXT];

    if (json_is_string(value))
        snprintf(text, sizeof text, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof text, "%.17g", json_real_value(value));
    else
        snprintf(text, sizeof text, "%s", json_is_true(value) ? "true" : "false");
    if (!*text || rt_settings_set(set, model, key, text, &why))
        return true;
    return rt_fail(e, "%s: the run was of another program: %s", path, why.text);
}

static bool read_settings(const char *path, const json_t *facts, const rt_model *model,
                          rt_settings *set, rt_error *e)
{
    const json_t *settings = json_object_get(facts, "settings");
    const char *key;
    json_t *value;

    if (!json_is_object(settings))
        return rt_fail(e, "%s: holds no settings", path);
    set->steps = 0;
    json_object_foreach((json_t *)settings, key, value) {
        if (!read_setting(path, model, key, value, set, e))
            return false;
    }
    return true;
}

/* Where no rate of a step done depends on the number of steps, more of them can follow. */
static bool can_be_longer(const rt_settings *set)
{
    return set->schedule != RT_RATE_COSINE && set->schedule != RT_RATE_LINEAR;
}

bool rt_run_facts_agree(const rt_model *model, const rt_settings *kept, const rt_settings *asked,
                        rt_error *e)
{
    rt_settings same = *asked;
    char was[RT_SETTING_TEXT], is[RT_SETTING_TEXT];
    int before = 0, now = 0;
    const char *key;

    if (can_be_longer(kept)) {
        same.steps = kept->steps;
        same.epochs = kept->epochs;
    } else if (kept->steps != asked->steps) {
        return rt_fail(e, "--resume: steps cannot change: the schedule of the rate depends on it");
    }
    while ((key = rt_settings_next(kept, model, &before, was))) {
        rt_settings_next(&same, model, &now, is);
        if (strcmp(was, is) != 0)
            return rt_fail(e, "--resume: %s was %s and cannot become %s", key, was, is);
    }
    return true;
}

/* ---- The program, its data, the machine -------------------------------------------------- */

static json_t *list_layers(const rt_net *net)
{
    json_t *list = json_array();

    for (int i = 0; i < net->n_layers; i++) {
        const rt_layer *l = net->layer[i].layer;
        json_t *shape = json_array();
        for (int k = 0; k < l->rank; k++)
            json_array_append_new(shape, json_integer(l->shape[k]));
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:o}", "name", net->layer[i].path,
                                              "kind", l->kind, "act", (int)l->act, "shape", shape));
    }
    return list;
}

static json_t *list_edges(const rt_notes *notes)
{
    json_t *list = json_array();

    for (const rt_edge *x = notes ? notes->edge : NULL; x && x->to; x++)
        json_array_append_new(list, json_pack("[s, s]", x->from, x->to));
    return list;
}

static unsigned long add_bytes(unsigned long sum, const void *data, size_t n)
{
    const unsigned char *p = data;

    for (size_t part; p && n > 0; p += part, n -= part) {
        part = n < 1u << 30 ? n : 1u << 30;
        sum = crc32(sum, p, (unsigned)part);
    }
    return sum;
}

static unsigned long add_samples(unsigned long sum, const rt_model *m, const rt_samples *s)
{
    const size_t n = (size_t)s->n;

    sum = add_bytes(sum, s->x, n * (size_t)s->features * m->real_size);
    sum = add_bytes(sum, s->label, s->label ? n * rt_labels(m) * sizeof *s->label : 0);
    return add_bytes(sum, s->target, s->target && s->target != s->x
                                         ? n * (size_t)s->targets * m->real_size : 0);
}

static json_t *describe_data(const rt_run *run)
{
    unsigned long sum = add_samples(crc32(0, NULL, 0), run->model, &run->data.train);
    char text[16];

    sum = add_samples(sum, run->model, &run->data.test);
    snprintf(text, sizeof text, "%08lx", sum);
    return json_pack("{s:I, s:I, s:s}", "train", (json_int_t)run->data.train.n, "test",
                     (json_int_t)run->data.test.n, "crc32", text);
}

static const char *gemm_name(rt_gemm gemm)
{
    static const char *const name[] = { [RT_GEMM_BY_SHAPE] = "auto", [RT_GEMM_NATIVE] = "native",
                                        [RT_GEMM_OPENBLAS] = "openblas" };
    return name[gemm];
}

/* What the bits of a run follow from, beside its settings, weights and layers. */
static json_t *describe_program(const rt_run *run)
{
    const rt_model *m = run->model;

    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:o}", "precision",
                     m->real_size == sizeof(double) ? "double" : "single", "optimizer",
                     m->optimizer, "clip", m->clip, "gemm", gemm_name(run->pass.gemm), "loss",
                     (int)m->loss, "schedule", (int)m->settings->schedule, "batch", m->batch,
                     "data", describe_data(run));
}

static json_t *describe_machine(const rt_run *run)
{
    char cpu[RT_MACHINE];

    return json_pack("{s:s, s:s, s:s, s:i}", "cpu", rt_cpu(cpu), "blas_core", rt_blas_core(),
                     "compiler", rt_compiler(), "threads", rt_pool_threads(run->pool));
}

static json_t *list_words(int argc, char *const *argv)
{
    json_t *list = json_array();

    for (int i = 0; i < argc; i++) {
        char *word = rt_utf8(argv[i]);
        json_array_append_new(list, json_string(word ? word : "?"));
        free(word);
    }
    return list;
}

bool rt_run_facts_new(rt_run_facts *f, const rt_run *run, int argc, char *const *argv, rt_error *e)
{
    char date[RT_DATE], seed[RT_MACHINE];

    snprintf(seed, sizeof seed, "%" PRIu64, run->set->seed);
    f->json = json_pack("{s:s, s:s, s:s, s:s, s:n, s:n, s:i, s:I, s:o, s:o, s:o, s:o, s:o, s:o,"
                        " s:I, s:[]}",
                        "name", run->model->name, "status", "running", "netc", RT_VERSION,
                        "started", rt_date(date), "ended", "exit_status", "steps_done", 0,
                        "steps", (json_int_t)run->steps, "seed", json_of(seed),
                        "command", list_words(argc, argv), "source", rt_run_source(run->notes),
                        "machine", describe_machine(run),
                        "settings", list_settings(run->set, run->model),
                        "program", describe_program(run),
                        "parameters", (json_int_t)run->net.n_parameters, "resumed");
    json_object_set_new(f->json, "layers", list_layers(&run->net));
    json_object_set_new(f->json, "edges", list_edges(run->notes));
    return f->json || rt_fail(e, "out of memory for run.json");
}

void rt_run_facts_free(rt_run_facts *f)
{
    json_decref(f->json);
    f->json = NULL;
}

/* ---- Reading ----------------------------------------------------------------------------- */

static json_t *read_facts(const char *path, rt_error *e)
{
    json_error_t error;
    json_t *facts = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (facts && json_is_object(facts))
        return facts;
    if (!facts && json_error_code(&error) == json_error_cannot_open_file)
        rt_fail(e, "%s: %s: no run can go on from there", path, strerror(errno));
    else
        rt_fail(e, "%s: line %d: %s", path, facts ? 1 : error.line,
                facts ? "is not an object" : error.text);
    json_decref(facts);
    return NULL;
}

bool rt_run_facts_settings(const char *directory, const rt_model *model, rt_settings *set,
                           rt_error *e)
{
    char *path = file_in(directory);
    json_t *facts = path ? read_facts(path, e) : NULL;
    const bool ok = facts && read_settings(path, facts, model, set, e);

    json_decref(facts);
    free(path);
    return ok;
}

/* The first member that differs. */
static bool same_members(const char *what, const json_t *was, json_t *is, rt_error *e)
{
    const char *key;
    json_t *value;

    json_object_foreach(is, key, value) {
        const json_t *before = json_object_get(was, key);
        char *old = json_dumps(before, JSON_COMPACT | JSON_ENCODE_ANY);
        char *now = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        const bool same = json_equal(before, value);
        if (!same)
            rt_fail(e, "--resume: %s: %s was %.150s and is %.150s", what, key, old ? old : "none",
                    now ? now : "none");
        free(old);
        free(now);
        if (!same)
            return false;
    }
    return true;
}

static bool same_layers(const json_t *was, const json_t *is, rt_error *e)
{
    const size_t n = json_array_size(is);

    for (size_t i = 0; i < n; i++) {
        json_t *now = json_array_get(is, i);
        const char *name = json_string_value(json_object_get(now, "name"));
        if (!same_members(name, json_array_get(was, i), now, e))
            return false;
    }
    return n == json_array_size(was)
        || rt_fail(e, "--resume: the run had %zu layers, this program has %zu",
                   json_array_size(was), n);
}

static bool is_same_program(const json_t *facts, const rt_run *run, rt_error *e)
{
    json_t *program = describe_program(run), *layers = list_layers(&run->net);
    const bool same = same_members("the program", json_object_get(facts, "program"), program, e)
                   && same_layers(json_object_get(facts, "layers"), layers, e);

    json_decref(program);
    json_decref(layers);
    return same;
}

bool rt_run_facts_resume(rt_run_facts *f, const char *directory, const rt_run *run,
                         const rt_position *at, rt_error *e)
{
    char *path = file_in(directory), date[RT_DATE];

    f->json = path ? read_facts(path, e) : NULL;
    free(path);
    if (!f->json || !is_same_program(f->json, run, e))
        return false;
    if (!rt_run_source_is(json_object_get(f->json, "source"), run->notes))
        fprintf(stderr, "%s: warning: the source is another than when the run began\n",
                run->model->name);
    json_t *resumed = json_object_get(f->json, "resumed");
    json_array_append_new(resumed, json_pack("{s:I, s:s, s:o}", "step", (json_int_t)at->step,
                                             "at", rt_date(date), "machine",
                                             describe_machine(run)));
    json_object_set_new(f->json, "steps", json_integer(run->steps));
    json_object_set_new(f->json, "settings", list_settings(run->set, run->model));
    json_object_set_new(f->json, "ended", json_null());
    json_object_set_new(f->json, "exit_status", json_null());
    return true;
}

/* ---- Writing ----------------------------------------------------------------------------- */

/* With as few digits as give every number back; to be freed. */
static char *text_of(const json_t *facts)
{
    for (size_t digits = 15;; digits++) {
        char *text = json_dumps(facts, JSON_INDENT(2) | JSON_REAL_PRECISION(digits));
        json_t *back = text ? json_loads(text, 0, NULL) : NULL;
        const bool same = json_equal(back, facts);
        json_decref(back);
        if (same || digits == 17)
            return text;
        free(text);
    }
}

static bool write_text(const char *path, const char *text, rt_error *e)
{
    rt_atomic_file f;

    return rt_atomic_file_begin(&f, path, e) && rt_atomic_file_write(&f, text, strlen(text), e)
        && rt_atomic_file_write(&f, "\n", 1, e) && rt_atomic_file_end(&f, e);
}

bool rt_run_facts_write(rt_run_facts *f, const char *directory, const char *status,
                        int exit_status, int64_t steps, rt_error *e)
{
    char date[RT_DATE];

    json_object_set_new(f->json, "status", json_string(status));
    json_object_set_new(f->json, "steps_done", json_integer(steps));
    if (exit_status >= 0) {
        json_object_set_new(f->json, "ended", json_string(rt_date(date)));
        json_object_set_new(f->json, "exit_status", json_integer(exit_status));
    }
    char *path = file_in(directory), *text = path ? text_of(f->json) : NULL;
    const bool ok = text ? write_text(path, text, e)
                         : rt_fail(e, "%s: out of memory for run.json", directory);
    free(text);
    free(path);
    return ok;
}
