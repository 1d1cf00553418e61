/* compare_parts.c -- a model as a tree of its statements, each once: the iterations of a repeat are
 * one, with all that they hold together. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "work.h"

/* Of an item of a unit: what one copy has. */
typedef struct {
    double parameters, multiply_adds;
} Load;

typedef struct {
    Arena *a;
    Intern *names;
    Map load;                       /* Item to Load */
} Build;

/* Where items stand: how often, and in which iterations of the repeat around them. */
typedef struct {
    const Part *outer;
    int64_t copies;
    int first, last;
} Spot;

static void merge_items(Build *b, Parts *into, const Items *items, const Spot *at);

/* ---- What the program says of an item ------------------------------------------------------- */

static Load *load_of(Build *b, const Item *item)
{
    Load *load = map_get(&b->load, item);

    if (!load) {
        load = arena_new_of(b->a, Load);
        map_put(&b->load, item, load, b->a);
    }
    return load;
}

static void find_loads(Build *b, const Graph *g)
{
    for (NodeId id = 1; id < g->n; id++) {
        const Node *n = &g->node[id];
        if (n->phase == FORWARD && n->item && !n->unit)
            load_of(b, n->item)->multiply_adds += node_multiply_adds(n);
    }
    for (int i = 0; i < g->n_layers; i++)
        for (int k = 0; k < g->layer[i].n_params; k++)
            load_of(b, g->layer[i].item)->parameters +=
                (double)shape_size(g->layer[i].param[k].shape);
}

/* ---- A part, from each of its copies -------------------------------------------------------- */

static void add_piece(Build *b, Pieces *p, const char *text)
{
    if (p->n == 0 || strcmp(p->text[p->n - 1], text) != 0)
        arena_push(b->a, p->text, p->n, text);
}

static PartArg *find_arg(Build *b, Part *part, const char *name)
{
    for (int i = 0; i < part->n_args; i++)
        if (strcmp(part->arg[i].name, name) == 0)
            return &part->arg[i];
    arena_push(b->a, part->arg, part->n_args, (PartArg){ .name = name });
    return &part->arg[part->n_args - 1];
}

static bool is_initialiser(const Value *v)
{
    return v->kind == VALUE_CALL && v->callee->family == FAMILY_INIT;
}

/* An initialiser is shown where it was chosen for the layer. */
static bool is_shown(const Item *item, int i)
{
    const Param *p = &item->callee->param[i];
    const Value *v = &item->arg[i];

    if (p->required)
        return true;
    if (v->kind == VALUE_NONE)
        return false;
    return !value_equal(v, p->same_as >= 0 ? &item->arg[p->same_as] : &p->value)
        && (!v->is_default || is_initialiser(v));
}

static void add_bound_args(Build *b, Part *part, const Item *item)
{
    for (int i = 0; i < item->callee->n_params; i++) {
        PartArg *arg = find_arg(b, part, item->callee->param[i].name);
        arg->shown |= is_shown(item, i);
        arg->by_position = item->callee->param[i].required;
        add_piece(b, &arg->pieces, compare_value(&item->arg[i], b->a));
    }
}

/* A block's, as they were written. */
static void add_block_args(Build *b, Part *part, const Item *item)
{
    const BlockParam *p = item->unit->block ? item->unit->block->params : NULL;

    for (const Arg *w = item->stmt->args; w; w = w->next) {
        PartArg *arg = find_arg(b, part, w->name ? w->name : p ? p->name : "");
        arg->shown = true;
        arg->by_position = !w->name;
        add_piece(b, &arg->pieces, format_expr(w->value, b->a));
        p = p ? p->next : NULL;
    }
}

static void add_from(Build *b, Part *part, const Item *item)
{
    const char **text = NULL;
    int n = 0;

    for (const Arg *w = item->stmt->from; w; w = w->next)
        arena_push(b->a, text, n, format_expr(w->value, b->a));
    if (n > 0)
        add_piece(b, &find_arg(b, part, "from")->pieces, compare_join(text, n, ", ", b->a));
}

static void add_args(Build *b, Part *part, const Item *item)
{
    if (item->kind == ITEM_BLOCK)
        add_block_args(b, part, item);
    else if (item->callee)
        add_bound_args(b, part, item);
    if (item->kind == ITEM_REPEAT) {
        PartArg *times = find_arg(b, part, "times");
        times->shown = times->by_position = true;
        add_piece(b, &times->pieces, arena_printf(b->a, "%d", item->count));
        PartArg *again = find_arg(b, part, "checkpoint");
        again->shown |= item->stmt->checkpoint;
        add_piece(b, &again->pieces, item->stmt->checkpoint ? "true" : "false");
    }
    if (item->stmt)
        add_from(b, part, item);
}

/* ---- The parts of a part -------------------------------------------------------------------- */

static const char *kind_of(const Item *item)
{
    if (item->kind == ITEM_BLOCK)
        return item->unit->block ? item->unit->block->name : item->unit->name;
    return item->kind == ITEM_REPEAT ? "repeat" : item->callee->name;
}

/* The part of that name, which the last iterations have had; or a new one behind `*at`. */
static Part *find_part(Build *b, Parts *into, Str name, int *at)
{
    Part *part = NULL;

    for (int i = 0; i < into->n; i++)
        if (into->part[(*at + i) % into->n]->name == name) {
            *at = (*at + i) % into->n + 1;
            return into->part[*at - 1];
        }
    part = arena_new_of(b->a, Part);
    part->name = name;
    arena_push(b->a, into->part, into->n, part);
    memmove(&into->part[*at + 1], &into->part[*at],
            (size_t)(into->n - 1 - *at) * sizeof(Part *));
    into->part[(*at)++] = part;
    return part;
}

static void take_place(Part *part, const Spot *at)
{
    part->first = part->copies ? part->first : at->first;
    part->last = at->last;
    part->copies += at->copies;
    part->outer = at->outer;
}

/* "shortcut", "branch_1": a list of items that stands inside of one. */
static void merge_side(Build *b, Part *outer, const char *kind, int rank, const Items *items,
                       const Spot *at)
{
    const Str name = intern(b->names, rank ? arena_printf(b->a, "%s_%d", kind, rank) : kind);
    int place = outer->parts.n;
    Part *part = find_part(b, &outer->parts, name, &place);
    Spot inner = *at;

    part->kind = kind;
    inner.outer = outer;
    take_place(part, &inner);
    inner.outer = part;
    merge_items(b, &part->parts, items, &inner);
}

static void merge_parts(Build *b, Part *part, const Item *item, const Spot *at)
{
    Spot inner = *at;

    inner.outer = part;
    merge_items(b, &part->parts, &item->body, &inner);
    if (item->has_shortcut)
        merge_side(b, part, "shortcut", 0, &item->shortcut, at);
    for (int i = 0; i < item->n_branches; i++)
        merge_side(b, part, "branch", i + 1, &item->branch[i], at);
    if (item->kind == ITEM_BLOCK) {
        inner.first = inner.last = 0;
        merge_items(b, &part->parts, &item->unit->items, &inner);
    }
    for (int i = 0; i < item->n_runs; i++) {
        const Run *run = &item->run[i];
        inner.copies = at->copies * run->count;
        inner.first = run->first;
        inner.last = run->first + run->count - 1;
        merge_items(b, &part->parts, &run->unit->items, &inner);
    }
}

static void merge_item(Build *b, Part *part, const Item *item, const Spot *at)
{
    const Load *load = load_of(b, item);

    part->named = item->named;
    part->kind = kind_of(item);
    part->is_layer = item->kind == ITEM_LAYER || item->kind == ITEM_ACTIVATION;
    part->item = part->item ? part->item : item;
    take_place(part, at);
    part->parameters += load->parameters * (double)at->copies;
    part->multiply_adds += load->multiply_adds * (double)at->copies;
    add_args(b, part, item);
    add_piece(b, &part->ins, shape_text(b->a, item->in));
    add_piece(b, &part->outs, shape_text(b->a, item->out));
    merge_parts(b, part, item, at);
}

static void merge_items(Build *b, Parts *into, const Items *items, const Spot *at)
{
    int place = 0;

    for (int i = 0; i < items->n; i++) {
        const Str name = intern(b->names, items->item[i]->name);
        merge_item(b, find_part(b, into, name, &place), items->item[i], at);
    }
}

/* ---- When all copies are known -------------------------------------------------------------- */

static const char *joined(Build *b, const Pieces *p)
{
    return compare_join(p->text, p->n, ", ", b->a);
}

static const char *call_text(Build *b, const Part *part)
{
    const char **text = NULL;
    int n = 0;

    for (int i = 0; i < part->n_args; i++) {
        const PartArg *arg = &part->arg[i];
        const char *value = arg->pieces.n > 1 ? arena_printf(b->a, "{%s}", arg->text) : arg->text;
        if (arg->shown)
            arena_push(b->a, text, n, arg->by_position ? value
                       : arena_printf(b->a, "%s = %s", arg->name, value));
    }
    return n ? arena_printf(b->a, "%s(%s)", part->kind, compare_join(text, n, ", ", b->a))
             : part->kind;
}

static Str sign_of(Build *b, const Part *part)
{
    const char **text = NULL;
    int n = 0;

    arena_push(b->a, text, n, part->kind);
    for (int i = 0; i < part->n_args; i++)
        arena_push(b->a, text, n,
                   arena_printf(b->a, "%s=%s", part->arg[i].name, part->arg[i].text));
    arena_push(b->a, text, n, part->in);
    arena_push(b->a, text, n, part->out);
    return intern(b->names, compare_join(text, n, "\n", b->a));
}

/* Signs are one for both sides, and longer ones are made of them by their addresses. */
static Str body_of(Build *b, const Parts *parts)
{
    const char **text = NULL;
    int n = 0;

    for (int i = 0; i < parts->n; i++) {
        const Part *p = parts->part[i];
        arena_push(b->a, text, n,
                   arena_printf(b->a, "%s %p %p", p->named ? p->name : "", (const void *)p->sign,
                                (const void *)p->body));
    }
    return intern(b->names, compare_join(text, n, "\n", b->a));
}

/* "[0..19]" */
static const char *range(Build *b, const Part *p)
{
    return p->first == p->last ? arena_printf(b->a, "[%d]", p->first)
                               : arena_printf(b->a, "[%d..%d]", p->first, p->last);
}

/* A block's name stands before what is in it; indices stand behind, those of outer repeats first;
 * residual and parallel bodies belong to what is around them. */
static void finish(Build *b, Parts *parts, const char *prefix, const char *indices)
{
    for (int i = 0; i < parts->n; i++) {
        Part *p = parts->part[i];
        const bool repeated = p->outer && p->outer->item && p->outer->item->kind == ITEM_REPEAT;
        const bool is_block = p->item && p->item->kind == ITEM_BLOCK;
        const char *own = repeated ? arena_printf(b->a, "%s%s", indices, range(b, p)) : indices;

        p->path = arena_printf(b->a, "%s%s%s", prefix, p->name, own);
        for (int k = 0; k < p->n_args; k++)
            p->arg[k].text = joined(b, &p->arg[k].pieces);
        p->in = joined(b, &p->ins);
        p->out = joined(b, &p->outs);
        p->text = call_text(b, p);
        finish(b, &p->parts, is_block ? arena_printf(b->a, "%s.", p->path) : prefix,
               is_block ? "" : own);
        p->sign = sign_of(b, p);
        p->body = body_of(b, &p->parts);
        for (int k = 0; k < p->parts.n; k++) {
            p->parameters += p->parts.part[k]->parameters;
            p->multiply_adds += p->parts.part[k]->multiply_adds;
        }
    }
}

Parts compare_parts(const Compilation *c, Intern *names, Arena *a)
{
    Build b = { .a = a, .names = names };
    const Spot top = { .copies = 1 };
    Parts parts = { .n = 0 };

    for (int i = 0; c->program && i < c->program->n; i++)
        find_loads(&b, c->program->graph[i]);
    if (c->model->unit)
        merge_items(&b, &parts, &c->model->unit->items, &top);
    finish(&b, &parts, "", "");
    return parts;
}
