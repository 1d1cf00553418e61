/* net.c -- unroll a model's units into flat lists of layers and tensors. */
#include "net.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a unit's instance stands: what comes before its members' names, what the repeats around it
 * put behind them, and where its structs begin. */
typedef struct {
    const char *path, *key, *pattern;   /* "" or with a final dot */
    const char *index, *rank;           /* "[3]" in paths, ".3" in keys */
    int base;                           /* of a repeat's iterations, inside of a turn */
    int inside;                         /* bodies of residuals */
    size_t params, memory;              /* bytes */
} Place;

typedef struct {
    rt_net *net;
    const rt_notes *notes;
    int next_line;                      /* where the last search in the notes ended */
    const rt_prediction *next;          /* they stand in the order of layers */
    rt_error *error;
} Unrolling;

static char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *text(const char *format, ...)
{
    va_list arguments;
    char *out = NULL;

    va_start(arguments, format);
    if (vasprintf(&out, format, arguments) < 0)
        out = NULL;
    va_end(arguments);
    return out;
}

static size_t elements(const rt_tensor *t)
{
    size_t n = 1;

    for (int i = 0; i < t->rank; i++)
        n *= (size_t)t->shape[i];
    return n;
}

static void count(const rt_unit *unit, rt_net *net)
{
    for (int i = 0; i < unit->n_members; i++) {
        const rt_member *m = &unit->member[i];
        if (m->layer) {
            net->n_layers++;
            net->n_params += m->layer->n_params;
            net->n_states += m->layer->n_states;
        }
        for (int k = 0; !m->layer && k < m->count; k++)
            count(m->unit, net);
    }
}

/* Notes stand in source order, as layers do: the search goes on from the last hit. */
static int line_of(Unrolling *u, const char *pattern)
{
    const int n = u->notes ? u->notes->n_lines : 0;

    for (int i = 0; i < n; i++) {
        const int at = (u->next_line + i) % n;
        if (!strcmp(u->notes->line[at].key, pattern)) {
            u->next_line = at;
            return u->notes->line[at].line;
        }
    }
    return 0;
}

/* Not every layer has one: what does not match waits for its own. */
static const rt_prediction *prediction_of(Unrolling *u, const char *path)
{
    if (!u->next || !u->next->path || strcmp(u->next->path, path))
        return NULL;
    return u->next++;
}

/* A tensor `at` bytes into a block of `size` bytes. */
static bool add_tensor(Unrolling *u, const rt_tensor *t, size_t at, size_t size, rt_slot *slot)
{
    const rt_net *net = u->net;
    const rt_layer_info *layer = &net->layer[net->n_layers - 1];

    slot->key = text("%s.%s", layer->key, t->role);
    if (!slot->key)
        return rt_fail(u->error, "not enough memory for the names of the tensors");
    slot->tensor = t;
    slot->layer = net->n_layers - 1;
    slot->at = at;
    slot->n = elements(t);
    if (at % net->model->real_size || at > size || slot->n > (size - at) / net->model->real_size)
        return rt_fail(u->error, "the program is damaged: %s lies outside its block", slot->key);
    return true;
}

static bool add_tensors(Unrolling *u, const rt_layer *l, const Place *p)
{
    rt_net *net = u->net;
    const rt_model *model = net->model;

    for (int i = 0; i < l->n_params; i++) {
        rt_slot *slot = &net->param[net->n_params++];
        if (!add_tensor(u, &l->param[i], p->params + l->param[i].offset, model->params_size, slot))
            return false;
        slot->at /= model->real_size;
        net->n_parameters += slot->n;
    }
    for (int i = 0; i < l->n_states; i++) {
        if (!add_tensor(u, &l->state[i], p->memory + l->state[i].offset, model->memory_size,
                        &net->state[net->n_states++]))
            return false;
    }
    return true;
}

static bool add_layer(Unrolling *u, const rt_member *m, const Place *p)
{
    rt_net *net = u->net;
    rt_layer_info *info = &net->layer[net->n_layers++];
    const rt_layer *l = m->layer;

    info->layer = l;
    info->inside = p->inside + m->inside;
    info->path = text("%s%s%s", p->path, l->name, p->index);
    info->key = text("%s%s%s", p->key, l->name, p->rank);
    info->pattern = text("%s%s", p->pattern, l->name);
    if (!info->path || !info->key || !info->pattern)
        return rt_fail(u->error, "not enough memory for the names of the layers");
    info->watch = p->memory + l->watch;
    if (l->watched && info->watch + sizeof(rt_watch) > net->model->memory_size)
        return rt_fail(u->error, "the program is damaged: the watch of %s lies outside its block",
                       info->path);
    info->param = net->n_params;
    info->n_params = l->n_params;
    info->line = line_of(u, info->pattern);
    info->predicted = prediction_of(u, info->path);
    return add_tensors(u, l, p);
}

static bool unroll(Unrolling *u, const rt_unit *unit, const Place *p);

/* Instance k of a member that is a block or a repeat. */
static bool enter(Unrolling *u, const rt_member *m, int k, const Place *p)
{
    Place in = *p;
    char *made[4] = { NULL };

    in.params += m->params + (size_t)k * m->params_stride;
    in.memory += m->memory + (size_t)k * m->memory_stride;
    in.inside += m->inside;
    in.base = 0;
    if (m->step) {
        in.base = p->base + m->first + k * m->step;
    } else if (m->is_repeat) {
        in.index = made[0] = text("%s[%d]", p->index, p->base + m->first + k);
        in.rank = made[1] = text("%s.%d", p->rank, p->base + m->first + k);
    } else {
        in.path = made[0] = text("%s%s%s.", p->path, m->name, p->index);
        in.key = made[1] = text("%s%s%s.", p->key, m->name, p->rank);
        in.pattern = made[2] = text("%s%s.", p->pattern, m->name);
        in.index = in.rank = "";
    }
    const bool named = in.path && in.key && in.pattern && in.index && in.rank;
    const bool ok = named ? unroll(u, m->unit, &in)
                          : rt_fail(u->error, "not enough memory for the names of the layers");
    for (int i = 0; i < 4; i++)
        free(made[i]);
    return ok;
}

static bool unroll(Unrolling *u, const rt_unit *unit, const Place *p)
{
    for (int i = 0; i < unit->n_members; i++) {
        const rt_member *m = &unit->member[i];
        if (m->layer && !add_layer(u, m, p))
            return false;
        for (int k = 0; !m->layer && k < m->count; k++) {
            if (!enter(u, m, k, p))
                return false;
        }
    }
    return true;
}

/* The order in which tensors lie: within a residual the scale, say, stands behind the body. */
typedef struct {
    size_t at;
    int tensor;
} lying;

static int by_place(const void *a, const void *b)
{
    const lying *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool place_tensors(rt_net *net, rt_error *e)
{
    lying *order = calloc((size_t)net->n_params + 1, sizeof *order);

    if (!order)
        return rt_fail(e, "not enough memory for the list of layers");
    for (int i = 0; i < net->n_params; i++)
        order[i] = (lying){ net->param[i].at, i };
    qsort(order, (size_t)net->n_params, sizeof *order, by_place);
    for (int i = 0; i < net->n_params; i++) {
        net->param[i].placed = order[i].tensor;
        net->param[order[i].tensor].place = i;
    }
    free(order);
    return true;
}

bool rt_net_new(const rt_model *model, const rt_notes *notes, rt_net *net, rt_error *e)
{
    Unrolling u = { .net = net, .notes = notes, .next = notes ? notes->prediction : NULL,
                    .error = e };
    const Place top = { .path = "", .key = "", .pattern = "", .index = "", .rank = "" };

    *net = (rt_net){ .model = model, .notes = notes,
                     .n_elements = model->params_size / model->real_size };
    count(model->unit, net);
    net->layer = calloc((size_t)net->n_layers + 1, sizeof *net->layer);
    net->param = calloc((size_t)net->n_params + 1, sizeof *net->param);
    net->state = calloc((size_t)net->n_states + 1, sizeof *net->state);
    net->n_layers = net->n_params = net->n_states = 0;
    const bool ok = net->layer && net->param && net->state
                        ? unroll(&u, model->unit, &top) && place_tensors(net, e)
                        : rt_fail(e, "not enough memory for the list of layers");
    if (!ok)
        rt_net_free(net);
    return ok;
}

bool rt_net_leave_out(rt_net *net, int layer, rt_error *e)
{
    rt_layer_info *info = &net->layer[layer];
    rt_layer *copy = malloc(sizeof *copy);

    if (!copy)
        return rt_fail(e, "not enough memory for the list of layers");
    *copy = *info->layer;
    copy->in_flow = false;
    info->layer = copy;
    info->unused = true;
    return true;
}

void rt_net_free(rt_net *net)
{
    for (int i = 0; net->layer && i < net->n_layers; i++) {
        if (net->layer[i].unused)
            free((void *)net->layer[i].layer);
        free((void *)net->layer[i].path);
        free((void *)net->layer[i].key);
        free((void *)net->layer[i].pattern);
    }
    for (int i = 0; net->param && i < net->n_params; i++)
        free((void *)net->param[i].key);
    for (int i = 0; net->state && i < net->n_states; i++)
        free((void *)net->state[i].key);
    free(net->layer);
    free(net->param);
    free(net->state);
    *net = (rt_net){ .model = NULL };
}
