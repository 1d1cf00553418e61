/* settings.c -- the table of numbers that a run can change, and how their values are read. */
#include "settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "number.h"

typedef enum { INTEGER, UNSIGNED, REAL, SWITCH, REAL_SWITCH, LIST, WORD } Kind;

/* The values that are taken, as netc takes them in `train`. */
typedef enum { ANY, COUNT, POSITIVE, NOT_NEGATIVE, FRACTION, WHOLE } Range;

/* What of the program has to read a key; its choice is compared with the row's words. */
typedef enum { ALWAYS, OPTIMIZER, SCHEDULE, CLIP, LOSS } Reader;

typedef struct {
    const char *key;
    Kind kind;
    size_t offset;                  /* in rt_settings */
    Range range;
    Reader reader;
    const char *choices;            /* of the reader: any of these words */
} Row;

#define AT(field) offsetof(rt_settings, field)
static const Row rows[] = {
    { "lr", REAL, AT(lr), POSITIVE, ALWAYS, NULL },
    { "momentum", REAL, AT(momentum), FRACTION, OPTIMIZER, "sgd rmsprop" },
    { "nesterov", REAL_SWITCH, AT(nesterov), ANY, OPTIMIZER, "sgd" },
    { "alpha", REAL, AT(alpha), FRACTION, OPTIMIZER, "rmsprop" },
    { "beta1", REAL, AT(beta1), FRACTION, OPTIMIZER, "adam adamw" },
    { "beta2", REAL, AT(beta2), FRACTION, OPTIMIZER, "adam adamw" },
    { "eps", REAL, AT(eps), POSITIVE, OPTIMIZER, "rmsprop adagrad adam adamw" },
    { "weight_decay", REAL, AT(weight_decay), NOT_NEGATIVE, OPTIMIZER, "adamw" },
    { "lr_decay", REAL, AT(lr_decay), NOT_NEGATIVE, OPTIMIZER, "adagrad" },
    { "factor", REAL, AT(factor), POSITIVE, SCHEDULE, "step exponential" },
    { "at", LIST, AT(at), COUNT, SCHEDULE, "step" },
    { "warmup", REAL, AT(warmup), WHOLE, SCHEDULE, "cosine linear" },
    { "clip", REAL, AT(clip), POSITIVE, CLIP, "value norm global_norm adaptive" },
    { "l1", REAL, AT(l1), NOT_NEGATIVE, ALWAYS, NULL },
    { "l2", REAL, AT(l2), NOT_NEGATIVE, ALWAYS, NULL },
    { "huber_delta", REAL, AT(huber_delta), POSITIVE, LOSS, "huber" },
    { "batch", INTEGER, AT(batch), COUNT, ALWAYS, NULL },
    { "epochs", INTEGER, AT(epochs), COUNT, ALWAYS, NULL },
    { "steps", INTEGER, AT(steps), COUNT, ALWAYS, NULL },
    { "seed", UNSIGNED, AT(seed), ANY, ALWAYS, NULL },
    { "shuffle", SWITCH, AT(shuffle), ANY, ALWAYS, NULL },
    { "on_nonfinite", WORD, AT(on_nonfinite), ANY, ALWAYS, NULL },
    { "every", INTEGER, AT(every), COUNT, ALWAYS, NULL },
    { "histograms", SWITCH, AT(histograms), ANY, ALWAYS, NULL },
};
#undef AT
enum {
    N_ROWS = sizeof rows / sizeof rows[0],
    MOST_AT = sizeof((rt_settings *)0)->at / sizeof(double),
};

/* What stands in `train` but is part of the compiled program. */
static const char *const compiled[] = { "loss", "optimizer", "schedule", "regularize",
                                        "precision" };
static const char *const responses[] = { [RT_STOP] = "stop", [RT_SKIP] = "skip",
                                         [RT_CONTINUE] = "continue" };

static const char *const schedules[] = {
    [RT_RATE_CONSTANT] = "constant", [RT_RATE_STEP] = "step",
    [RT_RATE_EXPONENTIAL] = "exponential", [RT_RATE_COSINE] = "cosine",
    [RT_RATE_LINEAR] = "linear",
};
static const char *const losses[] = {
    [RT_SOFTMAX_CROSS_ENTROPY] = "softmax_cross_entropy",
    [RT_BINARY_CROSS_ENTROPY] = "binary_cross_entropy", [RT_MSE] = "mse", [RT_MAE] = "mae",
    [RT_HUBER] = "huber",
};

/* Choices that run.json has as codes. */
static const struct {
    const char *choice;
    const char *const *name;
    int64_t n;
} coded[] = {
    { "loss", losses, sizeof losses / sizeof losses[0] },
    { "schedule", schedules, sizeof schedules / sizeof schedules[0] },
};

const char *rt_choice_name(const char *choice, int64_t code)
{
    for (size_t i = 0; i < sizeof coded / sizeof coded[0]; i++)
        if (!strcmp(coded[i].choice, choice) && code >= 0 && code < coded[i].n)
            return coded[i].name[code];
    return NULL;
}

static const char *choice_of(const rt_model *model, Reader reader)
{
    switch (reader) {
    case OPTIMIZER: return model->optimizer;
    case SCHEDULE: return schedules[model->settings->schedule];
    case CLIP: return model->clip;
    case LOSS: return losses[model->loss];
    case ALWAYS: break;
    }
    return "";
}

static bool is_word_of(const char *list, const char *word)
{
    const size_t n = strlen(word);

    for (const char *p = list; (p = strstr(p, word)); p += n) {
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    }
    return false;
}

static bool is_read(const Row *row, const rt_model *model)
{
    return row->reader == ALWAYS || is_word_of(row->choices, choice_of(model, row->reader));
}

bool rt_read_integer(const char *text, int64_t *out)
{
    char *end;

    if (!strchr("-0123456789", text[0]) || !text[0])
        return false;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && !*end && !errno;
}

static bool read_unsigned(const char *text, uint64_t *out)
{
    char *end;

    if (!strchr("0123456789", text[0]) || !text[0])
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return !*end && !errno;
}

bool rt_read_real(const char *text, double *out)
{
    return rt_number(text, strlen(text), out) == RT_NUMBER;
}

static bool read_switch(const char *text, bool *out)
{
    *out = !strcmp(text, "true");
    return *out || !strcmp(text, "false");
}

static bool in_range(Range range, double x)
{
    switch (range) {
    case ANY: return true;
    case COUNT: return x >= 1 && x <= 2147483647 && x == floor(x);
    case POSITIVE: return x > 0;
    case NOT_NEGATIVE: return x >= 0;
    case FRACTION: return x >= 0 && x < 1;
    case WHOLE: return x >= 0 && x == floor(x);
    }
    return false;
}

static const char *wanted(const Row *row)
{
    static const char *const of_range[] = {
        [ANY] = "a number", [COUNT] = "a whole number from 1 to 2147483647",
        [POSITIVE] = "a number above 0", [NOT_NEGATIVE] = "a number not below 0",
        [FRACTION] = "a number from 0 to below 1", [WHOLE] = "a whole number not below 0",
    };
    switch (row->kind) {
    case SWITCH:
    case REAL_SWITCH: return "true or false";
    case UNSIGNED: return "a whole number from 0 to 18446744073709551615";
    case LIST: return "up to 16 epochs in rising order, as in 10,20";
    case WORD: return "stop, skip or continue";
    case INTEGER:
    case REAL: break;
    }
    return of_range[row->range];
}

static bool read_response(const char *text, rt_on_nonfinite *out)
{
    for (int i = RT_STOP; i <= RT_CONTINUE; i++) {
        if (!strcmp(text, responses[i])) {
            *out = (rt_on_nonfinite)i;
            return true;
        }
    }
    return false;
}

static bool read_epochs(rt_settings *set, const char *text)
{
    char part[32];
    double at[MOST_AT];
    int n = 0;

    for (const char *p = text, *end; p; p = *end ? end + 1 : NULL) {
        end = p + strcspn(p, ",");
        const size_t length = (size_t)(end - p);
        if (n == MOST_AT || length >= sizeof part)
            return false;
        memcpy(part, p, length);
        part[length] = '\0';
        if (!rt_read_real(part, &at[n]) || !in_range(COUNT, at[n]) || (n && at[n] <= at[n - 1]))
            return false;
        n++;
    }
    memcpy(set->at, at, (size_t)n * sizeof at[0]);
    set->n_at = n;
    return true;
}

static bool read_value(const Row *row, rt_settings *set, const char *text)
{
    void *field = (char *)set + row->offset;
    double real;
    int64_t integer;
    bool on;

    switch (row->kind) {
    case INTEGER:
        if (!rt_read_integer(text, &integer) || !in_range(row->range, (double)integer))
            return false;
        *(int64_t *)field = integer;
        return true;
    case REAL:
        if (!rt_read_real(text, &real) || !in_range(row->range, real))
            return false;
        *(double *)field = real;
        return true;
    case REAL_SWITCH:
        if (!read_switch(text, &on))
            return false;
        *(double *)field = on;
        return true;
    case UNSIGNED: return read_unsigned(text, field);
    case SWITCH: return read_switch(text, field);
    case LIST: return read_epochs(set, text);
    case WORD: return read_response(text, field);
    }
    return false;
}

static bool unknown(const char *key, rt_error *e)
{
    for (size_t i = 0; i < sizeof compiled / sizeof compiled[0]; i++) {
        if (!strcmp(key, compiled[i]))
            return rt_fail(e, "'%s' is compiled into the program: change it in the .net", key);
    }
    const char *nearest = rt_nearest(key, rows, sizeof rows[0], N_ROWS);
    return nearest ? rt_fail(e, "there is no setting '%.80s'; did you mean '%s'?", key, nearest)
                   : rt_fail(e, "there is no setting '%.80s'; --help lists them", key);
}

static bool unread(const Row *row, const rt_model *model, rt_error *e)
{
    static const char *const noun[] = { [OPTIMIZER] = "optimizer", [SCHEDULE] = "schedule",
                                        [CLIP] = "clip", [LOSS] = "loss" };

    return rt_fail(e, "'%s' is not read by this program: its %s is %s", row->key, noun[row->reader],
                   choice_of(model, row->reader));
}

bool rt_settings_set(rt_settings *set, const rt_model *model, const char *key, const char *value,
                     rt_error *e)
{
    const Row *row = NULL;

    for (int i = 0; i < N_ROWS && !row; i++)
        row = strcmp(rows[i].key, key) ? NULL : &rows[i];
    if (!row)
        return unknown(key, e);
    if (!is_read(row, model))
        return unread(row, model, e);
    if (!read_value(row, set, value))
        return rt_fail(e, "%s = '%.80s': %s is wanted", key, value, wanted(row));
    return true;
}

bool rt_settings_check(const rt_settings *set, const rt_model *model, rt_error *e)
{
    if (set->nesterov != 0 && set->momentum == 0)
        return rt_fail(e, "nesterov wants a momentum above 0");
    if (set->batch > model->batch && model->batch_statistics)
        return rt_fail(e, "batch %" PRId64 " is more than the %d that the program was compiled "
                       "for, and its batchnorm needs the whole batch at once: compile with "
                       "batch = %" PRId64, set->batch, model->batch, set->batch);
    return true;
}

/* The shortest text that reads back as the same double: 15 digits are enough for what was written
 * with so many, 17 for any. */
static void put_real(FILE *out, double value)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        const double back = strtod(text, NULL);
        if (!(back < value || back > value))
            break;
    }
    fputs(text, out);
}

static void print_value(FILE *out, const Row *row, const rt_settings *set)
{
    const void *field = (const char *)set + row->offset;

    switch (row->kind) {
    case INTEGER: fprintf(out, "%" PRId64, *(const int64_t *)field); break;
    case UNSIGNED: fprintf(out, "%" PRIu64, *(const uint64_t *)field); break;
    case REAL: put_real(out, *(const double *)field); break;
    case SWITCH: fputs(*(const bool *)field ? "true" : "false", out); break;
    case REAL_SWITCH: fputs(*(const double *)field != 0 ? "true" : "false", out); break;
    case WORD: fputs(responses[*(const rt_on_nonfinite *)field], out); break;
    case LIST:
        for (int i = 0; i < set->n_at; i++) {
            fputs(i ? "," : "", out);
            put_real(out, set->at[i]);
        }
        break;
    }
}

/* `steps` is there where it was given. */
static bool is_told(const Row *row, const rt_settings *set, const rt_model *model)
{
    return is_read(row, model) && (set->steps || strcmp(row->key, "steps") != 0);
}

void rt_settings_print(FILE *out, const rt_settings *set, const rt_model *model)
{
    for (int i = 0; i < N_ROWS; i++) {
        if (!is_told(&rows[i], set, model))
            continue;
        fprintf(out, "  %s=", rows[i].key);
        print_value(out, &rows[i], set);
        fputc('\n', out);
    }
}

const char *rt_settings_next(const rt_settings *set, const rt_model *model, int *at,
                             char value[RT_SETTING_TEXT])
{
    while (*at < N_ROWS && !is_told(&rows[*at], set, model))
        ++*at;
    FILE *out = *at < N_ROWS ? fmemopen(value, RT_SETTING_TEXT, "w") : NULL;
    if (!out)
        return NULL;
    print_value(out, &rows[*at], set);
    fclose(out);
    return rows[(*at)++].key;
}
