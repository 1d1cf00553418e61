/* sweep_words.c -- the options of a sweep's programs: which of them mean something there. */
#include "sweep.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtime/options.h"
#include "runtime/settings.h"

/* "--data dir" and "--data=dir" */
static const char *value_of(char *const *words, const char *option)
{
    const size_t n = strlen(option);

    if (strncmp(words[0], option, n) != 0)
        return NULL;
    return words[0][n] == '=' ? words[0] + n + 1 : words[0][n] == '\0' ? words[1] : NULL;
}

ProgramWord sweep_word(char *const *words, const char **value)
{
    if ((*value = value_of(words, "--data")) != NULL)
        return WORD_DATA;
    return (*value = value_of(words, "--load")) != NULL ? WORD_LOAD : WORD_PLAIN;
}

static bool is_option(const char *word, const char *option)
{
    const size_t n = strlen(option);

    return strncmp(word, option, n) == 0 && (word[n] == '\0' || word[n] == '=');
}

bool sweep_has_word(const Sweep *s, const char *option)
{
    for (char **word = s->options->rest; word && *word; word++)
        if (is_option(*word, option))
            return true;
    return false;
}

/* Points differ in this number: each has its own. */
static bool varies(const Sweep *s, const char *key, size_t n)
{
    const bool length = (n == 6 && !memcmp(key, "epochs", n))
                     || (n == 5 && !memcmp(key, "steps", n));

    for (int i = 0; i < s->n_points; i++)
        for (int k = 0; k < s->point[i].n_set; k++) {
            const char *set = s->point[i].set[k];
            if (strncmp(set, key, n) == 0 && set[n] == '=')
                return true;
            if (length && (!strncmp(set, "epochs=", 7) || !strncmp(set, "steps=", 6)))
                return true;
        }
    return false;
}

/* "lr" of "--lr" and of "--set lr=0.1" */
static const char *key_of(char *const *words, size_t *n)
{
    static const char *const option[] = { "epochs", "steps", "lr", "seed", "batch", "every" };
    const char *pair = value_of(words, "--set");

    if (pair)
        return *n = strcspn(pair, "="), pair;
    for (size_t i = 0; i < countof(option); i++)
        if (strncmp(words[0], "--", 2) == 0 && is_option(words[0] + 2, option[i]))
            return *n = strlen(option[i]), option[i];
    return NULL;
}

/* ---- What the programs themselves take ---- */

static int number_of(const char *name, const char *const *list, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return i;
    bug("'%s' is no name of the runtime's", name);
}

/* What the reader of a program's options has to know of it. */
static void describe(const Sweep *s, const Point *p, rt_model *model, rt_settings *set)
{
    static const char *const loss[] = {
        [RT_SOFTMAX_CROSS_ENTROPY] = "SOFTMAX_CROSS_ENTROPY",
        [RT_BINARY_CROSS_ENTROPY] = "BINARY_CROSS_ENTROPY", [RT_MSE] = "MSE", [RT_MAE] = "MAE",
        [RT_HUBER] = "HUBER",
    };
    static const char *const schedule[] = {
        [RT_RATE_CONSTANT] = "CONSTANT", [RT_RATE_STEP] = "STEP",
        [RT_RATE_EXPONENTIAL] = "EXPONENTIAL", [RT_RATE_COSINE] = "COSINE",
        [RT_RATE_LINEAR] = "LINEAR",
    };

    *set = (rt_settings){
        .schedule = (rt_schedule)number_of(p->takes.schedule, schedule, countof(schedule)),
    };
    *model = (rt_model){
        .name = s->name, .batch = (int)s->batch, .settings = set,
        .loss = (rt_loss)number_of(p->takes.loss, loss, countof(loss)),
        .optimizer = p->takes.optimizer, .clip = p->takes.clip,
        .batch_statistics = p->takes.batch_statistics,
    };
}

static bool set_own(const Point *p, const rt_model *model, rt_settings *set, Arena *a, rt_error *e)
{
    for (const char *line = p->numbers; *line; line += strcspn(line, "\n") + 1) {
        const size_t n = strcspn(line, "=");
        const char *key = arena_copy(a, line, n);
        const char *value = arena_copy(a, line + n + 1, strcspn(line + n + 1, "\n"));
        if (!rt_settings_set(set, model, key, value, e))
            return false;
    }
    return true;
}

/* Over a point's own numbers, with what the script adds to the words. */
static bool accepts(const Sweep *s, const Point *p, rt_error *e)
{
    char *const own[] = { "", "--out", "run", "--json", "--quiet" };
    char **word = NULL;
    int n = 0;
    rt_model model;
    rt_settings set;
    rt_options options;

    describe(s, p, &model, &set);
    for (size_t i = 0; i < countof(own); i++)
        arena_push(s->arena, word, n, own[i]);
    for (char **w = s->options->rest; w && *w; w++)
        arena_push(s->arena, word, n, *w);
    return set_own(p, &model, &set, s->arena, e)
        && rt_options_read(n, word, &model, &options, &set, e);
}

static bool files_are_there(const Sweep *s)
{
    for (char **word = s->options->rest; word && *word; word++) {
        const char *value;
        const ProgramWord kind = sweep_word(word, &value);
        if (kind == WORD_PLAIN || access(value, R_OK) == 0)
            continue;
        fprintf(stderr, "netc: --%s %s: %s\n", kind == WORD_LOAD ? "load" : "data", value,
                strerror(errno));
        return false;
    }
    return true;
}

/* Before anything is written: a word that is not meant would tie the folder to it. */
static bool all_accept(const Sweep *s)
{
    bool first = true;
    rt_error e;

    for (int i = 0; i < s->n_points; i++) {
        const Point *p = &s->point[i];
        const ArenaMark mark = arena_mark(s->arena);
        const bool fine = p->program < 0 || accepts(s, p, &e);
        arena_release(s->arena, mark);
        if (!fine) {
            fprintf(stderr, "netc: behind --, for %s%s: %s\n",
                    first ? "the programs" : "the program of point ", first ? "" : p->name, e.text);
            return false;
        }
        first = first && p->program < 0;
    }
    return true;
}

bool sweep_words(const Sweep *s)
{
    static const char *const own[] = { "--out", "--no-out", "--resume", "--json", "--dry-run",
                                       "--check-grad", "--eval", "--predict", "--replay", "--save",
                                       "--save-grads", "--help", "--version" };

    for (size_t i = 0; i < countof(own); i++)
        if (sweep_has_word(s, own[i])) {
            fprintf(stderr, "netc: %s: not in a sweep, where each point trains in a run directory "
                            "of its own\n", own[i]);
            return false;
        }
    for (char **word = s->options->rest; word && *word; word++) {
        size_t n;
        const char *key = key_of(word, &n);
        if (key && varies(s, key, n)) {
            fprintf(stderr, "netc: %s: the points of the sweep differ in '%.*s'\n", *word, (int)n,
                    key);
            return false;
        }
    }
    return all_accept(s) && files_are_there(s);
}
