/* warn.c -- what the forecast warns of: the rules of warnings.def in their order. */
#include "warn.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define NEVER INFINITY
#define warn_none NULL
static const Warning warning[] = {
#define WARNING(rule, message, name, about, explains, behind, means, measure, noted, \
                warned, grave, reason) \
    { name, MSG_##message, explains, behind, means, noted, warned, grave, warn_##rule },
#include "warnings.def"
#undef WARNING
};
#undef warn_none

const Warning *warning_called(const char *name)
{
    for (size_t i = 0; i < countof(warning); i++)
        if (strcmp(warning[i].name, name) == 0)
            return &warning[i];
    bug("no warning '%s'", name);
}

/* ---- What is given ------------------------------------------------------------------------- */

static bool listed(const Str *list, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static bool passes(double measured, double threshold, bool falls)
{
    return threshold != INFINITY && (falls ? measured <= threshold : measured >= threshold);
}

bool warn_reaches(const Warn *w, double measured)
{
    return warn_gravity(w, measured) >= w->from;
}

int warn_gravity(const Warn *w, double measured)
{
    const Warning *row = w->now;
    const bool falls = row->grave < row->noted;

    return passes(measured, row->grave, falls) ? 3 : passes(measured, row->warned, falls) ? 2
         : passes(measured, row->noted, falls) ? 1 : 0;
}

/* From which gravity on a row is given.  A row that is never more than noted is given where the
 * command line names it at all. */
static int from_gravity(const Model *m, const Warning *row)
{
    const bool only_noted = row->warned == INFINITY && listed(m->ask, m->n_ask, row->name);

    return m->note_all || only_noted || listed(m->note, m->n_note, row->name) ? 1 : 2;
}

/* The first that is given explains a symptom. */
static void put_cause(Warn *w, Message *m)
{
    for (int i = 0; i < N_SYMPTOMS; i++)
        if (w->explains & 1 << i && !w->cause[i])
            w->cause[i] = m;
}

Message *warn_say(Warn *w, double measured, Span at, const char *format, ...)
{
    const bool allowed = listed(w->model->allow, w->model->n_allow, w->now->name);
    const char *text;
    Message *m;
    va_list ap;

    va_start(ap, format);
    text = arena_vprintf(w->session->arena, format, ap);
    va_end(ap);
    m = diag_warning(allowed ? w->silent : w->session->diag, w->now->message, w->now->name, at,
                     "%s", text);
    diag_gravity(m, warn_gravity(w, measured));
    if (w->opener)
        diag_note(m, warn_at(w->opener), "nothing comes past %s, whose weights are 0, before its "
                  "first update; this is what does then", w->opener->path);
    put_cause(w, m);
    return m;
}

Message *warn_cause(const Warn *w, int symptoms)
{
    const bool asked = listed(w->model->ask, w->model->n_ask, w->now->name);

    for (int i = 0; i < N_SYMPTOMS && !asked; i++)
        if (symptoms & 1 << i && w->cause[i])
            return w->cause[i];
    return NULL;
}

/* ---- All of them --------------------------------------------------------------------------- */

static double number_of(const Value *optimizer, const char *name)
{
    return value_arg(optimizer, name)->real;
}

static Warn warn_new(const Program *program, const Forecast *forecast, Session *s)
{
    const Model *m = program->model;
    const Value *optimizer = &m->settings.optimizer;
    const bool is_double = m->settings.double_precision;
    Warn w = { .session = s, .program = program, .model = m, .forecast = forecast,
               .gauss = gauss_new(s->arena), .silent = diag_new(s->arena),
               .adaptive = !word_is(optimizer, "SGD"), .rate = number_of(optimizer, "lr"),
               .least = is_double ? DBL_MIN : (double)FLT_MIN,
               .largest = is_double ? DBL_MAX : (double)FLT_MAX };

    if (w.adaptive)
        w.eps = number_of(optimizer, "eps");
    if (!forecast->too_large)
        warn_sites(&w);
    return w;
}

/* The rules of how the gradient fares from layer to layer, whatever its size. */
static bool is_of_ratios(const Warning *row)
{
    return row->rule == warn_vanishing || row->rule == warn_exploding
        || row->rule == warn_init_mismatch || row->rule == warn_batchnorm_depth;
}

/* Where an output's weights start at 0, the flow is that behind their first update. */
static void run_opened(Warn *w, const Warning *row)
{
    Warn opened = warn_new(w->program, w->forecast->opened, w->session);

    opened.opener = w->forecast->opener;
    opened.now = row;
    opened.explains = row->explains;
    opened.from = w->from;
    opened.told = w->told;
    memcpy(opened.cause, w->cause, sizeof w->cause);
    row->rule(&opened);
    w->told = opened.told;
    memcpy(w->cause, opened.cause, sizeof w->cause);
}

static void run(Warn *w, const Warning *row)
{
    w->now = row;
    w->explains = row->explains;
    w->from = from_gravity(w->model, row);
    if (!row->rule || warn_cause(w, row->behind))
        return;
    if (w->forecast->opened && is_of_ratios(row))
        run_opened(w, row);
    else
        row->rule(w);
}

void warn(const Program *program, const Forecast *forecast, Session *s)
{
    Warn w = warn_new(program, forecast, s);

    for (size_t i = 0; w.n > 0 && i < countof(warning); i++)
        run(&w, &warning[i]);
}

double step_length(const Program *program, const Forecast *forecast, Session *s)
{
    const Warn w = warn_new(program, forecast, s);

    return w.n > 0 ? warn_step_length(&w) : 0;
}
