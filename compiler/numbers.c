/* numbers.c -- the numbers of `train` and `observe` that a program reads when it runs (--set). */
#include "numbers.h"

#include <string.h>

typedef struct {
    Numbers list;
    Arena *arena;
} Writer;

const char *number_key(const char *argument)
{
    static const struct { const char *argument, *key; } other[] = {
        { "decay", "weight_decay" }, { "limit", "clip" }, { "delta", "huber_delta" },
    };

    for (size_t i = 0; i < countof(other); i++)
        if (strcmp(other[i].argument, argument) == 0)
            return other[i].key;
    return argument;
}

const char *numbers_find(const Numbers *list, const char *key)
{
    for (int i = 0; i < list->n; i++)
        if (strcmp(list->number[i].key, key) == 0)
            return list->number[i].text;
    return NULL;
}

static void add(Writer *w, const char *key, const char *text)
{
    const Number number = { key, text };

    arena_push(w->arena, w->list.number, w->list.n, number);
}

static void add_integer(Writer *w, const char *key, long long value)
{
    add(w, key, arena_printf(w->arena, "%lld", value));
}

static void add_switch(Writer *w, const char *key, bool on)
{
    add(w, key, on ? "true" : "false");
}

static const char *list_text(const Value *list, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < list->n; i++)
        text = arena_printf(a, "%s%s%s", text, i ? "," : "", real_text(list->item[i].real, a));
    return text;
}

static void add_arguments(Writer *w, const Value *call)
{
    for (int i = 0; i < call->callee->n_params; i++) {
        const char *key = number_key(call->callee->param[i].name);
        const Value *v = &call->arg[i];

        if (v->kind == VALUE_LIST)
            add(w, key, list_text(v, w->arena));
        else if (v->kind == VALUE_BOOL)
            add_switch(w, key, v->integer != 0);
        else
            add(w, key, real_text(v->real, w->arena));
    }
}

/* Every program reads l1 and l2, whatever its `regularize` is. */
static void add_penalty(Writer *w, const Value *penalty)
{
    const int before = w->list.n;
    Numbers own;

    add_arguments(w, penalty);
    own = (Numbers){ w->list.number + before, w->list.n - before };
    const bool l1 = numbers_find(&own, "l1"), l2 = numbers_find(&own, "l2");
    if (!l1)
        add(w, "l1", "0.0");
    if (!l2)
        add(w, "l2", "0.0");
}

Numbers numbers_of(const Model *model, Arena *a)
{
    const Settings *set = &model->settings;
    Writer w = { .arena = a };

    add_integer(&w, "batch", set->batch);
    if (set->steps)
        add_integer(&w, "steps", set->steps);
    else
        add_integer(&w, "epochs", set->epochs);
    add(&w, "seed", arena_printf(a, "%llu", (unsigned long long)set->seed));
    add_switch(&w, "shuffle", set->shuffle);
    add_arguments(&w, &set->loss);
    add_arguments(&w, &set->optimizer);
    add_arguments(&w, &set->schedule);
    add_arguments(&w, &set->clip);
    add_penalty(&w, &set->regularize);
    add(&w, "on_nonfinite", set->on_nonfinite);
    add_integer(&w, "every", model->observe.every);
    add_switch(&w, "histograms", model->observe.histograms);
    return w.list;
}
