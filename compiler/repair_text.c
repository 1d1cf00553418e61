/* repair_text.c -- what would mend a net, for a reader: 80 columns. */
#include <math.h>
#include <string.h>

#include "repair.h"

enum { SHOWN = 10, WHAT = 47 };

static void put_ailments(const Health *h, const char *before, Arena *a, FILE *out)
{
    for (int i = 0; i < N_AILMENTS; i++)
        if (health_ails(h, (AilmentId)i))
            fprintf(out, "%s%s\n", before, ailment_words(h, (AilmentId)i, a));
}

/* What fits on a line, up to a comma, or else a blank. */
static size_t line_length(const char *text)
{
    const size_t n = strlen(text);
    size_t comma = WHAT, blank = WHAT;

    if (n <= WHAT)
        return n;
    while (comma > 0 && !(text[comma] == ' ' && text[comma - 1] == ','))
        comma--;
    while (blank > 0 && text[blank] != ' ')
        blank--;
    return comma ? comma : blank ? blank : WHAT;
}

static const char *still(const Health *h, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < N_AILMENTS; i++)
        if (health_ails(h, (AilmentId)i))
            text = arena_printf(a, "%s%s%s", text, *text ? ", " : "", ailment_name((AilmentId)i));
    return text;
}

static void put_candidate(const Suggestions *found, int i, Arena *a, FILE *out)
{
    const Candidate *c = &found->candidate[i];
    const char *rest = c->what, *left = still(&c->health, a);
    const int lines = c->added > c->removed ? c->added : c->removed;

    for (int line = 0; *rest; line++) {
        const size_t n = line_length(rest);

        if (line == 0)
            fprintf(out, "%2d  %-*.*s  %6.1f -> %5.1f  %7d\n", i + 1, WHAT, (int)n, rest,
                    found->health.decades, c->health.decades, lines);
        else
            fprintf(out, "    %.*s\n", (int)n, rest);
        rest += n + strspn(rest + n, " ");
    }
    if (*left)
        fprintf(out, "    still: %s\n", left);
}

void repairs_text(const Suggestions *found, bool all, Arena *a, FILE *out)
{
    const char *path = found->c->source->path;

    if (!(found->health.penalty > 0)) {
        fprintf(out, "%s is healthy at initialisation: flow %+.1f decades; nothing to mend\n",
                found->c->model->name, found->health.decades);
        return;
    }
    fprintf(out, "%s at initialisation, forecast for %s:\n", found->c->model->name,
            found->c->forecast->input.from);
    put_ailments(&found->health, "  ", a, out);
    if (!found->n)
        fputs("no repair that is known helps\n", out);
    else
        fprintf(out, "\n #  %-*s     flow, decades    lines\n", WHAT, "repair");
    for (int i = 0; i < found->n && (all || i < SHOWN); i++)
        put_candidate(found, i, a, out);
    if (!all && found->n > SHOWN)
        fprintf(out, "%d more with --full\n", found->n - SHOWN);
    if (found->imported)
        fprintf(out, "not edited, since it is imported: %s\n", found->imported);
    if (found->n)
        fprintf(out, "\n`netc suggest --patch 1 %s` shows the edit, --apply 1 makes it\n", path);
}
