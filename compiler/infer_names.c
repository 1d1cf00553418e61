/* infer_names.c -- names of layers in expect and observe, against the model.
 *
 * A path is what the report prints: "h", "h[3]", "h[1][2]" in a repeat of a repeat, "stage[1].unit"
 * inside a block.  A name of a repeat without an index stands for all its layers. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "infer.h"
#include "language_limits.h"
#include "suggest.h"

/* One part of a path. */
typedef struct {
    Str name;
    int64_t index[64];              /* LIMIT_NESTING */
    int n;
} Step;

static const char *read_step(const char *path, Step *step, Intern *names)
{
    const size_t length = strcspn(path, ".[");

    step->name = intern_n(names, path, length);
    step->n = 0;
    path += length;
    while (*path == '[' && step->n < (int)countof(step->index)) {
        char *end;
        step->index[step->n++] = strtoll(path + 1, &end, 10);
        path = end + (*end == ']');
    }
    return *path == '.' ? path + 1 : path;
}

/* ---- Finding ---- */

static const Item *find(const Items *items, Str name, const int64_t *index, int n);

static const Item *find_inside(const Item *item, Str name, const int64_t *index, int n)
{
    const Item *found = find(&item->body, name, index, n);

    if (!found)
        found = find(&item->shortcut, name, index, n);
    for (int k = 0; !found && k < item->n_branches; k++)
        found = find(&item->branch[k], name, index, n);
    return found;
}

/* In the iteration that the first index says, or in the first that has the name. */
static const Item *find_in_repeat(const Item *item, Str name, const int64_t *index, int n)
{
    const Item *found = NULL;

    if (n && (*index < 0 || *index >= item->count))
        return NULL;
    if (n)
        return find(&item->iteration[*index]->items, name, index + 1, n - 1);
    for (int i = 0; i < item->count && !found; i++)
        found = find(&item->iteration[i]->items, name, index, 0);
    return found;
}

static const Item *find(const Items *items, Str name, const int64_t *index, int n)
{
    const Item *found = NULL;

    for (int i = 0; i < items->n && !found; i++) {
        const Item *item = items->item[i];

        if (item->kind == ITEM_REPEAT)
            found = find_in_repeat(item, name, index, n);
        else
            found = item->name == name && !n ? item : find_inside(item, name, index, n);
    }
    return found;
}

/* The layer of a path, or NULL. */
static const Item *find_path(const Unit *unit, const char *path, Intern *names)
{
    const Item *item = NULL;

    while (unit && *path) {
        Step step;
        path = read_step(path, &step, names);
        item = find(&unit->items, step.name, step.index, step.n);
        unit = item && item->kind == ITEM_BLOCK ? item->unit : NULL;
    }
    return *path ? NULL : item;
}

/* ---- Messages ---- */

static void collect(const Items *items, Words *legal, Arena *a)
{
    for (int i = 0; i < items->n; i++) {
        const Item *item = items->item[i];

        if (item->kind != ITEM_REPEAT)
            words_add(legal, item->name, a);
        collect(&item->body, legal, a);
        collect(&item->shortcut, legal, a);
        for (int k = 0; k < item->n_branches; k++)
            collect(&item->branch[k], legal, a);
        if (item->kind == ITEM_REPEAT)
            collect(&item->iteration[item->count - 1]->items, legal, a);
    }
}

/* The repeat that has a layer of this name in its body; NULL. */
static const Item *repeat_with(const Items *items, Str name)
{
    const Item *found = NULL;

    for (int i = 0; i < items->n && !found; i++) {
        const Item *item = items->item[i];

        if (item->kind == ITEM_REPEAT && find_in_repeat(item, name, NULL, 0))
            return item;
        found = repeat_with(&item->body, name);
        if (!found)
            found = repeat_with(&item->shortcut, name);
        for (int k = 0; !found && k < item->n_branches; k++)
            found = repeat_with(&item->branch[k], name);
    }
    return found;
}

/* h[3] of a repeat of three */
static bool is_past_end(Infer *in, const char *path, Span at)
{
    Step step;
    const Item *repeat;

    read_step(path, &step, in->s->names);
    repeat = step.n ? repeat_with(&in->model->unit->items, step.name) : NULL;
    if (!repeat || (step.index[0] >= 0 && step.index[0] < repeat->count))
        return false;
    diag_error(in->s->diag, MSG_TENSOR_INDEX, at, "'%s[%" PRId64 "]' does not exist; there are "
               "'%s[0]' to '%s[%d]'", step.name, step.index[0], step.name, step.name,
               repeat->count - 1);
    return true;
}

static const Item *named_layer(Infer *in, const char *path, Span at)
{
    const Unit *unit = in->model->unit;
    const Item *item = find_path(unit, path, in->s->names);
    Words legal = { .incomplete = in->globals->scope->all->broken };

    if (item)
        return item;
    if (is_past_end(in, path, at))
        return NULL;
    collect(&unit->items, &legal, in->s->arena);
    report_unknown(in->s->diag, MSG_NO_SUCH_LAYER, at, "layer", path, &legal, in->s->arena);
    return NULL;
}

/* ---- expect ---- */

static bool in_list(const Item *item, const LayerKind *kind, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (item->kind == ITEM_LAYER && item->callee->id == (int)kind[i])
            return true;
    return false;
}

static const char *lacks(const Item *item, const char *quantity)
{
    static const LayerKind recurrent[] = { LAYER_RNN, LAYER_LSTM, LAYER_GRU };
    static const LayerKind weighted[] = {
        LAYER_DENSE, LAYER_CONV, LAYER_RNN, LAYER_LSTM, LAYER_GRU, LAYER_EMBEDDING,
        LAYER_BATCHNORM, LAYER_LAYERNORM, LAYER_GROUPNORM,
    };
    const bool weights = !strcmp(quantity, "grad") || !strcmp(quantity, "update_ratio");

    if (item->kind == ITEM_BLOCK)
        return "is a block: name one of its layers";
    if (!strcmp(quantity, "flow_through_time"))
        return in_list(item, recurrent, countof(recurrent)) ? NULL : "is not recurrent";
    return weights && !in_list(item, weighted, countof(weighted)) && item->kind != ITEM_RESIDUAL
               ? "has no weights" : NULL;
}

static void check_accuracy(Infer *in, const Check *c)
{
    const Target *t = &in->model->target;

    if (strncmp(c->quantity, "accuracy.", strlen("accuracy.")) || t->kind == TARGET_CLASS)
        return;
    Message *m = diag_error(in->s->diag, MSG_EXPECT_DATA, c->at,
                            "'%s' counts classes, but the target is %s", c->quantity,
                            t->kind == TARGET_INPUT ? "the input" : "a vector");
    diag_note(m, t->at, "the target is stated here");
}

static void check_quantities(Infer *in, const Check *c)
{
    const Item *item;
    const char *why;

    if (!c)
        return;
    check_quantities(in, c->left);
    check_quantities(in, c->right);
    if (c->kind == CHECK_QUANTITY)
        check_accuracy(in, c);
    if (c->kind != CHECK_QUANTITY || !c->layer || !(item = named_layer(in, c->layer, c->at)))
        return;
    why = lacks(item, c->quantity);
    if (why)
        diag_error(in->s->diag, MSG_EXPECT_LAYER_KIND, c->at, "'%s' wants %s, but '%s' %s",
                   c->quantity, !strcmp(c->quantity, "flow_through_time") ? "a recurrent layer"
                   : item->kind == ITEM_BLOCK ? "a layer" : "a layer with weights", c->layer, why);
}

/* ---- observe ---- */

static const Expr *observed_layers(const File *file)
{
    for (const Decl *d = file->decls; d; d = d->next)
        for (const Setting *set = d->kind == DECL_OBSERVE ? d->settings : NULL; set;
             set = set->next)
            if (!strcmp(set->key, "layers"))
                return set->value;
    return NULL;
}

static void check_observed(Infer *in)
{
    const Observe *o = &in->model->observe;
    const Expr *list = observed_layers(in->model->file);
    const Arg *arg = list ? list->args : NULL;

    for (int i = 0; i < o->n_layers; i++, arg = arg ? arg->next : NULL)
        named_layer(in, o->layer[i], arg ? arg->at : list->at);
}

void infer_check_names(Infer *in)
{
    for (int i = 0; i < in->model->n_expects; i++)
        check_quantities(in, in->model->expect[i].check);
    check_observed(in);
}
