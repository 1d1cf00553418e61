/* verb_graph.c -- netc graph exp.net: its units with shapes, parameters and work, and the memory
 * that its plan comes to. */
#include "graph_write.h"
#include "session.h"
#include "verbs.h"

static void put_graph(const Compilation *c, const Options *o, Arena *a)
{
    const Drawing d = graph_drawing(c->program, c->model->has_train, a);

    if (o->dot)
        graph_dot(&d, stdout);
    else if (o->format == DIAG_JSON)
        graph_json(&d, stdout);
    else
        graph_text(&d, stdout);
}

int verb_graph(const Options *o, Arena *a)
{
    Session session;
    Compilation c;
    const bool found = session_open(o->file[0], o, a, &session, &c);

    if (found)
        compile_check(&c, &session);
    if (!found || !session_report(&session, o, stderr))
        return EXIT_SOURCE;
    if (!c.model->unit) {
        fprintf(stderr, "netc: %s has no 'model' block: there is nothing to draw\n", o->file[0]);
        return EXIT_SOURCE;
    }
    if (c.model->has_train)
        compile_plan(&c, &session);
    else
        c.program = lower(c.model, &session);
    put_graph(&c, o, a);
    return EXIT_FINE;
}
