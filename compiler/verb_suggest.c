/* verb_suggest.c -- netc suggest exp.net: which edits would let the gradients flow. */
#include <string.h>

#include "line_diff.h"
#include "output.h"
#include "repair.h"
#include "session.h"
#include "verbs.h"

static bool complain(const char *path, const char *what)
{
    fprintf(stderr, "netc: %s: %s\n", path, what);
    return false;
}

/* Another program may have written it since. */
static bool is_as_read(const Source *source, Arena *a)
{
    const char *why;
    const Source *now = source_read(source->path, a, &why);

    if (!now)
        return complain(source->path, why);
    if (now->size != source->size || memcmp(now->text, source->text, now->size) != 0)
        return complain(source->path, "it has changed meanwhile; nothing was written");
    return true;
}

static int apply(const Options *o, const Compilation *c, const Candidate *chosen, Arena *a)
{
    const char *path = o->file[0];

    if (!is_as_read(c->source, a))
        return EXIT_SOURCE;
    if (!output_edit(path, chosen->text, strlen(chosen->text)))
        return EXIT_USAGE;
    fprintf(stderr, "%s: %s\n", path, chosen->what);
    return EXIT_FINE;
}

static int show_patch(const Compilation *c, const Candidate *chosen, Arena *a)
{
    const LineDiff d = line_diff(c->source->text, chosen->text, a);

    line_diff_put(&d, c->source->path, stdout);
    return EXIT_FINE;
}

static int choose(const Options *o, const Suggestions *found, Arena *a)
{
    const int number = o->apply ? o->apply : o->patch;

    if (number > found->n) {
        fprintf(stderr, "netc: there is no repair %d: 'netc suggest %s' has %d\n", number,
                o->file[0], found->n);
        return EXIT_USAGE;
    }
    return o->apply ? apply(o, found->c, &found->candidate[number - 1], a)
                    : show_patch(found->c, &found->candidate[number - 1], a);
}

/* A forecast needs all of an experiment. */
static bool foretell(Compilation *c, Session *s)
{
    const char *missing;

    if (!compile_check(c, s))
        return false;
    missing = compile_missing(c);
    if (missing)
        return complain(c->source->path, arena_printf(s->arena, "there is no %s block, and without "
                                                      "one no forecast", missing));
    compile_plan(c, s);
    compile_forecast(c, s);
    return !c->forecast->too_large
        || complain(c->source->path, arena_printf(s->arena, "no forecast: %s", c->forecast->rough));
}

int verb_suggest(const Options *o, Arena *a)
{
    Session session;
    Compilation c;
    const Suggestions *found;

    if (!session_open(o->file[0], o, a, &session, &c))
        return EXIT_SOURCE;
    if (!foretell(&c, &session)) {
        session_report(&session, o, stderr);
        return EXIT_SOURCE;
    }
    found = repairs_find(&c, o->full, &session);
    if (o->apply || o->patch)
        return choose(o, found, a);
    if (o->format == DIAG_JSON)
        repairs_json(found, stdout);
    else
        repairs_text(found, a, stdout);
    return EXIT_FINE;
}
