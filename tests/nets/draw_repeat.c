/* draw_repeat.c -- repeat, and what its variable can do in the body. */
#include <stdio.h>
#include <string.h>

#include "draw.h"

/* ---- The statement ---- */

/* What the body of a repeat changes of what is around it. */
typedef struct {
    char index[NAME];
    int index_count, first_own, times;
    bool in_repeat, partial, steady, dead;
} Around;

static Around enter(Draw *d, int count, bool named)
{
    Around a = { "", d->index_count, d->first_own, d->times, d->in_repeat, d->partial, d->steady,
                 d->dead };

    memcpy(a.index, d->index, NAME);
    if (named)
        new_name(d, "i", d->index);
    else
        d->index[0] = '\0';
    d->index_count = count;
    d->first_own = d->n_tensors;
    d->times *= count ? count : 1;
    d->in_repeat = d->steady = true;
    d->partial = false;
    d->dead = d->quiet = d->dead || !count;
    d->depth++;
    return a;
}

static void leave(Draw *d, const Around *a)
{
    leave_repeat(d, d->first_own, d->index_count);
    memcpy(d->index, a->index, NAME);
    d->index_count = a->index_count;
    d->first_own = a->first_own;
    d->times = a->times;
    d->in_repeat = a->in_repeat;
    d->partial = a->partial;
    d->steady = a->steady;
    d->dead = d->quiet = a->dead;
    d->depth--;
}

static void put_head(Draw *d, int count)
{
    put(d, "repeat ");
    put_int(d, count);
    if (d->index[0])
        put(d, " as %s", d->index);
    open_body(d);
}

/* Its width by iteration: a + step * i, or by a list. */
static bool write_growing(Draw *d)
{
    const int count = between(d, 2, 3), from = between(d, 1, 4), step = between(d, 1, 3);
    const Around around = enter(d, count, true);
    char name[NAME];

    put_head(d, count);
    if (chance(d, 40)) {
        put(d, "%s", chance(d, 50) ? "layernorm(eps = 0.1);" : "tanh;");
        end_line(d);
    }
    new_name(d, "g", name);
    put(d, "%s = dense(%d + %d * %s, act = ", name, from, step, d->index);
    put_activation(d);
    put(d, ", bias_init = normal(0.3));");
    end_line(d);
    d->now = with_features(d->now, from);
    add_grown_tensor(d, name, d->now, step);
    close_body(d);
    leave(d, &around);
    d->now = with_features(d->now, from + step * (count - 1));
    d->layers += count;
    d->definite += d->arms ? 0 : count;
    d->parameters += count * 8 * 8;
    return true;
}

bool write_repeat(Draw *d)
{
    const int count = chance(d, 6) ? 0 : between(d, 1, d->times > 1 ? 2 : 4);
    const Shape entry = d->now;

    if (d->times * count > 8)
        return false;
    if (d->now.rank < 3 && !d->dead && d->times == 1 && chance(d, 20))
        return write_growing(d);
    const Around around = enter(d, count, chance(d, 75));
    put_head(d, count);
    write_statements(d, between(d, 1, 3));
    restore(d, entry);
    close_body(d);
    leave(d, &around);
    d->now = entry;
    return true;
}

/* ---- By iteration ---- */

static void write_grown_dense(Draw *d)
{
    const int units = features(d->now), from = between(d, 1, 3), step = between(d, 1, 2);
    char name[NAME], list[NAME];

    new_name(d, "h", name);
    if (chance(d, 60)) {
        put(d, "%s = dense(%d + %d * %s", name, from, step, d->index);
        add_grown_tensor(d, name, with_features(d->now, from), step);
    } else {
        new_name(d, "p", list);
        text_add(&d->head, "let %s = [%d, 3, %d, 2];\n", list, from, step);
        put(d, "dense(%s[%s]", list, d->index);
    }
    put(d, ", act = ");
    put_activation(d);
    put(d, ", bias_init = normal(0.2));");
    end_line(d);
    write_dense(d, units);
}

static void write_grown_conv(Draw *d)
{
    const int filters = between(d, 1, 4);
    const bool dilated = chance(d, 50);
    const Shape out = with_features(d->now, filters);

    put(d, "conv(%d, ", filters);
    if (dilated)
        put(d, "%d, pad = same, dilation = %s + 1, bias_init = normal(0.3))", between(d, 1, 3),
            d->index);
    else
        put(d, "2 * %s + 1, pad = %s, bias_init = normal(0.3))", d->index, d->index);
    d->as_param = false;
    end_layer(d, out, filters * (9 * d->now.dim[0] + 1));
}

/* The names of an arm that only some iterations take are forgotten. */
static void write_arm(Draw *d)
{
    const Shape entry = d->now;
    const int tensors = d->n_tensors;
    const bool partial = d->partial;

    open_body(d);
    d->partial = true;
    d->arms++;
    write_statements(d, 1);
    restore(d, entry);
    d->arms--;
    d->partial = partial;
    d->n_tensors = tensors;
}

static void write_index_if(Draw *d)
{
    static const char *const relations[] = { "%s == %d", "%s < %d", "%s %% 2 == %d", "%s != %d",
                                             "%s >= %d", NULL };
    const char *relation = pick(d, relations);

    put(d, "if ");
    text_add(&d->line, relation, d->index, below(d, 2));
    write_arm(d);
    if (chance(d, 60)) {
        next_body(d, "else");
        write_arm(d);
    }
    close_body(d);
}

/* A tensor of this body, of the shape of the current one, and the iteration before's. */
static bool is_own(const Draw *d, const Tensor *t)
{
    return t - d->tensor >= d->first_own && !strchr(t->text, '[') && same_shape(d->now, t->shape);
}

static bool write_before(Draw *d)
{
    static const char *const joins[] = { "add", "mul", NULL };
    const Tensor *t = d->partial ? NULL : find_tensor(d, is_own);

    if (!t)
        return false;
    put(d, "if %s > 0", d->index);
    open_body(d);
    if (chance(d, 60))
        put(d, "%s from %s, %s[%s - 1];", pick(d, joins), t->text, t->text, d->index);
    else
        put(d, "tanh from %s[%s - 1];", t->text, d->index);
    end_line(d);
    close_body(d);
    return true;
}

bool write_by_index(Draw *d)
{
    if (!d->index[0] || d->dead)
        return false;
    switch (below(d, 4)) {
    case 0:
        write_index_if(d);
        return true;
    case 1: case 2:
        return write_before(d);
    default:
        if (d->now.rank < 3)
            write_grown_dense(d);
        else
            write_grown_conv(d);
        return true;
    }
}
