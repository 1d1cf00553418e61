/* build.c -- a source made into C, and C into a program: what `netc` and `netc run` share. */
#include "build.h"

#include <string.h>

#include "cc.h"
#include "depend.h"
#include "language_limits.h"
#include "output.h"

/* A file of blocks alone is a fine import, but nothing that could run. */
static bool can_run(const Compilation *c)
{
    const char *missing = compile_missing(c);

    if (missing)
        fprintf(stderr, "netc: %s has no '%s' block: there is nothing to build\n", c->source->path,
                missing);
    return !missing;
}

bool build_within_limit(const Compilation *c)
{
    if (c->c_size <= (size_t)LIMIT_C_BYTES)
        return true;
    fprintf(stderr, "netc: %s makes %zu bytes of C; the limit is %lld\n", c->source->path,
            c->c_size, (long long)LIMIT_C_BYTES);
    return false;
}

static bool dumps(const Options *o, const char *stage)
{
    return o->dump && strcmp(o->dump, stage) == 0;
}

/* A program carries the forecast; C alone is spared the time, unless its warnings are asked for. */
static bool wants_forecast(const Options *o)
{
    return !o->dump && (o->product == TARGET_BINARY || options_ask_forecast(o));
}

bool build_c(Compilation *c, Session *s, const Options *o)
{
    if (dumps(o, "ast")) {
        c->file = parse(c->source, s);
        return session_report(s, o, stderr);
    }
    const bool checked = compile_check(c, s);
    const bool whole = checked && !compile_missing(c) && !dumps(o, "model");

    if (whole)
        compile_plan(c, s);
    if (whole && wants_forecast(o)) {
        compile_forecast(c, s);
        compile_warn(c, s);
    }
    if (!session_report(s, o, stderr) || !checked)
        return false;
    if (dumps(o, "model"))
        return true;
    if (!can_run(c))
        return false;
    if (o->dump)
        return true;
    compile_emit(c, s);
    if (o->product == TARGET_BINARY)
        compile_notes(c, s);
    return build_within_limit(c);
}

int build_product(const Compilation *c, const Session *s, const Options *o, const char *output)
{
    static const int status[] = {
        [CC_DONE] = EXIT_FINE, [CC_FAILED] = EXIT_CC, [CC_NO_OUTPUT] = EXIT_USAGE
    };
    const char *const *source = depend_sources(c->file, s->arena);
    const CcJob job = {
        .stem = c->model->name, .c = c->c, .c_size = c->c_size, .notes = c->notes,
        .notes_size = c->notes_size, .is_double = c->model->settings.double_precision,
        .object = o->product == TARGET_OBJECT, .lean = o->verb == VERB_SWEEP, .output = output,
        .source = source,
        .command = o->cc, .optimize = o->optimize, .march = o->march, .portable = o->portable,
        .verbose = o->verbose, .dry_run = o->dry_run,
    };

    if (o->product == TARGET_C)
        return output_text(output, source, c->c, c->c_size) ? EXIT_FINE : EXIT_USAGE;
    return status[cc_build(&job, s->arena)];
}
