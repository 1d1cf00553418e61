/* warn_site.c -- where warnings point: layers with what stands around them, and spans. */
#include "warn.h"
#include "written.h"

#include <math.h>
#include <string.h>

/* ---- What stands inside a residual or a parallel ------------------------------------------- */

typedef struct {
    Arena *arena;
    Map *items, units;              /* keys alone: they stand inside; they were walked so */
} Inside;

static void walk_items(Inside *in, const Items *items, bool inside);

static void walk_unit(Inside *in, const Unit *u, bool inside)
{
    void *walked = map_get(&in->units, u), *as = inside ? (void *)&in->units : in->items;

    if (walked == &in->units || walked == as)
        return;
    map_put(&in->units, u, as, in->arena);
    walk_items(in, &u->items, inside);
}

static void walk_items(Inside *in, const Items *items, bool inside)
{
    for (int i = 0; i < items->n; i++) {
        Item *item = items->item[i];

        if (inside)
            map_put(in->items, item, item, in->arena);
        if (item->unit)
            walk_unit(in, item->unit, inside);
        for (int k = 0; k < item->count; k++)
            walk_unit(in, item->iteration[k], inside);
        walk_items(in, &item->body, true);
        walk_items(in, &item->shortcut, true);
        for (int k = 0; k < item->n_branches; k++)
            walk_items(in, &item->branch[k], true);
    }
}

/* ---- What a layer's output goes to --------------------------------------------------------- */

static const Graph *graph_of(const Program *p, const Layer *layer)
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->graph[i]->n_layers; k++)
            if (&p->graph[i]->layer[k] == layer)
                return p->graph[i];
    bug("a layer of no graph");
}

/* The one forward node that reads x, past what only looks at it; 0: none, or several. */
static NodeId only_reader(const Graph *g, NodeId x)
{
    NodeId reader = 0;

    for (int i = 0; i < g->n_results; i++)
        if (g->result[i] == x)
            return 0;
    for (NodeId id = x + 1; id < g->n; id++) {
        const Node *n = &g->node[id];
        const bool looks = n->op == OP_BATCHNORM_STATS || n->op == OP_LAYERNORM_STATS ||
                           op_form(n->op) == FORM_EFFECT;

        for (int i = 0; n->phase == FORWARD && !looks && i < n->n_in; i++) {
            if (n->in[i] != x)
                continue;
            if (reader)
                return 0;
            reader = id;
        }
    }
    return reader;
}

static bool is_norm(OpKind op)
{
    return op == OP_BATCHNORM || op == OP_LAYERNORM || op == OP_GROUPNORM;
}

/* The one that reads x alone; 0 if none. */
static NodeId next_of(const Graph *g, NodeId x)
{
    NodeId id = only_reader(g, x);

    while (id && (g->node[id].op == OP_TAP || g->node[id].op == OP_RESHAPE))
        id = only_reader(g, id);
    return id;
}

static Act act_at(const Graph *g, NodeId id)
{
    const Node *n = &g->node[id];

    if (!id || n->layer < 0 || !op_is_elementwise(n->op))
        return (Act){ ACTIVATION_LINEAR, 0 };
    return (Act){ g->layer[n->layer].act, n->number[0] };
}

static void look_ahead(Site *p, NodeId z)
{
    const NodeId id = next_of(p->g, z);
    const Node *n = &p->g->node[id];

    if (id && is_norm(n->op)) {
        p->norm = n->item;
        p->batchnorm = n->op == OP_BATCHNORM;
        p->norm_act = act_at(p->g, next_of(p->g, id));
    } else {
        p->act = act_at(p->g, id);
    }
}

static Site look_around(const Warn *w, const Layer *layer)
{
    Site p = { .g = graph_of(w->program, layer), .act = { ACTIVATION_LINEAR, 0 },
               .norm_act = { ACTIVATION_LINEAR, 0 } };
    const NodeId z = layer->z;

    p.inside = map_get(&w->inside, layer->item) != NULL;
    for (int i = 0; i < layer->n_params; i++)
        if (layer->param[i].is_weight && !p.weight)
            p.weight = &layer->param[i];
        else if (!layer->param[i].is_weight && !p.bias)
            p.bias = &layer->param[i];
    if (p.weight)
        p.draw = draw_of(p.weight);
    if (!layer->steps)
        look_ahead(&p, z);
    return p;
}

void warn_sites(Warn *w)
{
    Arena *a = w->session->arena;
    Inside in = { .arena = a, .items = &w->inside };
    Map seen = { 0 };

    walk_unit(&in, w->model->unit, false);
    for (int i = 0; i < w->forecast->n; i++) {
        const FlowLayer *row = &w->forecast->layer[i];
        Site *known = map_get(&seen, row->layer), p;
        double squares[2];

        if (!row->layer->in_flow)
            continue;
        if (!known) {
            known = arena_new_of(a, Site);
            *known = look_around(w, row->layer);
            map_put(&seen, row->layer, known, a);
        }
        p = *known;
        p.row = row;
        act_squares(w->gauss, p.act, fmax(row->z_rms * row->z_rms - row->z_mean * row->z_mean, 0),
                    row->z_mean, squares);
        p.slope_square = p.act.kind == ACTIVATION_LINEAR ? 1 : squares[1];
        arena_push(a, w->site, w->n, p);
    }
}

/* ---- Spans --------------------------------------------------------------------------------- */

static const Arg *argument(const Item *item, const char *name)
{
    const Callable *c = item->callee;

    for (int i = 0; item->written == c && i < c->n_params; i++)
        if (strcmp(c->param[i].name, name) == 0)
            return written_arg(c, i, item->stmt->args);
    return NULL;
}

Span warn_at(const FlowLayer *row)
{
    return row->layer->item->at;
}

Span warn_argument(const Item *item, const char *name)
{
    const Arg *a = argument(item, name);

    return a ? a->value->at : item->at;
}

const Expr *warn_plain_argument(const Item *item, const char *name)
{
    const Arg *a = argument(item, name);

    return a && written_plain(a->value, call_arg(item->callee, item->arg, name)) ? a->value : NULL;
}

Span warn_setting(const Decl *block, const char *key)
{
    for (const Setting *s = block->settings; s; s = s->next)
        if (strcmp(s->key, key) == 0)
            return s->value->at;
    return block->at;
}

bool inputs_are_large(const InputMoments *in)
{
    return in->facts.read && in->square > LARGE_INPUTS * LARGE_INPUTS;
}

void warn_note_inputs(const Warn *w, Message *m)
{
    const InputMoments *in = &w->forecast->input;

    if (inputs_are_large(in))
        diag_note(m, w->model->data.train.at, "inputs have RMS %.2g; normalize = standard makes "
                  "it 1", sqrt(in->square));
}

/* ---- Numbers ------------------------------------------------------------------------------- */

const char *warn_range(const Warn *w, int first, int last)
{
    const char *from = w->site[first].row->path, *to = w->site[last].row->path;

    return first == last ? from : arena_printf(w->session->arena, "%s to %s", from, to);
}

bool warn_hidden(const Warn *w, int *first, int *last)
{
    *first = 0;
    *last = w->n - 2;
    return *last > *first;
}

bool warn_is_norm(const Layer *layer)
{
    return strcmp(layer->kind, "batchnorm") == 0 || strcmp(layer->kind, "layernorm") == 0 ||
           strcmp(layer->kind, "groupnorm") == 0;
}

bool warn_bounded(ActivationKind act)
{
    switch (act) {
    case ACTIVATION_SIGMOID: case ACTIVATION_TANH: case ACTIVATION_SOFTSIGN:
    case ACTIVATION_HARD_SIGMOID: case ACTIVATION_HARD_TANH:
        return true;
    default:
        return false;
    }
}

bool warn_passed(const Warn *w, const FlowLayer *row)
{
    return map_get(&w->inside, row->layer->item) != NULL;
}

/* One to three layers or less: branches of two or three, with a norm or a bounded activation before
 * them or behind, whose output does not grow with what comes in. */
bool warn_held(const Warn *w)
{
    int holds = 0, inside = 0;

    for (int i = 0; i < w->forecast->n; i++) {
        const FlowLayer *row = &w->forecast->layer[i];

        holds += warn_is_norm(row->layer) ||
                 (warn_bounded(row->layer->act) && warn_passed(w, row));
    }
    for (int i = 0; i < w->n - 1; i++)
        inside += w->site[i].inside;
    return 3 * holds >= w->n - 1 && 2 * inside >= w->n - 1;
}

double warn_gain(const Warn *w, int first, int last)
{
    return log10(flow_arrives(w->site[first].row) / flow_arrives(w->site[last].row));
}

/* Decades by which z grows on its way from one site to another. */
static double growth(const Warn *w, int first, int last)
{
    return log10(w->site[last].row->z_rms / w->site[first].row->z_rms);
}

/* A step of adam is as long as the rate whatever the gradient's size, until that is under its eps.
 * What counts before is how far a relative change of z is felt. */
double warn_lost(const Warn *w, int first, int last, double decades)
{
    double least = INFINITY, felt;

    if (!w->adaptive)
        return decades;
    for (int i = 0; i < w->n; i++)
        least = fmin(least, warn_gradient_rms(&w->site[i]));
    felt = fmin(decades, decades + growth(w, first, last));
    return fmax(felt - ADAPTIVE_BEARS, fmin(decades - 1, fmax(1, 2 + log10(w->eps / least))));
}

/* ... and, past a hundredfold, how far the output is from where it should be. */
double warn_gained(const Warn *w, int first, int last, double decades)
{
    return w->adaptive ? fmax(decades - ADAPTIVE_BEARS,
                              fmin(decades, decades - growth(w, first, last)))
                       : decades;
}

int64_t warn_weights(const Site *p)
{
    int64_t n = 0;

    for (int i = 0; i < p->row->layer->n_params; i++)
        if (p->row->layer->param[i].is_weight)
            n += shape_size(p->row->layer->param[i].shape);
    return n;
}

double warn_gradient_rms(const Site *p)
{
    return p->row->loss_norm / sqrt((double)warn_weights(p));
}

double warn_weight_rms(const Site *p)
{
    double square = 0;

    for (int i = 0; i < p->row->layer->n_params; i++) {
        const Tensor *t = &p->row->layer->param[i];
        const Draw draw = t->is_weight ? draw_of(t) : (Draw){ 0 };

        if (t->is_weight)
            square += (draw.var + draw.mean * draw.mean) * (double)shape_size(t->shape);
    }
    return sqrt(square / (double)warn_weights(p));
}
