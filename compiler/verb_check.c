/* verb_check.c -- netc check exp.net...: what is wrong with the sources, and how gradients will
 * flow where nothing is. */
#include "forecast_write.h"
#include "session.h"
#include "verbs.h"

/* What a whole experiment's gradients will do, and whether that is as expected. */
static void foretell(Compilation *c, Session *s)
{
    if (compile_missing(c))
        return;
    compile_plan(c, s);
    compile_forecast(c, s);
    compile_warn(c, s);
    forecast_expect(c->forecast, c->model, s);
}

static void put_forecast(Compilation *c, Session *s, const Options *o)
{
    const bool json = o->format == DIAG_JSON;

    if (!c->forecast && !json)
        forecast_lacks(c->model->name, compile_missing(c), stdout);
    else if (c->forecast && json)
        forecast_json(c->forecast, stdout);
    else if (c->forecast)
        forecast_text(c->forecast, c->model, o->full, s->arena, stdout);
}

int verb_check(const Options *o, Arena *a)
{
    int status = EXIT_FINE;

    for (int i = 0; i < o->n_files; i++) {
        Session session;
        Compilation c;
        const bool found = session_open(o->file[i], o, a, &session, &c);
        if (found && compile_check(&c, &session))
            foretell(&c, &session);
        /* as JSON the messages are the result, and go where results go */
        if (!found || !session_report(&session, o, o->format == DIAG_JSON ? stdout : stderr))
            status = EXIT_SOURCE;
        else
            put_forecast(&c, &session, o);
    }
    return status;
}
