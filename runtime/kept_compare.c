/* kept_compare.c -- what differs between runs: settings, and what they came to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "kept_compare.h"
#include "settings.h"

/* Where run.json keeps what can differ. */
static const struct {
    const char *part, *inside;
} place[] = {
    { "settings", NULL }, { "source", "params" }, { "program", NULL }, { "program", "data" },
    { "machine", NULL },
};

static const json_t *part_of(const rt_kept *k, size_t i)
{
    const json_t *part = json_object_get(k->facts, place[i].part);

    return place[i].inside ? json_object_get(part, place[i].inside) : part;
}

/* run.json holds a code for some choices. */
static json_t *text_of(const char *key, const json_t *value)
{
    const char *name = json_is_integer(value) ? rt_choice_name(key, json_integer_value(value))
                                              : NULL;
    if (name)
        return json_string(name);
    char *text = json_is_string(value) ? NULL
                                       : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY
                                                         | JSON_REAL_PRECISION(9));
    json_t *string = json_string(json_is_string(value) ? json_string_value(value)
                                 : text ? text : "");

    free(text);
    return string;
}

/* ---- Groups ------------------------------------------------------------------------------ */

/* Two objects but for the seed. */
static bool same_but_seed(const json_t *a, const json_t *b)
{
    json_t *x = json_copy((json_t *)a), *y = json_copy((json_t *)b);

    json_object_del(x, "seed");
    json_object_del(y, "seed");
    const bool same = (!a && !b) || json_equal(x, y);
    json_decref(x);
    json_decref(y);
    return same;
}

/* The weights that a run began with, or "": run.json has them in its command alone. */
static const char *loaded(const rt_kept *k)
{
    const json_t *words = json_object_get(k->facts, "command");

    for (size_t i = 1; i + 1 < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        const char *next = json_string_value(json_array_get(words, i + 1));
        if (word && next && !strcmp(word, "--load"))
            return next;
    }
    return "";
}

/* Threads and processors change no result that is compared here. */
static bool differ_in_seed(const rt_kept *a, const rt_kept *b)
{
    bool same = !strcmp(a->name, b->name)
             && json_equal(json_object_get(a->facts, "layers"), json_object_get(b->facts, "layers"))
             && rt_kept_same_files(json_object_get(a->facts, "source"),
                                   json_object_get(b->facts, "source"))
             && !strcmp(loaded(a), loaded(b));

    for (size_t i = 0; same && i < sizeof place / sizeof place[0]; i++)
        same = !strcmp(place[i].part, "machine") || same_but_seed(part_of(a, i), part_of(b, i));
    return same
        && !json_equal(json_object_get(a->facts, "seed"), json_object_get(b->facts, "seed"));
}

bool rt_kept_by_seed(const rt_kept *k, size_t *group)
{
    bool several = false;

    for (size_t i = 0; k[i].path; i++) {
        group[i] = i;
        for (size_t first = 0; first < i && group[i] == i; first++)
            if (group[first] == first && differ_in_seed(&k[first], &k[i]))
                group[i] = first;
        several |= group[i] != i;
    }
    return several;
}

void rt_kept_singly(const rt_kept *k, size_t *group)
{
    for (size_t i = 0; k[i].path; i++)
        group[i] = i;
}

size_t rt_kept_members(const rt_kept *k, const size_t *group, size_t of)
{
    size_t n = 0;

    for (size_t i = of; k[i].path; i++)
        n += group[i] == of;
    return n;
}

/* How often word i of a list stands in it; 0: it stood before. */
static size_t times(const json_t *words, size_t i)
{
    const json_t *word = json_array_get(words, i);
    size_t n = 0;

    for (size_t j = 0; j < json_array_size(words); j++)
        if (json_equal(word, json_array_get(words, j))) {
            if (j < i)
                return 0;
            n++;
        }
    return n;
}

/* The words that occur in a list, in its order, each once; of several how often. */
static json_t *tally(const json_t *words)
{
    const size_t all = json_array_size(words);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    for (size_t i = 0; out && i < all; i++) {
        const size_t n = times(words, i);
        if (n)
            fprintf(out, "%s%s", i ? ", " : "", json_string_value(json_array_get(words, i)));
        if (n > 1 && n < all)
            fprintf(out, " (%zu)", n);
    }
    if (out)
        fclose(out);
    json_t *string = json_string(text ? text : "");
    free(text);
    return string;
}

/* ---- Settings ---------------------------------------------------------------------------- */

static bool differs(const rt_kept *k, size_t i, const char *key)
{
    const json_t *first = json_object_get(part_of(k, i), key);

    for (const rt_kept *x = k + 1; x->path; x++) {
        const json_t *value = json_object_get(part_of(x, i), key);
        if (!value != !first || (value && !json_equal(value, first)))
            return true;
    }
    return false;
}

/* [key, value of the first group, ...] */
static void add_setting(json_t *rows, const rt_kept *k, const size_t *group, size_t i,
                        const char *key)
{
    json_t *row = json_pack("[s]", key);

    for (size_t g = 0; k[g].path; g++) {
        json_t *words = json_array();
        for (size_t x = g; group[g] == g && k[x].path; x++)
            if (group[x] == g)
                json_array_append_new(words, text_of(key, json_object_get(part_of(&k[x], i),
                                                                         key)));
        if (group[g] == g)
            json_array_append_new(row, tally(words));
        json_decref(words);
    }
    json_array_append_new(rows, row);
}

/* Every key of any run once. */
static void compare_part(json_t *rows, const rt_kept *k, const size_t *group, size_t i)
{
    json_t *seen = json_object();

    for (const rt_kept *x = k; x->path; x++) {
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)part_of(x, i), key, value) {
            if (json_is_object(value) || json_object_get(seen, key))
                continue;
            json_object_set_new(seen, key, json_true());
            if (differs(k, i, key))
                add_setting(rows, k, group, i, key);
        }
    }
    json_decref(seen);
}

json_t *rt_kept_differences(const rt_kept *k, const size_t *group)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++)
        compare_part(rows, k, group, i);
    return rows;
}

/* ---- What they came to ------------------------------------------------------------------- */

static double of_end(const rt_kept *k, size_t offset)
{
    const char *end = k->n_epochs ? (const char *)&k->epoch[k->n_epochs - 1] : NULL;

    return end ? *(const double *)(const void *)(end + offset) : NAN;
}

static double loss_train(const rt_kept *k)
{
    return of_end(k, offsetof(rt_kept_epoch, loss_train));
}

static double loss_test(const rt_kept *k)
{
    return of_end(k, offsetof(rt_kept_epoch, loss_test));
}

static double accuracy_test(const rt_kept *k)
{
    return of_end(k, offsetof(rt_kept_epoch, accuracy_test));
}

static double flow_first(const rt_kept *k) { return k->n_columns ? k->column[0].flow : NAN; }

static double flow_last(const rt_kept *k)
{
    return k->n_columns ? k->column[k->n_columns - 1].flow : NAN;
}

static const char *status(const rt_kept *k) { return k->status; }

static const char *verdict(const rt_kept *k)
{
    const json_t *list = json_object_get(k->summary, "verdicts");

    if (!k->summary)
        return "";
    return json_array_size(list) ? rt_kept_text(json_array_get(list, 0), "verdict") : "none";
}

typedef const char *Show(char text[RT_FIGURE], double x);

static double itself(double x) { return x; }

/* A number that is shown somehow, and has a mean of its size or of its decades; or a word. */
static const struct {
    const char *name;
    double (*number)(const rt_kept *k);
    Show *show;
    double (*scale)(double), (*unscale)(double);
    const char *(*word)(const rt_kept *k);
} result[] = {
    { "status", .word = status },
    { "train loss", loss_train, rt_figure, itself, itself, NULL },
    { "test loss", loss_test, rt_figure, itself, itself, NULL },
    { "test accuracy", accuracy_test, rt_percent, itself, itself, NULL },
    { "flow, first step", flow_first, rt_figure, log, exp, NULL },
    { "flow, last step", flow_last, rt_figure, log, exp, NULL },
    { "verdict", .word = verdict },
};

static json_t *words_of(const rt_kept *k, const size_t *group, size_t g, size_t i)
{
    json_t *words = json_array();

    for (size_t x = g; k[x].path; x++)
        if (group[x] == g)
            json_array_append_new(words, json_string(result[i].word(&k[x])));
    json_t *text = tally(words);
    json_decref(words);
    return text;
}

/* "0.81", or "0.81 (0.77 to 0.85)". */
static json_t *numbers_of(const rt_kept *k, const size_t *group, size_t g, size_t i)
{
    double n = 0, sum = 0, low = INFINITY, high = -INFINITY;
    char mean[RT_FIGURE], from[RT_FIGURE], to[RT_FIGURE];

    for (size_t x = g; k[x].path; x++) {
        const double value = group[x] == g ? result[i].number(&k[x]) : NAN;
        if (isnan(value))
            continue;
        n++, sum += result[i].scale(value), low = fmin(low, value), high = fmax(high, value);
    }
    if (!(n > 0))
        return json_string("");
    result[i].show(mean, result[i].unscale(sum / n));
    return high > low ? json_sprintf("%s (%s to %s)", mean, result[i].show(from, low),
                                     result[i].show(to, high))
                      : json_string(mean);
}

json_t *rt_kept_results(const rt_kept *k, const size_t *group)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < sizeof result / sizeof result[0]; i++) {
        json_t *row = json_pack("[s]", result[i].name);
        for (size_t g = 0; k[g].path; g++)
            if (group[g] == g)
                json_array_append_new(row, result[i].word ? words_of(k, group, g, i)
                                                          : numbers_of(k, group, g, i));
        json_array_append_new(rows, row);
    }
    return rows;
}
