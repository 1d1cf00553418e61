/* warn.c -- what the forecast warns of: the rules of warnings.def in their order. */
#include "warn.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define NEVER INFINITY
#define warn_none NULL
static const Warning warning[] = {
#define WARNING(rule, message, name, about, explains, behind, means, stands, measure, \
                noted, warned, grave, reason) \
    { name, MSG_##message, explains, behind, means, stands, noted, warned, grave, \
      warn_##rule },
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
                  "first update; this is what does %s", w->opener->path,
                  w->now->stands == GROWN ? "once they have the usual size" : "then");
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

static void look_at(Warn *w, const Forecast *forecast, const FlowLayer *opener)
{
    for (int i = 0; i < w->n; i++)
        w->site[i].row = forecast->layer + (w->site[i].row - w->forecast->layer);
    w->forecast = forecast;
    w->opener = opener;
}

/* Where an output's weights start at 0, what the row goes by. */
static void stand(Warn *w, Stand stands)
{
    const Forecast *start = w->forecast;

    if (start->opened && stands != AT_START)
        look_at(w, stands == OPENED ? start->opened : warn_grown(start, w->session->arena),
                start->opener);
}

static void run(Warn *w, const Warning *row)
{
    const Forecast *start = w->forecast;

    w->now = row;
    w->explains = row->explains;
    w->from = from_gravity(w->model, row);
    if (!row->rule || warn_cause(w, row->behind))
        return;
    stand(w, row->stands);
    row->rule(w);
    look_at(w, start, NULL);
}

void warn(const Program *program, const Forecast *forecast, Session *s)
{
    Warn w = warn_new(program, forecast, s);

    for (size_t i = 0; w.n > 0 && i < countof(warning); i++)
        run(&w, &warning[i]);
}

double step_length(const Program *program, const Forecast *forecast, Session *s)
{
    Warn w = warn_new(program, forecast, s);

    stand(&w, GROWN);
    return w.n > 0 ? warn_step_length(&w) : 0;
}
