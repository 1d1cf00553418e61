/* repair_text.c -- what would mend a net, for a reader: 80 columns. */
#include <math.h>
#include <string.h>

#include "forecast_write.h"
#include "repair.h"
#include "wrapped.h"

enum { SHOWN = 10, WHAT = 47 };

static void put_ailments(const Suggestions *found, Arena *a, FILE *out)
{
    const Health *h = &found->health;

    for (int i = 0; i < N_AILMENTS; i++) {
        const char *words = health_ails(h, (AilmentId)i) ? ailment_words(h, (AilmentId)i, a) : "";

        if (*words)
            put_wrapped(a, out, "  %s", words);
    }
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

/* What is over its limit after the repair, and was so before, or was not. */
static const char *ailments(const Suggestions *found, const Health *h, bool before, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < N_AILMENTS; i++) {
        const AilmentId id = (AilmentId)i;
        const char *name = id == AILMENT_WARNED ? health_failures(h, a) : ailment_name(id);

        if (health_ails(h, id) && health_ails(&found->health, id) == before && *name)
            text = arena_printf(a, "%s%s%s", text, *text ? ", " : "", name);
    }
    return text;
}

static void put_left(const char *word, const char *names, Arena *a, FILE *out)
{
    if (*names)
        put_wrapped(a, out, "    %s: %s", word, names);
}

static const char *decades(const Health *h, Arena *a)
{
    const double tenths = round(10 * h->decades) / 10 + 0.0;

    return !h->unknown ? arena_printf(a, "%.1f", tenths)
         : h->decades < 0 ? "none" : "inf";
}

static void put_candidate(const Suggestions *found, int i, Arena *a, FILE *out)
{
    const Candidate *c = &found->candidate[i];
    const char *rest = c->what;
    const int lines = c->added > c->removed ? c->added : c->removed;

    for (int line = 0; *rest; line++) {
        const size_t n = line_length(rest);

        if (line == 0)
            fprintf(out, "%2d  %-*.*s  %6s -> %5s  %7d\n", i + 1, WHAT, (int)n, rest,
                    decades(&found->health, a), decades(&c->health, a), lines);
        else
            fprintf(out, "    %.*s\n", (int)n, rest);
        rest += n + strspn(rest + n, " ");
    }
    put_left("still", ailments(found, &c->health, true, a), a, out);
    put_left("now", ailments(found, &c->health, false, a), a, out);
}

/* Where it stands, and why the data is not known. */
static void put_unread(const Suggestions *found, FILE *out)
{
    const Span at = found->c->model->data.train.at;
    const Place place = source_place(at.source, at.from);

    if (found->c->forecast->input.why)
        fprintf(out, "%s:%d:%d: the data could not be read, and was not looked at: %s\n",
                at.source->path, place.line, place.column, found->c->forecast->input.why);
}

static const char *how_it_is(const Health *h)
{
    return health_is_good(h) ? "is healthy at initialisation"
         : !h->warned.unmended
         ? "cannot be judged, since its data is not known; for unit normal inputs the net itself "
           "is healthy at initialisation"
         : "cannot learn from its data (netc check tells why), and no edit of the net helps; "
           "the net itself is healthy at initialisation";
}

static void put_healthy(const Suggestions *found, Arena *a, FILE *out)
{
    const Forecast *f = found->c->forecast;
    const char *flow = f->opener
        ? arena_printf(a, "no gradient comes past %s before its first update", f->opener->path)
        : arena_printf(a, "flow %+.1f decades%s", found->health.decades,
                       fabs(f->gained - log10(f->flow)) <= 0.5
                           ? "" : " past the bodies of residuals");

    put_wrapped(a, out, "%s %s: %s%s", found->c->model->name, how_it_is(&found->health), flow,
                found->n || found->health.unread ? "" : "; nothing to mend");
    fputs(forecast_step_words(f, a), out);
    forecast_rough(f, a, out);
    if (found->health.warned.n)
        put_wrapped(a, out, "netc check warns of %s", health_warnings(&found->health, a));
}

/* What netc check warns of, whatever is done of what is listed. */
static const char *without_edit(const Suggestions *found, Arena *a)
{
    const Warned *warned = &found->health.warned;
    const char *text = "";

    for (int i = 0; i < warned->n; i++) {
        bool mended = false;

        for (int k = 0; k < found->n; k++)
            mended = mended || !health_warns(&found->candidate[k].health, warned->name[i]);
        if (!mended)
            text = arena_printf(a, "%s%s%s", text, *text ? ", " : "", warned->name[i]);
    }
    return text;
}

void repairs_text(const Suggestions *found, Arena *a, FILE *out)
{
    const char *path = found->c->source->path;

    if (!(found->health.penalty > 0)) {
        put_healthy(found, a, out);
        put_unread(found, out);
        if (!found->n)
            return;
    } else {
        put_wrapped(a, out, "%s at initialisation, forecast for %s:", found->c->model->name,
                    found->c->forecast->input.from);
        put_ailments(found, a, out);
        forecast_rough(found->c->forecast, a, out);
        put_unread(found, out);
    }
    if (!found->n)
        fputs("no repair that is known helps\n", out);
    else
        fprintf(out, "\n #  %-*s     flow, decades    lines\n", WHAT, "repair");
    for (int i = 0; i < found->n && (found->all || i < SHOWN); i++)
        put_candidate(found, i, a, out);
    if (!found->all && found->n > SHOWN)
        fprintf(out, "%d more with --full\n", found->n - SHOWN);
    if (found->untried)
        fprintf(out, "%d repairs or pairs of them, which promise least, were not tried; --full "
                "tries all\n", found->untried);
    if (*without_edit(found, a))
        put_wrapped(a, out, "no edit is known for %s", without_edit(found, a));
    if (found->imported)
        put_wrapped(a, out, "not edited, since it is imported: %s", found->imported);
    if (found->n && strlen(path) <= 20)
        fprintf(out, "\n`netc suggest %s--patch 1 %s` shows the edit, --apply 1 makes it\n",
                found->all ? "--full " : "", path);
    else if (found->n)
        fprintf(out, "\n%s--patch 1 shows the edit, --apply 1 makes it\n",
                found->all ? "--full " : "");
}
