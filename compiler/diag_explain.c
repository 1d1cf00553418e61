/* diag_explain.c -- the catalogue of messages: code, title, lesson; the thresholds of warnings. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "diag_message.h"

static const struct {
    const char *code, *title, *lesson;
} catalogue[] = {
#define MESSAGE(id, code, title, lesson) [MSG_##id] = { code, title, lesson },
#include "messages.def"
#undef MESSAGE
};

#define NEVER INFINITY
static const struct {
    MessageId message;
    const char *rule, *name, *measure, *reason;
    double noted, warned, grave;
} warning[] = {
#define WARNING(rule, message, name, about, explains, behind, means, stands, measure, \
                noted, warned, grave, reason) \
    { MSG_##message, #rule, name, measure, reason, noted, warned, grave },
#include "warnings.def"
#undef WARNING
};

const char *diag_code(MessageId id)
{
    return catalogue[id].code;
}

const char *diag_warning_nth(int n)
{
    return n < (int)countof(warning) ? warning[n].name : NULL;
}

bool diag_warning_by_forecast(const char *name)
{
    for (size_t i = 0; i < countof(warning); i++)
        if (strcmp(warning[i].name, name) == 0)
            return strcmp(warning[i].rule, "none") != 0;
    return false;
}

/* "NET0203", "net0203" and "203" */
static bool is_code(const char *full, const char *code)
{
    const char *digits = full + strcspn(full, "0123456789");
    const bool number = *code && code[strspn(code, "0123456789")] == '\0';

    return strcasecmp(full, code) == 0
        || (number && strtol(digits, NULL, 10) == strtol(code, NULL, 10));
}

static const struct {
    MessageId message;
    double number;
    const char *text;
} limit[] = {
#define LIMIT(message, name, number, text) { MSG_##message, number, text },
#include "warn_limits.def"
#undef LIMIT
};

static void put_limits(MessageId id, FILE *out)
{
    bool any = false;

    for (size_t i = 0; i < countof(limit); i++) {
        if (limit[i].message != id)
            continue;
        fprintf(out, "%s%8g  ", any ? "" : "\nIt counts with\n", limit[i].number);
        for (const char *c = limit[i].text; *c; c++)
            fprintf(out, *c == '\n' ? "%c          " : "%c", *c);
        fputc('\n', out);
        any = true;
    }
}

/* In lines of 100 columns; "-WNAME goes by the " is never cut. */
static void put_wrapped(const char *name, const char *measure, FILE *out)
{
    enum { COLUMNS = 100 };
    int column = fprintf(out, "-W%s goes by the", name);

    while (*measure) {
        const int length = (int)strcspn(measure, " ");
        const bool fits = column + 1 + length + !measure[length] <= COLUMNS;

        column = (fits ? column : -1) + 1 + length;
        fprintf(out, "%c%.*s", fits ? ' ' : '\n', length, measure);
        measure += length + (measure[length] == ' ');
    }
    fputs(":\n", out);
}

/* Where the warning begins, and why. */
static void put_thresholds(MessageId id, FILE *out)
{
    for (size_t i = 0; i < countof(warning); i++) {
        if (warning[i].message != id || !*warning[i].measure)
            continue;
        fputc('\n', out);
        put_wrapped(warning[i].name, warning[i].measure, out);
        fprintf(out, "noted at %g (-Wextra)", warning[i].noted);
        if (warning[i].warned != NEVER)
            fprintf(out, ", warned of at %g", warning[i].warned);
        if (warning[i].grave != NEVER)
            fprintf(out, ", grave at %g", warning[i].grave);
        fprintf(out, ".\n%s\n", warning[i].reason);
        put_limits(id, out);
    }
}

bool diag_explain(const char *code, FILE *out)
{
    bool found = false;

    for (size_t i = 0; i < countof(catalogue); i++) {
        bool named = is_code(catalogue[i].code, code);

        for (size_t k = 0; k < countof(warning); k++)
            named = named || (warning[k].message == (MessageId)i &&
                              strcmp(warning[k].name, code) == 0);
        if (!named || found)
            continue;
        fprintf(out, "%s: %s\n\n%s\n", catalogue[i].code, catalogue[i].title,
                catalogue[i].lesson);
        put_thresholds((MessageId)i, out);
        found = true;
    }
    return found;
}
