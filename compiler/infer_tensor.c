/* infer_tensor.c -- names in `from`: this unit's layers, a repeat's, those of the unit around. */
#include <inttypes.h>

#include "infer.h"
#include "suggest.h"

typedef enum { ABSENT, FOUND, REPORTED } Found;

bool ref_equal(const Ref *a, const Ref *b)
{
    return a->kind == b->kind && a->input == b->input && a->item == b->item &&
           a->iteration == b->iteration && a->output == b->output;
}

Wire infer_capture(Builder *b, const Wire *outside)
{
    Unit *u = b->unit;
    Arena *a = b->in->s->arena;
    int k = 0, n = u->n_captures;

    while (k < n && !ref_equal(&u->capture[k], &outside->ref))
        k++;
    if (k == n) {
        arena_push(a, u->capture_shape, n, outside->shape);
        arena_push(a, u->capture, u->n_captures, outside->ref);
    }
    return (Wire){ { .kind = REF_INPUT, .input = k + 1 }, outside->shape, outside->made };
}

/* ---- Layers of a repeat, by iteration ---- */

static int export_number(Unit *u, Item *item, Arena *a)
{
    if (item->export < 0) {
        item->export = u->n_exports;
        arena_push(a, u->export, u->n_exports, item);
    }
    return item->export;
}

static bool is_result(const Unit *u, const Item *item)
{
    return u->result.kind == REF_ITEM && u->result.item == item;
}

/* Layer `label` of iteration k, in the terms of the unit that the repeat stands in. */
static Wire wire_of_iteration(Builder *b, const RepeatSite *site, int k, const Label *label)
{
    Item *repeat = site->item;
    Unit *u = repeat->iteration[k];
    Wire w = label->wire;

    if (site->complete && k == repeat->count - 1 && is_result(u, label->item)) {
        w.ref = (Ref){ .kind = REF_ITEM, .item = repeat };
        return w;
    }
    w.ref = (Ref){ .kind = REF_EXPORT, .item = repeat, .iteration = k,
                   .output = export_number(u, label->item, b->in->s->arena) };
    return w;
}

static Found no_such_iteration(Builder *b, const Expr *e, int64_t k, int count)
{
    Str name = e->left->text;

    if (count)
        infer_error(b, MSG_TENSOR_INDEX, e->at, "'%s[%" PRId64 "]' does not exist; there are "
                    "'%s[0]' to '%s[%d]'", name, k, name, name, count - 1);
    else
        infer_error(b, MSG_TENSOR_INDEX, e->at, "'%s[%" PRId64 "]' does not exist here: no "
                    "iteration comes before", name, k);
    return REPORTED;
}

static Found without_layer(Builder *b, const Expr *e, int64_t k)
{
    infer_error(b, MSG_TENSOR_INDEX, e->at, "iteration %" PRId64 " has no layer '%s'", k,
                e->left->text);
    return REPORTED;
}

static bool site_has(const RepeatSite *site, Str name)
{
    return map_get(site->names, name) || (site->n_built && map_get(site->labels[0], name));
}

/* h[k] of a repeat that stands before in this unit. */
static Found find_in_repeats(Builder *b, const Expr *e, int64_t k, Wire *out)
{
    RepeatSite *site = map_get(&b->arrays, e->left->text);

    if (!site)
        return ABSENT;
    if (site->failed)
        return REPORTED;
    if (k < 0 || k >= site->n_built)
        return no_such_iteration(b, e, k, site->n_built);
    const Label *label = map_get(site->labels[k], e->left->text);
    if (!label)
        return without_layer(b, e, k);
    *out = wire_of_iteration(b, site, (int)k, label);
    return FOUND;
}

/* h[i - 1] inside iteration i: what flows in, where it is the result of the one before. */
static Found find_in_own(Builder *b, const Expr *e, int64_t k, Wire *out)
{
    const RepeatSite *site = b->own;
    const Label *label;

    if (!site || !site_has(site, e->left->text))
        return ABSENT;
    if (k == b->iteration) {
        label = map_get(b->labels, e->left->text);
        if (label)
            *out = label->wire;
        return label ? FOUND : without_layer(b, e, k);
    }
    if (k < 0 || k > b->iteration)
        return no_such_iteration(b, e, k, b->iteration);
    label = map_get(site->labels[k], e->left->text);
    if (!label)
        return without_layer(b, e, k);
    if (k == b->iteration - 1 && is_result(site->item->iteration[k], label->item)) {
        *out = b->entry;
        return FOUND;
    }
    const Wire outside = wire_of_iteration(b->outer, site, (int)k, label);
    *out = infer_capture(b, &outside);
    return FOUND;
}

static Found find_index(Builder *b, const Expr *e, int64_t k, Wire *out)
{
    Found found = find_in_repeats(b, e, k, out);

    if (found == ABSENT)
        found = find_in_own(b, e, k, out);
    if (found == ABSENT && b->outer) {
        found = find_index(b->outer, e, k, out);
        if (found == FOUND)
            *out = infer_capture(b, out);
    }
    return found;
}

/* ---- Plain names ---- */

static Found is_array(Builder *b, const Expr *e)
{
    const RepeatSite *site = map_get(&b->arrays, e->text);

    if (!site)
        return ABSENT;
    if (site->failed)
        return REPORTED;
    if (site->n_built)
        infer_error(b, MSG_TENSOR_ARRAY, e->at, "'%s' is a layer of a repeat: write '%s[0]' to "
                    "'%s[%d]'", e->text, e->text, e->text, site->n_built - 1);
    else
        infer_error(b, MSG_TENSOR_ARRAY, e->at, "'%s' is a layer of a repeat without iterations",
                    e->text);
    return REPORTED;
}

static Found find_name(Builder *b, const Expr *e, Wire *out)
{
    const Label *label = map_get(b->labels, e->text);
    Found found;

    if (label) {
        *out = label->wire;
        return FOUND;
    }
    found = is_array(b, e);
    if (found != ABSENT || !b->outer)
        return found;
    found = find_name(b->outer, e, out);
    if (found == FOUND)
        *out = infer_capture(b, out);
    return found;
}

/* ---- Why a name is not found ---- */

static const Stmt *find_statement(const Stmt *s, Str name)
{
    for (; s; s = s->next) {
        const Stmt *found = s->name == name ? s : find_statement(s->body, name);
        if (!found)
            found = find_statement(s->other, name);
        for (const Branch *branch = s->branches; branch && !found; branch = branch->next)
            found = find_statement(branch->body, name);
        if (found)
            return found;
    }
    return NULL;
}

/* A block that was used has a layer of that name. */
static const Block *block_with(const Infer *in, Str name)
{
    for (int i = 0; i < in->globals->blocks.n; i++) {
        const Block *block = in->globals->blocks.value[i];
        if (block->used && !block->open && find_statement(block->decl->body, name))
            return block;
    }
    return NULL;
}

/* The unit has the name, but not for this statement. */
static void out_of_reach(Builder *b, const Builder *u, const Expr *e, Str name)
{
    const Stmt *s = map_get(u->names, name);

    if (s->whole.from > e->at.from && u->own)
        infer_error(b, MSG_TENSOR_LATER, e->at, "'%s' comes later in this iteration; that of the "
                    "one before is '%s[%s-1]'", name, name,
                    u->own->item->stmt->word ? u->own->item->stmt->word : "i");
    else if (s->whole.from > e->at.from)
        infer_error(b, MSG_TENSOR_LATER, e->at, "'%s' comes later in the model", name);
    else if (s->whole.to > e->at.to)
        infer_error(b, MSG_TENSOR_LATER, e->at, "'%s' cannot read itself", name);
    else
        infer_error(b, MSG_TENSOR_HIDDEN, e->at, "'%s' is in a branch of an 'if' that is not taken",
                    name);
}

static void not_found(Builder *b, const Expr *e, Str name)
{
    Session *s = b->in->s;
    const Block *block = block_with(b->in, name);
    Words legal = { .incomplete = b->scope->all->broken };

    for (const Builder *u = b; u; u = u->outer) {
        if (map_get(u->names, name)) {
            out_of_reach(b, u, e, name);
            return;
        }
        for (int i = 0; i < u->labels->n; i++)
            words_add(&legal, u->labels->key[i], s->arena);
    }
    if (block) {
        Message *m = infer_error(b, MSG_TENSOR_HIDDEN, e->at, "'%s' is inside block '%s', of which "
                                 "only the result can be read", name, block->decl->name);
        diag_note(m, block->decl->name_at, "the block is here");
        return;
    }
    report_unknown(s->diag, MSG_UNKNOWN_TENSOR, e->at, "tensor", name, &legal, s->arena);
}

/* h[0] where h is in a repeat inside a repeat */
static void not_found_index(Builder *b, const Expr *e)
{
    Str name = e->left->text;
    const Label *label = map_get(b->labels, name);

    for (int i = 0; i < b->arrays.n; i++) {
        const RepeatSite *site = b->arrays.value[i];
        if (find_statement(site->item->stmt->body, name)) {
            infer_error(b, MSG_TENSOR_HIDDEN, e->at, "'%s' is inside an inner repeat: only layers "
                        "directly in the body can be read", name);
            return;
        }
    }
    if (label)
        infer_error(b, MSG_TENSOR_INDEX, e->at, "'%s' is one layer, and takes no index", name);
    else
        not_found(b, e->left, name);
}

bool infer_tensor(Builder *b, const Expr *e, Wire *out)
{
    const Eval in = { b->in->s, b->scope };
    int64_t k;
    Found found;

    if (e->kind == EXPR_NAME) {
        found = find_name(b, e, out);
        if (found == ABSENT)
            not_found(b, e, e->text);
        return found == FOUND;
    }
    if (e->kind == EXPR_INDEX && e->left->kind == EXPR_NAME) {
        if (!eval_int(e->right, "an index", &in, &k))
            return false;
        found = find_index(b, e, k, out);
        if (found == ABSENT)
            not_found_index(b, e);
        return found == FOUND;
    }
    if (e->kind == EXPR_MEMBER)
        infer_error(b, MSG_TENSOR_HIDDEN, e->at, "'%s' is inside a block, of which only the result "
                    "can be read", e->text);
    else if (e->kind != EXPR_ERROR)
        infer_error(b, MSG_FROM_FORM, e->at, "'from' wants the names of layers, such as a or h[0]");
    return false;
}

Wire *infer_from(Builder *b, const Stmt *s, int *n)
{
    Arena *a = b->in->s->arena;
    Wire *wires = NULL;
    bool ok = true;

    *n = 0;
    if (!s->from) {
        *n = 1;
        wires = arena_new_of(a, Wire);
        *wires = b->now;
    }
    for (const Arg *arg = s->from; arg; arg = arg->next) {
        Wire w = { .shape = SHAPE_ERROR };
        ok = infer_tensor(b, arg->value, &w) && ok;
        arena_push(a, wires, *n, w);
    }
    return ok ? wires : NULL;
}
