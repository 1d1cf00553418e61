/* lower_compound.c -- residual and parallel: paths from one tensor that are joined again. */
#include "lower.h"

#include <string.h>

static NodeId tap(Lower *l, const Item *item, NodeId x, const char *suffix)
{
    Node node = { .op = OP_TAP, .shape = l->g->node[x].shape, .batched = true, .layer = -1,
                  .in = arena_array(l->s->arena, NodeId, 1), .n_in = 1 };

    node.in[0] = x;
    return lower_node(l, node, item, arena_printf(l->s->arena, "%s_%s", item->name, suffix));
}

/* Lowers items whose input flows by `to` instead of `from`; the node of `out`. */
static NodeId lower_path(Lower *l, const Items *items, const Ref *out, NodeId from, NodeId to)
{
    Redirect redirect = { from, to, l->redirect };
    NodeId result;

    l->redirect = &redirect;
    lower_items(l, items);
    result = lower_ref(l, out);
    l->redirect = redirect.outer;
    return result;
}

/* scale * F(x): by a constant, or by a trained scalar (Bachlechner et al. 2020, ReZero). */
static NodeId scaled(Lower *l, const Item *item, int row, NodeId x)
{
    const Value *scale = call_arg(item->callee, item->arg, "scale");
    const bool learned = scale->kind == VALUE_CALL;
    Node node = { .op = learned ? OP_SCALE_BY : OP_SCALE, .shape = l->g->node[x].shape,
                  .batched = true, .layer = row, .n_in = learned ? 2 : 1,
                  .in = arena_array(l->s->arena, NodeId, 2) };

    if (!learned && scale->real == 1)
        return x;
    node.in[0] = x;
    node.number[0] = scale->real;
    if (learned)
        node.in[1] = lower_tensor(l, row, OP_PARAM, (Tensor){ .role = "scale", .is_constant = true,
                                  .constant = value_arg(scale, "value")->real });
    return lower_node(l, node, item, arena_printf(l->s->arena, "%s_scaled", item->name));
}

/* The gradient that comes back to a join's input is told by path. */
static void add_path(Lower *l, int row, NodeId start)
{
    Layer *layer = &l->g->layer[row];

    arena_push(l->s->arena, layer->path, layer->n_paths, start);
}

NodeId lower_residual(Lower *l, const Item *item)
{
    const NodeId x = lower_ref(l, &item->from[0]);
    const int row = lower_row(l, item, "residual");
    const NodeId body = tap(l, item, x, "body"), skip = tap(l, item, x, "skip");
    NodeId end[2];

    l->inside++;
    end[1] = lower_path(l, &item->body, &item->body_out, x, body);
    l->inside--;
    end[0] = lower_path(l, &item->shortcut, &item->shortcut_out, x, skip);
    end[1] = scaled(l, item, row, end[1]);
    add_path(l, row, skip);
    add_path(l, row, body);
    return lower_join(l, OP_ADD, item, end, 2);
}

NodeId lower_parallel(Lower *l, const Item *item)
{
    const Value *join = call_arg(item->callee, item->arg, "join");
    const NodeId x = lower_ref(l, &item->from[0]);
    const int row = lower_row(l, item, "parallel");
    NodeId *end = arena_array(l->s->arena, NodeId, item->n_branches);
    OpKind op = OP_CONCAT;

    for (int i = 0; i < item->n_branches; i++) {
        const NodeId start = tap(l, item, x, arena_printf(l->s->arena, "branch_%d", i));

        end[i] = lower_path(l, &item->branch[i], &item->branch_out[i], x, start);
        add_path(l, row, start);
    }
    if (strcmp(join->text, "add") == 0)
        op = OP_ADD;
    else if (strcmp(join->text, "mul") == 0)
        op = OP_MUL;
    return lower_join(l, op, item, end, item->n_branches);
}
