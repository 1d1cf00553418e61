/* verb_export.c -- netc export exp.net: the net with trained weights, for other programs. */
#include <string.h>

#include "depend.h"
#include "emit_predict.h"
#include "onnx.h"
#include "output.h"
#include "session.h"
#include "verbs.h"
#include "weights.h"

/* The lowered net in line; NULL after a message. */
static Unrolled *read_net(const Options *o, Session *s, Compilation *c, Arena *a)
{
    if (!session_open(o->file[0], o, a, s, c))
        return NULL;
    const bool checked = compile_check(c, s);
    if (!session_report(s, o, stderr) || !checked)
        return NULL;
    if (!c->model->unit) {
        fprintf(stderr, "netc: %s has no 'model' block: there is nothing to export\n", o->file[0]);
        return NULL;
    }
    c->program = lower(c->model, s);
    return unroll(c->program, s);
}

static const char *weights_of(const Options *o) { return o->onnx ? o->onnx : o->inference; }

/* The sources, and the weights: nothing is written over them. */
static const char *const *inputs_of(const Options *o, const Compilation *c, Arena *a)
{
    const char *const *source = depend_sources(c->file, a);
    const char **all = NULL;
    int n = 0;

    while (*source)
        arena_push(a, all, n, *source++);
    arena_push(a, all, n, weights_of(o));
    arena_push(a, all, n, NULL);
    return all;
}

int verb_export(const Options *o, Arena *a)
{
    Session session;
    Compilation c;
    size_t size;
    const Unrolled *net = read_net(o, &session, &c, a);
    const float **weight = net ? weights_read(weights_of(o), net, &session) : NULL;
    const char *text = NULL, *output = o->output;

    if (weight)
        text = o->onnx ? (const char *)onnx_model(net, weight, &session, &size)
                       : emit_predict(net, weight, &session, &size);
    if (!text)
        return EXIT_SOURCE;
    if (!output)
        output = arena_printf(a, "%s%s", c.model->name, o->onnx ? ".onnx" : "_predict.c");
    return output_text(output, inputs_of(o, &c, a), text, size) ? EXIT_FINE : EXIT_USAGE;
}
