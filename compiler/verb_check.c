/* verb_check.c -- netc check exp.net...: what is wrong with the sources. */
#include "session.h"
#include "verbs.h"

int verb_check(const Options *o, Arena *a)
{
    int status = EXIT_FINE;

    for (int i = 0; i < o->n_files; i++) {
        Session session;
        Compilation c;
        const bool found = session_open(o->file[i], o, a, &session, &c);
        if (found)
            compile_check(&c, &session);
        /* as JSON the messages are the result, and go where results go */
        if (!found || !session_report(&session, o, o->format == DIAG_JSON ? stdout : stderr))
            status = EXIT_SOURCE;
    }
    return status;
}
