/* emit_operand.c -- how tensors, sizes and arguments are written in C. */
#include "emit_c.h"

#include <string.h>

Str use(Writer *w, const char *word)
{
    const Str name = intern(w->s->names, word);

    if (!is_used(w->used, name))
        arena_push(w->arena, w->used->word, w->used->n, name);
    return name;
}

bool is_used(const Uses *u, Str word)
{
    for (int i = 0; i < u->n; i++)
        if (u->word[i] == word)
            return true;
    return false;
}

int graph_number(const Program *p, const Graph *g)
{
    for (int i = 0; i < p->n; i++)
        if (p->graph[i] == g)
            return i;
    bug("%s is not in the program", g->name);
}

/* ---- Sizes --------------------------------------------------------------------------------- */

const char *dims_text(Writer *w, Shape s)
{
    const char *text = NULL;

    for (int i = 0; i < s.rank; i++)
        text = text ? arena_printf(w->arena, "%s * %lld", text, (long long)s.dim[i])
                    : arena_printf(w->arena, "%lld", (long long)s.dim[i]);
    return text ? text : "1";
}

const char *length_text(Writer *w, const Node *n)
{
    return arena_printf(w->arena, "%s%s", n->batched ? "BATCH * " : "", dims_text(w, n->shape));
}

const char *count_text(Writer *w, const Node *n)
{
    if (!n->batched)
        return dims_text(w, n->shape);
    return arena_printf(w->arena, "%s * %s", use(w, "n"), dims_text(w, n->shape));
}

const char *count_constant(Writer *w, const Node *call)
{
    return arena_printf(w->arena, "%s_COUNT", c_constant(w->s->names, call->counted, w->arena));
}

/* ---- Parameters of a unit's functions ------------------------------------------------------ */

/* Order: p g m t, in the backward pass who counted dy, inputs, results, then in the backward pass
 * their gradients. */
int fixed_parameters(Phase phase) { return phase == FORWARD ? 3 : 5; }

int parameter_count(const Graph *g, Phase phase)
{
    return fixed_parameters(phase) + (phase == FORWARD ? 1 : 2) * (g->n_inputs + g->n_results);
}

static Str result_name(Writer *w, const Graph *g, int k, const char *prefix)
{
    return intern(w->s->names, k == 0 ? arena_printf(w->arena, "%sy", prefix)
                  : arena_printf(w->arena, "%sy_%s", prefix, g->node[g->result[k]].name));
}

static Str input_name(Writer *w, const Graph *g, int k, const char *prefix)
{
    return intern(w->s->names, arena_printf(w->arena, "%s%s", prefix, g->node[g->input[k]].name));
}

Str parameter(Writer *w, const Graph *g, Phase phase, int i)
{
    static const char *const fixed[2][5] = { { "p", "m", "t" },
                                             { "p", "g", "m", "t", "dy_watch" } };
    const int in = g->n_inputs, out = g->n_results;

    if (i < fixed_parameters(phase))
        return intern(w->s->names, fixed[phase][i]);
    i -= fixed_parameters(phase);
    if (i < in)
        return input_name(w, g, i, "");
    if (i < in + out)
        return result_name(w, g, i - in, "");
    i -= in + out;
    return i < out ? result_name(w, g, i, "d") : input_name(w, g, i - out, "d");
}

const char *parameter_type(const Graph *g, Phase phase, int i)
{
    static const char *const fixed[2][5] = {
        { "const struct %s_params *", "struct %s_memory *", "struct %s_scratch *" },
        { "const struct %s_params *", "struct %s_params *", "struct %s_memory *",
          "struct %s_scratch *", "const rt_watch *" },
    };
    const int in = g->n_inputs, out = g->n_results;

    if (i < fixed_parameters(phase))
        return fixed[phase][i];
    i -= fixed_parameters(phase);
    if (phase == FORWARD)
        return i < in ? "const rt_real *" : "rt_real *";
    return i < in + out + out ? "const rt_real *" : "rt_real *";
}

/* ---- Operands ------------------------------------------------------------------------------ */

/* Which of the unit's own arguments a tensor is. */
static const char *argument(Writer *w, NodeId id)
{
    const Graph *g = w->g;
    const Node *n = &g->node[id];

    if (n->op == OP_INPUT)
        return use(w, input_name(w, g, n->index, ""));
    if (n->op == OP_UPSTREAM)
        return use(w, result_name(w, g, n->index, "d"));
    for (int k = 0; k < g->n_results; k++)
        if (graph_root(g, g->result[k]) == id)
            return use(w, result_name(w, g, k, ""));
    for (int k = 0; k < g->n_inputs; k++)
        if (g->dinput[k] && graph_root(g, g->dinput[k]) == id)
            return use(w, input_name(w, g, k, "d"));
    bug("%s is no argument", n->name);
}

static const char *tensor_member(Writer *w, const char *base, const Node *param)
{
    return arena_printf(w->arena, "%s->%s.%s", use(w, base), w->g->layer[param->layer].member,
                        param->name);
}

/* Where the gradient of a parameter goes. */
static const char *gradient_member(Writer *w, NodeId id)
{
    const Layer *layer = &w->g->layer[w->g->node[id].layer];

    for (int k = 0; k < layer->n_params; k++) {
        const Tensor *t = &layer->param[k];

        if (t->grad && graph_root(w->g, t->grad) == id)
            return tensor_member(w, "g", &w->g->node[t->node]);
    }
    bug("no parameter has this gradient");
}

/* Of a repeat the last iteration's output; of its gradient what the first iteration leaves. */
static const char *indexed(Writer *w, const Node *n)
{
    if (n->op == OP_REPEAT)
        return arena_printf(w->arena, "[%s - 1]", count_constant(w, n));
    return n->op == OP_REPEAT_GRAD ? "[0]" : "";
}

const char *operand(Writer *w, NodeId id)
{
    const Node *n;

    if (!id)
        return "NULL";
    id = graph_root(w->g, id);
    n = &w->g->node[id];
    switch (w->g->store[id]) {
    case STORE_ARGUMENT: return argument(w, id);
    case STORE_PARAM: return tensor_member(w, "p", n);
    case STORE_GRAD: return gradient_member(w, id);
    case STORE_STATE:
        return arena_printf(w->arena, "%s->state.%s.%s", use(w, "m"), w->g->layer[n->layer].member,
                            n->name);
    case STORE_MEMORY:
        return arena_printf(w->arena, "%s->%s%s", use(w, "m"), n->name, indexed(w, n));
    case STORE_SCRATCH:
        return arena_printf(w->arena, "%s->%s%s", use(w, "t"), n->name, indexed(w, n));
    default: bug("%s is nowhere", n->name);
    }
}

const char *element(Writer *w, NodeId id)
{
    const NodeId root = graph_root(w->g, id);
    const Node *n = &w->g->node[root];

    if (w->g->store[root] == STORE_SCALAR)
        return arena_printf(w->arena, "v_%s", n->name);
    return arena_printf(w->arena, "%s[%s]", operand(w, root), n->op == OP_PARAM ? "0" : "i");
}

/* ---- Holes --------------------------------------------------------------------------------- */

static const char *rows_text(Writer *w, const Node *n)
{
    if (n->size[0] == 1)
        return use(w, "n");
    return arena_printf(w->arena, "%s * %lld", use(w, "n"), (long long)n->size[0]);
}

static const char *watch_text(Writer *w, const Node *n)
{
    return arena_printf(w->arena, "&%s->watch.%s", use(w, "m"), w->g->layer[n->layer].member);
}

const char *counter_text(Writer *w, const Node *n)
{
    if (!n->counter)
        return "NULL";
    if (w->g->node[n->counter].op == OP_UPSTREAM)
        return use(w, "dy_watch");
    return watch_text(w, &w->g->node[n->counter]);
}

const char *activation_text(ActivationKind act)
{
    static const char *const name[N_ACTIVATIONS] = {
#define ACTIVATION(id, name, signature, slope_of, family) [ACTIVATION_##id] = "RT_" #id,
#include "activations.def"
#undef ACTIVATION
    };
    return name[act];
}

static const char *integer_text(Writer *w, int64_t x)
{
    return arena_printf(w->arena, "%lld", (long long)x);
}

/* A number is an rt_real in a loop, a double in a call. */
static const char *number_text(Writer *w, const Node *n, double x)
{
    return op_is_elementwise(n->op) ? emit_real(w->arena, x) : emit_number(w->arena, x);
}

/* ---- Sizes that are products --------------------------------------------------------------- */

static const char *factors_text(Writer *w, Shape s, int first)
{
    Shape rest = { .rank = 0 };

    for (int i = first; i < s.rank; i++)
        rest.dim[rest.rank++] = s.dim[i];
    return dims_text(w, rest);
}

/* What stands behind the channel: of an image [c, h, w] "h * w". */
static const char *inner_text(Writer *w, const Node *n)
{
    const Shape in = w->g->node[n->in[0]].shape, s = in.rank == 3 ? in : n->shape;

    return s.rank == 3 ? factors_text(w, s, 1) : "1";
}

/* A row of what is read, or of what it is a piece of. */
static const char *row_text(Writer *w, const Node *n)
{
    const Node *in = &w->g->node[n->in[0]];
    const Shape s = node_elements(in) == n->size[0] * n->size[1] ? in->shape : n->shape;

    return factors_text(w, s, n->size[0] > 1 && s.dim[0] == n->size[0]);
}

/* Where a piece of input 0's rows starts: the last step of a sequence by its end. */
static const char *start_text(Writer *w, const Node *n)
{
    const bool is_step = n->shape.rank != w->g->node[n->in[0]].shape.rank;

    if (!is_step || n->size[3] == 0)
        return integer_text(w, n->size[3]);
    return arena_printf(w->arena, "%s - %lld", row_text(w, n), (long long)n->size[2]);
}

/* ".act = RT_ELU, .a = RT_C(1.0), .slope_at = m->h": of an activation or its slope. */
static const char *act_text(Writer *w, const Then *then)
{
    const Node *n = &w->g->node[then->act];
    const char *text = arena_printf(w->arena, ".act = %s", activation_text(n->act));

    if (strstr(op_code(n->op), "$a"))
        text = arena_printf(w->arena, "%s, .a = %s", text, number_text(w, n, n->number[0]));
    if (then->slope_at)
        text = arena_printf(w->arena, "%s, .slope_at = %s", text, operand(w, then->slope_at));
    return text;
}

static const char *joined(Writer *w, const char *list, const char *piece)
{
    return arena_printf(w->arena, "%s%s%s", list, *list ? ", " : "", piece);
}

const char *then_text(Writer *w, NodeId head)
{
    const Then *then = &w->g->then[head];
    const char *list = "";

    if (then->times) {
        const Node *n = &w->g->node[then->times];
        list = arena_printf(w->arena, ".times = %s", number_text(w, n, n->number[0]));
    }
    for (int i = 0; i < 2 && then->sum[i]; i++)
        list = joined(w, list, arena_printf(w->arena, "%s = %s", i ? ".also" : ".plus",
                                            operand(w, then->plus[i])));
    if (then->act)
        list = joined(w, list, act_text(w, then));
    return *list ? arena_printf(w->arena, "RT_THEN(%s)", list) : "NULL";
}

/* $0 of an EACH is the input at work. */
static NodeId numbered_input(const Writer *w, const Node *n, char letter)
{
    const int i = op_form(n->op) == FORM_EACH ? w->each.input : letter - '0';

    if (letter < '0' || letter > '9' || i >= n->n_in)
        bug("$%c in the code of %s", letter, op_name(n->op));
    return n->in[i];
}

/* Of a call with several outputs some may have no reader, and so no place. */
static const char *output(Writer *w, NodeId id)
{
    return id && w->g->store[id] != STORE_NONE ? operand(w, id) : "NULL";
}

static const char *hole(Writer *w, NodeId id, char letter)
{
    const Node *n = &w->g->node[id];
    const bool is_loop = op_is_elementwise(n->op);
    NodeId in;

    switch (letter) {
    case 'y': return is_loop ? element(w, id) : output(w, graph_stored(w->g, id));
    case 'u': return output(w, graph_pick(w->g, id, 1));
    case 'v': return output(w, graph_pick(w->g, id, 2));
    case 'R': return rows_text(w, n);
    case 'P': return integer_text(w, n->size[0]);
    case 'Q': return integer_text(w, n->size[1]);
    case 'S': return integer_text(w, n->size[2]);
    case 'T': return integer_text(w, n->size[3]);
    case 'I': return inner_text(w, n);
    case 'N': return row_text(w, n);
    case 'L': return start_text(w, n);
    case 'E': return count_text(w, &w->g->node[n->in[0]]);
    case 'W': return integer_text(w, w->each.width);
    case 'A': return integer_text(w, w->each.at);
    case 'a': return number_text(w, n, n->number[0]);
    case 'b': return number_text(w, n, n->number[1]);
    case 'f': return activation_text(n->act);
    case 'w': return watch_text(w, n);
    case 'c': return counter_text(w, n);
    case 't': return then_text(w, id);
    case 'G': return arena_printf(w->arena, "&%s", n->window->name);
    case 'd': return n->reverse ? "RT_FROM_LAST" : "RT_FROM_FIRST";
    default: break;
    }
    in = numbered_input(w, n, letter);
    return is_loop ? element(w, in) : operand(w, in);
}

const char *expand(Writer *w, NodeId id)
{
    const char *code = op_code(w->g->node[id].op);
    char *text = arena_printf(w->arena, "%s", "");

    while (*code) {
        const size_t plain = strcspn(code, "$");

        text = arena_printf(w->arena, "%s%.*s", text, (int)plain, code);
        code += plain;
        if (*code) {
            text = arena_printf(w->arena, "%s%s", text, hole(w, id, code[1]));
            code += 2;
        }
    }
    return text;
}

const char *expand_each(Writer *w, NodeId id, Each each)
{
    w->each = each;
    return expand(w, id);
}
