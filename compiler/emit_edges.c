/* emit_edges.c -- which layer's output goes into which, for the graph that reports draw. */
#include "emit_edges.h"

#include <string.h>

#include "map.h"
#include "unrolled.h"

/* The layers whose output reaches an operator through operators of no layer; "" is the input.  An
 * operator of no layer that joins several is a vertex by itself: "+" and its tensor's name. */
typedef struct {
    Str *layer;
    int n;
} Sources;

typedef struct {
    Emit *out;
    Session *s;
    Map told;                       /* "from>to" */
} Edges;

static void take(Sources *to, Str layer, Arena *a)
{
    for (int i = 0; i < to->n; i++)
        if (to->layer[i] == layer)
            return;
    arena_push(a, to->layer, to->n, layer);
}

static void take_all(Sources *to, const Sources *from, Arena *a)
{
    for (int i = 0; i < from->n; i++)
        take(to, from->layer[i], a);
}

/* "stage.1.unit.h.2" is the layer that reports call "stage[1].unit.h[2]". */
static const char *path_of(Str layer, Arena *a)
{
    char *path = arena_printf(a, "%s%*s", layer, (int)strlen(layer), "");
    char *to = path;

    for (const char *at = layer; *at;) {
        const size_t digits = *at == '.' ? strspn(at + 1, "0123456789") : 0;
        if (digits == 0) {
            *to++ = *at++;
            continue;
        }
        *to++ = '[';
        memcpy(to, at + 1, digits);
        to += digits;
        *to++ = ']';
        at += digits + 1;
    }
    *to = '\0';
    return path;
}

static void emit_edge(Edges *w, Str from, Str to)
{
    Arena *a = w->s->arena;
    const Str both = intern(w->s->names, arena_printf(a, "%s>%s", from, to));

    if (from == to || map_get(&w->told, both))
        return;
    map_put(&w->told, both, w, a);
    emit_line(w->out, "{ %s, %s },", emit_string(a, path_of(from, a)),
              emit_string(a, path_of(to, a)));
}

static Sources sources_of(Edges *w, const UnrolledOp *op, const Sources *source)
{
    Sources mine = { NULL, 0 };

    for (int k = 0; op->in && k < op->node->n_in; k++)
        if (op->in[k] >= 0)
            take_all(&mine, &source[op->in[k]], w->s->arena);
    if (!op->layer && mine.n < 2)
        return mine;
    const Str own = op->layer ? op->layer
                              : intern(w->s->names, arena_printf(w->s->arena, "+%s", op->name));
    for (int i = 0; i < mine.n; i++)
        emit_edge(w, mine.layer[i], own);
    mine = (Sources){ NULL, 0 };
    take(&mine, own, w->s->arena);
    return mine;
}

void emit_edges(Emit *out, const Program *program, Session *s)
{
    const Unrolled *net = unroll(program, s);
    Sources *source = arena_array(s->arena, Sources, net->n);
    Edges w = { .out = out, .s = s };

    emit_open(out, "static const rt_edge edges[] = {");
    for (int i = 0; i < net->n; i++) {
        if (i == net->input)
            take(&source[i], intern(s->names, ""), s->arena);
        else if (!unrolled_is_weight(&net->op[i]))
            source[i] = sources_of(&w, &net->op[i], source);
    }
    emit_line(out, "{ 0, 0 }");
    emit_close(out, ";");
}
