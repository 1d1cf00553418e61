/* emit_heading.c -- what stands above units and groups of statements: where they come from in the
 * source, and on the way back the formulas. */
#include "emit_c.h"

#include <string.h>

/* ---- Where a statement comes from ---------------------------------------------------------- */

/* Which iterations a call is for, where they are not all one unit. */
static const char *iterations_text(Writer *w, const Node *call)
{
    const Item *repeat = call->item;
    const bool is_last = call->first == repeat->run[repeat->n_runs - 1].first;

    if (repeat->n_runs == 1)
        return "";
    if (call->step > 1)
        return arena_printf(w->arena, ", iterations from %d, %d to a turn", call->first,
                            call->step);
    if (repeat->turn)
        return arena_printf(w->arena, ", iteration%s %d of a turn",
                            call->count > 1 ? "s from" : "", call->first);
    if (call->count > 1)
        return arena_printf(w->arena, ", iterations from %d", call->first);
    return is_last ? ", the last iteration"
                   : arena_printf(w->arena, ", iteration %d", call->first);
}

/* The paths from a join's input, as rt_layer.paths counts them. */
static const char *path_text(Writer *w, const Item *join, int64_t path)
{
    if (join->kind == ITEM_PARALLEL)
        return arena_printf(w->arena, "branch %lld", (long long)path);
    if (path)
        return "the body";
    return join->has_shortcut ? "the shortcut" : "the skip";
}

static const char *residual_text(Writer *w, const Item *item)
{
    const Value *scale = call_arg(item->callee, item->arg, "scale");
    const bool is_scaled = scale->kind == VALUE_CALL || scale->real != 1;

    return arena_printf(w->arena, "%s: %s + %sbody", item_text(item, w->arena),
                        item->has_shortcut ? "shortcut" : "skip", is_scaled ? "scale * " : "");
}

static bool is_of_loss(const Writer *w, const Node *n)
{
    return w->g->loss && !n->item &&
           (n->phase == FORWARD || n->in[0] == w->g->node[w->g->loss].in[0]);
}

static bool is_of_path(const Node *n)
{
    return n->op == OP_WATCH_PATH || n->op == OP_WATCH_SAME_PATH;
}

static const char *source_text(Writer *w, const Node *n)
{
    if (is_of_loss(w, n))
        return arena_printf(w->arena, "loss = %s", w->program->model->settings.loss.callee->name);
    if (!n->item)
        return "the input";
    if (is_of_path(n))
        return arena_printf(w->arena, "%s, by %s", item_text(n->item, w->arena),
                            path_text(w, n->item, n->size[2]));
    if (n->item->kind == ITEM_RESIDUAL)
        return residual_text(w, n->item);
    if (n->item->kind != ITEM_REPEAT)
        return item_text(n->item, w->arena);
    return arena_printf(w->arena, "%s%s", repeat_text(n->item, w->arena),
                        n->unit ? iterations_text(w, n) : "");
}

/* Where the iterations of a repeat are of several units, each call is told by itself. */
static bool is_call_of_run(const Node *n)
{
    return n->unit && n->item->kind == ITEM_REPEAT && n->item->n_runs > 1;
}

static bool is_same_source(const Writer *w, const Node *a, const Node *b)
{
    if (a->item != b->item || is_of_loss(w, a) != is_of_loss(w, b) || !a->again != !b->again)
        return false;
    if (is_of_path(a) || is_of_path(b))
        return is_of_path(a) && is_of_path(b) && a->size[2] == b->size[2];
    if (is_call_of_run(a) || is_call_of_run(b))
        return a->unit == b->unit && a->first == b->first;
    return true;
}

/* ---- Groups -------------------------------------------------------------------------------- */

static const Node *ordered(const Writer *w, int i)
{
    return &w->g->node[w->g->order[w->phase][i]];
}

/* The nodes that the statement at order[i] computes. */
typedef struct {
    const Node *node[5];
    int n;
} Computed;

static Computed computed(const Writer *w, int i)
{
    const NodeId head = w->g->order[w->phase][i];
    const Then *then = &w->g->then[head];
    const NodeId part[] = { then->times, then->sum[0], then->sum[1], then->act };
    Computed c = { { ordered(w, i) }, 1 };

    for (size_t k = 0; k < countof(part); k++)
        if (part[k] && part[k] != head)
            c.node[c.n++] = &w->g->node[part[k]];
    return c;
}

static bool is_headed(const Writer *w, Group group, const Node *n)
{
    for (int k = group.first; k < group.first + group.n; k++) {
        const Computed c = computed(w, k);

        for (int j = 0; j < c.n; j++)
            if (is_same_source(w, c.node[j], n))
                return true;
    }
    return false;
}

bool is_in_group(const Writer *w, Group group, int i, int n)
{
    for (int k = i; k < i + n; k++) {
        const Computed c = computed(w, k);

        for (int j = 0; j < c.n; j++)
            if (!is_headed(w, group, c.node[j]))
                return false;
    }
    return true;
}

/* The columns of a heading beside its marks and its indentation. */
enum { LONGEST = 88 };

static const char *group_text(Writer *w, const Node *n)
{
    return n->again ? arena_printf(w->arena, "%s, again", source_text(w, n))
         : arena_printf(w->arena, "%s%s", w->phase == BACKWARD ? "gradient of " : "",
                        source_text(w, n));
}

/* Equations apart by ";  " stand on a line each. */
static void emit_formula(Writer *w, const char *formula)
{
    while (*formula) {
        const char *end = strstr(formula, ";  ");
        const size_t n = end ? (size_t)(end - formula) : strlen(formula);

        emit_line(w->out, " *   %.*s", (int)n, formula);
        formula += n + (end ? strlen(";  ") : 0);
    }
}

/* The formulas of the group's nodes that come from where node n comes from, each once; their text
 * one behind the other. */
static const char *formulas(Writer *w, Group group, const Node *n)
{
    const char *all = "";

    for (int k = group.first; k < w->g->n_order[w->phase] && is_in_group(w, group, k, 1); k++) {
        const Computed c = computed(w, k);

        for (int j = 0; j < c.n; j++) {
            const char *formula = op_formula(c.node[j]->op);

            if (!n->again && is_same_source(w, n, c.node[j]) && !strstr(all, formula))
                all = arena_printf(w->arena, "%s%s%s", all, *all ? ";  " : "", formula);
        }
    }
    return w->phase == BACKWARD ? all : "";
}

/* A line of a comment, or several, broken behind commas. */
static void emit_long_line(Writer *w, const char *lead, const char *text)
{
    while (emit_width(text) > LONGEST && strstr(text, ", ")) {
        size_t n = strcspn(text, ",") + 1;

        for (size_t next = n; emit_width(arena_printf(w->arena, "%.*s", (int)next, text)) <= LONGEST
             && text[next]; next += strcspn(text + next, ",") + 1)
            n = next;
        emit_line(w->out, "%s %.*s", lead, (int)n, text);
        text += n + strspn(text + n, " ");
        lead = " *      ";
    }
    emit_line(w->out, "%s %s", lead, text);
}

/* Does node j of the statement at order[i] come from where a node before it comes from? */
static bool is_told(const Writer *w, int first, int i, int j)
{
    const Computed c = computed(w, i);

    for (int k = 0; k < j; k++)
        if (is_same_source(w, c.node[k], c.node[j]))
            return true;
    return is_headed(w, (Group){ first, i - first }, c.node[j]);
}

/* One comment for all that a statement or a loop computes. */
static void emit_group_heading(Writer *w, Group group)
{
    const char *lead = "/*";

    for (int i = group.first; i < group.first + group.n; i++) {
        const Computed c = computed(w, i);

        for (int j = 0; j < c.n; j++) {
            if (is_told(w, group.first, i, j))
                continue;
            emit_long_line(w, lead, group_text(w, c.node[j]));
            emit_formula(w, formulas(w, group, c.node[j]));
            lead = " *";
        }
    }
    emit_line(w->out, " */");
}

static bool is_one_source(const Writer *w, int i)
{
    const Computed c = computed(w, i);

    for (int j = 1; j < c.n; j++)
        if (!is_same_source(w, c.node[0], c.node[j]))
            return false;
    return true;
}

void emit_heading(Writer *w, Group group)
{
    const Group one = { group.first, 1 };
    const Node *first = ordered(w, group.first);
    const char *text = group_text(w, first);
    const bool is_short = is_in_group(w, one, group.first, group.n) && is_one_source(w, group.first)
                       && !*formulas(w, one, first) && emit_width(text) < LONGEST;

    emit_blank(w->out);
    if (is_short)
        emit_line(w->out, "/* %s */", text);
    else
        emit_group_heading(w, group);
}

/* ---- Units --------------------------------------------------------------------------------- */

/* "block bottleneck(width = 64, stride = 1)": as instantiated. */
static const char *block_text(Writer *w, const Unit *u)
{
    const char *text = "";

    for (int i = 0; i < u->callee->n_params; i++)
        text = arena_printf(w->arena, "%s%s%s = %s", text, i ? ", " : "", u->callee->param[i].name,
                            value_text(&u->arg[i], w->arena));
    return arena_printf(w->arena, "block %s%s%s%s%s", u->block->name, *text ? "(" : "", text,
                        *text ? ")" : "", u->recomputes ? ", with checkpoint" : "");
}

void emit_unit_heading(Writer *w, const Graph *g)
{
    const Unit *u = g->unit;
    const char *what = g->is_model ? "the model" : u->block ? block_text(w, u)
        : arena_printf(w->arena, "%s of %s", g->item->turn ? "a turn" : "an iteration",
                       repeat_text(g->item, w->arena));

    emit_begin(w->out, "/* ");
    emit_piece(w->out, "%s: %s -> %s%s", what, shape_text(w->arena, u->in),
               shape_text(w->arena, u->out),
               g->is_model ? "; returns the mean loss over the rows" : "");
    emit_end(w->out, " */");
}
