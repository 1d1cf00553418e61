/* emit_body.c -- the statements of a unit's forward or backward function. */
#include "emit_c.h"

#include <string.h>

/* ---- Statements ---------------------------------------------------------------------------- */

/* The length of the argument at the front: up to a comma outside brackets, or the last bracket. */
static size_t argument_length(const char *text)
{
    int depth = 0;
    size_t n = 0;

    for (; text[n] && !(depth == 0 && (text[n] == ',' || text[n] == ')')); n++)
        depth += text[n] == '(' ? 1 : text[n] == ')' ? -1 : 0;
    return n;
}

/* What a line has room for, under the first argument of the calls that take an rt_then. */
enum { ARGUMENT_WIDTH = 84 };

/* A list that is too long for a line, "RT_THEN(.plus = x, .act = RT_TANH)": its parts apart. */
static void emit_parts(Writer *w, const char *text)
{
    size_t n = strcspn(text, "(") + 1;

    emit_break(w->out);
    n += argument_length(text + n);
    while (text[n] == ',') {
        emit_piece(w->out, "%.*s", (int)n, text);
        text += n + strspn(text + n, ", ");
        n = argument_length(text);
    }
    emit_piece(w->out, "%s", text);
}

void emit_statement(Writer *w, const char *text)
{
    const size_t head = strcspn(text, "(") + 1;
    const char *at = text + head;

    emit_begin(w->out, "%.*s", (int)head, text);
    while (*at && *at != ')') {
        const size_t n = argument_length(at);
        const char *argument = arena_printf(w->arena, "%.*s", (int)n, at);

        if (emit_width(argument) > ARGUMENT_WIDTH && strchr(argument, '('))
            emit_parts(w, argument);
        else
            emit_piece(w->out, "%s", argument);
        at += n;
        at += strspn(at, ", ");
    }
    emit_end(w->out, at);
}

/* CONCAT: a statement for each input, by its columns. */
static void emit_each(Writer *w, NodeId id)
{
    const Node *n = &w->g->node[id];
    Each each = { 0 };

    for (; each.input < n->n_in; each.input++) {
        each.width = node_elements(&w->g->node[n->in[each.input]]) / n->size[0];
        emit_statement(w, expand_each(w, id, each));
        each.at += each.width;
    }
}

/* ---- Loops --------------------------------------------------------------------------------- */

/* What a statement in a loop has room for, beside its indentation. */
enum { LOOP_WIDTH = 86 };

static void emit_element(Writer *w, NodeId id)
{
    const char *code = expand(w, id);
    const char *to = w->g->store[id] != STORE_SCALAR ? element(w, id)
                   : arena_printf(w->arena, "const rt_real v_%s", w->g->node[id].name);
    const bool fits = strlen(to) + strlen(code) < LOOP_WIDTH;

    emit_line(w->out, "%s =%s%s;", to, fits ? " " : "\n    ", code);
}

/* The nodes at order[i ...] that share a loop; how many. */
static int loop_length(const Writer *w, int i)
{
    const NodeId *order = w->g->order[w->phase];
    int n = 1;

    while (i + n < w->g->n_order[w->phase] && w->g->loop[order[i + n]] == w->g->loop[order[i]])
        n++;
    return n;
}

static void emit_loop(Writer *w, int i, int n)
{
    const NodeId *order = &w->g->order[w->phase][i];
    const char *head = arena_printf(w->arena, "for (int i = 0; i < %s; i++)",
                                    count_text(w, &w->g->node[order[0]]));

    if (n > 1)
        emit_open(w->out, "%s {", head);
    else {
        emit_line(w->out, "%s", head);
        emit_indent(w->out, 1);
    }
    for (int k = 0; k < n; k++)
        emit_element(w, order[k]);
    if (n > 1)
        emit_close(w->out, "");
    else
        emit_indent(w->out, -1);
}

/* ---- Calls of other units ------------------------------------------------------------------ */

/* What one call hands to its unit; in a repeat some of it by the index of the iteration. */
typedef struct {
    NodeId id;                      /* the node at work */
    NodeId call;                    /* the forward call: itself in the forward pass */
    const Node *node, *unit_call;
    const Graph *unit;
    bool repeats;
    const char *count;
} Call;

static Call describe(Writer *w, NodeId id)
{
    const Node *n = &w->g->node[id];
    Call c = { .id = id, .node = n, .call = n->phase == FORWARD ? id : n->in[0], .unit = n->unit,
               .repeats = n->count > 1 };

    c.unit_call = &w->g->node[c.call];
    c.count = c.repeats ? count_constant(w, n) : "1";
    return c;
}

static const char *struct_argument(Writer *w, const Call *c, const char *word)
{
    if (strcmp(word, "dy_watch") == 0)
        return counter_text(w, c->node);
    if (strcmp(word, "t") == 0)
        return arena_printf(w->arena, "&%s->%s", use(w, word), c->unit->name);
    return arena_printf(w->arena, "&%s->%s%s", use(w, word), c->unit_call->member,
                        c->repeats ? "[i]" : "");
}

/* The backward pass may have computed the input again: behind the call and the gradients. */
static NodeId input_of(const Call *c, int k)
{
    return c->node->in[c->node->phase == FORWARD ? k : 1 + c->unit->n_results + k];
}

static const char *input_argument(Writer *w, const Call *c, int k)
{
    return k == 0 && c->repeats ? "x_i" : operand(w, input_of(c, k));
}

static const char *result_argument(Writer *w, const Call *c, int k)
{
    if (k)
        return operand(w, graph_pick(w->g, c->call, k));
    if (c->repeats)
        return arena_printf(w->arena, "%s->%s[i]", use(w, "m"), c->unit_call->name);
    return operand(w, c->call);
}

static const char *upstream_argument(Writer *w, const Call *c, int k)
{
    return k == 0 && c->repeats ? "dy_i" : operand(w, c->node->in[1 + k]);
}

static const char *dinput_argument(Writer *w, const Call *c, int k)
{
    if (k)
        return operand(w, graph_pick(w->g, c->id, k));
    if (c->repeats)
        return arena_printf(w->arena, "%s->%s[i %% 2]", use(w, "t"), c->node->name);
    return w->g->store[c->id] == STORE_NONE ? "NULL" : operand(w, c->id);
}

static const char *call_argument(Writer *w, const Call *c, int i)
{
    const int fixed = fixed_parameters(w->phase);
    const int in = c->unit->n_inputs, out = c->unit->n_results;

    if (i < fixed)
        return struct_argument(w, c, parameter(w, c->unit, w->phase, i));
    i -= fixed;
    if (i < in)
        return input_argument(w, c, i);
    if (i < in + out)
        return result_argument(w, c, i - in);
    i -= in + out;
    return i < out ? upstream_argument(w, c, i) : dinput_argument(w, c, i - out);
}

/* Gradients of captures add up in the unit: they start at zero. */
static void clear_captures(Writer *w, const Call *c)
{
    for (int k = 1; w->phase == BACKWARD && k < c->unit->n_inputs; k++) {
        const NodeId pick = graph_pick(w->g, c->id, k);

        if (!pick || !c->unit->dinput[k])
            continue;
        emit_line(w->out, "for (int i = 0; i < %s; i++)", count_text(w, &w->g->node[pick]));
        emit_indent(w->out, 1);
        emit_line(w->out, "%s[i] = 0;", operand(w, pick));
        emit_indent(w->out, -1);
    }
}

/* An iteration reads what the one before it put out, and backward what the one behind it left. */
static void open_repeat(Writer *w, const Call *c, const Uses *uses)
{
    if (w->phase == FORWARD)
        emit_open(w->out, "for (int i = 0; i < %s; i++) {", c->count);
    else
        emit_open(w->out, "for (int i = %s - 1; i >= 0; i--) {", c->count);
    if (is_used(uses, intern(w->s->names, "x")))
        emit_line(w->out, "const rt_real *x_i = i > 0\n%20s ? %s->%s[i - 1]\n%20s : %s;", "",
                  use(w, "m"), c->unit_call->name, "", operand(w, input_of(c, 0)));
    if (is_used(uses, intern(w->s->names, "dy")))
        emit_line(w->out, "const rt_real *dy_i = i < %s - 1\n%21s ? %s->%s[(i + 1) %% 2]\n"
                  "%21s : %s;", c->count, "", use(w, "t"), c->node->name, "",
                  operand(w, c->node->in[1]));
}

static void emit_call(Writer *w, NodeId id)
{
    const Call c = describe(w, id);
    const Uses *uses = &w->facts[graph_number(w->program, c.unit)].uses[w->phase];

    clear_captures(w, &c);
    if (c.repeats)
        open_repeat(w, &c, uses);
    emit_begin(w->out, "%s_%s(", c.unit->name, w->phase == FORWARD ? "forward" : "backward");
    emit_piece(w->out, "c");
    for (int i = 0; i < parameter_count(c.unit, w->phase); i++) {
        if (i == fixed_parameters(w->phase))    /* the structs, then the tensors */
            emit_fold(w->out);
        if (is_used(uses, parameter(w, c.unit, w->phase, i)))
            emit_piece(w->out, "%s", call_argument(w, &c, i));
    }
    emit_end(w->out, ");");
    if (c.repeats)
        emit_close(w->out, "");
}

/* ---- Maps ---------------------------------------------------------------------------------- */

/* Elementwise nodes that follow on no call. */
static void emit_map(Writer *w, NodeId id)
{
    const Then *then = &w->g->then[id];

    emit_statement(w, arena_printf(w->arena, "rt_map(c, %s, %s, %s, %s);",
                                   count_text(w, &w->g->node[id]), operand(w, then->value),
                                   then_text(w, id), operand(w, then->result)));
}

/* ---- Groups -------------------------------------------------------------------------------- */

static void emit_node(Writer *w, NodeId id)
{
    const Node *n = &w->g->node[id];

    switch (op_form(n->op)) {
    case FORM_CALL:
    case FORM_EFFECT: emit_statement(w, expand(w, id)); break;
    case FORM_EACH: emit_each(w, id); break;
    case FORM_UNIT: emit_call(w, id); break;
    case FORM_ROOM: break;
    case FORM_LOSS: emit_line(w->out, "return %s;", expand(w, id)); break;
    case FORM_TIMES:
    case FORM_PLUS:
    case FORM_ACT:
    case FORM_SLOPE: emit_map(w, id); break;
    default: bug("%s is no statement", op_name(n->op));
    }
}

/* Around a statement that only the gradient of the input needs: `by` in and out. */
static void emit_spared(Writer *w, NodeId id, int by)
{
    if (!w->g->for_dx[id])
        return;
    if (by > 0)
        emit_line(w->out, "if (%s)", use(w, "dx"));
    emit_indent(w->out, by);
}

void emit_body(Writer *w)
{
    const NodeId *order = w->g->order[w->phase];
    Group group = { 0 };
    int step;

    for (int i = 0; i < w->g->n_order[w->phase]; i += step) {
        const bool is_loop = w->g->loop[order[i]] >= 0;

        step = is_loop ? loop_length(w, i) : 1;
        if (!is_in_group(w, group, i, step)) {
            group = (Group){ i, step };
            emit_heading(w, group);
        }
        emit_spared(w, order[i], 1);
        if (is_loop)
            emit_loop(w, i, step);
        else
            emit_node(w, order[i]);
        emit_spared(w, order[i], -1);
    }
}
