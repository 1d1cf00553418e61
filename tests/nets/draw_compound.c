/* draw_compound.c -- statements, and those with bodies: joins, residual, parallel, if. */
#include "draw.h"

enum { MOST_LAYERS = 24, MOST_PARAMETERS = 3500, MOST_DEPTH = 3 };

static bool is_full(const Draw *d)
{
    return d->layers > MOST_LAYERS || d->parameters > MOST_PARAMETERS;
}

static void write_statement(Draw *d)
{
    static const struct { int percent; bool (*write)(Draw *); } compounds[] = {
        { 9, write_join }, { 8, write_residual }, { 8, write_parallel }, { 5, write_if },
        { 10, write_repeat }, { 9, write_block },
    };
    int drawn = below(d, 110);

    if (d->index[0] && !is_full(d) && chance(d, 30) && write_by_index(d))
        return;
    for (size_t i = 0; i < sizeof compounds / sizeof compounds[0] && !is_full(d); i++) {
        drawn -= compounds[i].percent;
        if (drawn >= 0)
            continue;
        if (d->depth < MOST_DEPTH && compounds[i].write(d))
            return;
        break;
    }
    write_layer(d);
}

void write_statements(Draw *d, int n)
{
    for (int i = 0; i < n && (i == 0 || !is_full(d)); i++)
        write_statement(d);
}

/* ---- add, mul, concat ---- */

static bool is_alike(const Draw *d, const Tensor *t)
{
    return same_shape(d->now, t->shape);
}

static bool is_beside(const Draw *d, const Tensor *t)
{
    return same_places(d->now, t->shape) && features(t->shape) < 9;
}

static bool is_place(const Draw *d, const Tensor *t)
{
    return !d->steady || same_places(d->now, t->shape);
}

bool write_join(Draw *d)
{
    static const char *const words[] = { "add", "mul", "concat", NULL };
    const Tensor *t = find_tensor(d, is_place);
    const char *word = pick(d, words);
    const bool concat = word[0] == 'c';
    int width = 0;

    if (!t)
        return false;
    d->now = t->shape;
    put(d, "%s from ", word);
    for (int i = 0, n = between(d, 2, 3); i < n; i++) {
        put(d, i ? ", %s" : "%s", t->text);
        width += features(t->shape);
        t = find_tensor(d, concat ? is_beside : is_alike);
        if (!t)                     /* only where the first is too wide for another */
            t = find_tensor(d, is_alike);
    }
    d->from[0] = '\0';
    d->as_param = false;
    end_layer(d, concat ? with_features(d->now, width) : d->now, 0);
    return true;
}

/* ---- residual ---- */

static void put_scale(Draw *d)
{
    if (chance(d, 50))
        return;
    put(d, chance(d, 80) ? "(scale = " : "(");
    if (chance(d, 50)) {
        put(d, "learn(");
        put_real(d, chance(d, 20) ? 0 : real_between(d, -1, 1));
        put(d, ")");
    } else {
        put_real(d, real_between(d, -1, 1.5));
    }
    put(d, ")");
}

static void write_body(Draw *d, int n)
{
    const bool steady = d->steady;

    d->steady = steady || size(d->now) > 40 || chance(d, 80);
    d->depth++;
    write_statements(d, n);
    d->depth--;
    d->steady = steady;
}

bool write_residual(Draw *d)
{
    const Shape entry = d->now;
    const int before = d->definite;
    char name[NAME];

    begin_compound(d, name);
    put(d, "residual");
    put_scale(d);
    open_body(d);
    write_body(d, between(d, 1, 3));
    if (d->definite == before)
        write_activation(d);
    if (chance(d, 60))
        restore(d, entry);
    const Shape out = d->now;
    if (!same_shape(out, entry) || chance(d, 30)) {
        next_body(d, "shortcut");
        open_body(d);
        d->now = entry;
        write_body(d, between(d, 0, 1));
        restore(d, out);
    }
    close_body(d);
    end_compound(d, name, out);
    return true;
}

/* ---- parallel ---- */

/* A branch from `entry`; what comes out can be joined to `first`, if there is one. */
static Shape write_branch(Draw *d, Shape entry, const Shape *first, bool concat)
{
    put(d, "branch");
    open_body(d);
    d->now = entry;
    write_body(d, between(d, 0, 2));
    if (first && !concat)
        restore(d, *first);
    else if (first && !same_places(d->now, *first))
        restore(d, with_features(*first, between(d, 1, 4)));
    close_body(d);
    return d->now;
}

bool write_parallel(Draw *d)
{
    static const char *const joins[] = { "concat", "add", "mul", NULL };
    const char *join = pick(d, joins);
    const bool concat = join[0] == 'c';
    const Shape entry = d->now;
    char name[NAME];

    begin_compound(d, name);
    put(d, chance(d, 80) ? "parallel(join = %s)" : "parallel(%s)", join);
    open_body(d);
    const Shape first = write_branch(d, entry, NULL, concat);
    int width = features(first);
    for (int n = between(d, 1, 2); n > 0; n--)
        width += features(write_branch(d, entry, &first, concat));
    close_body(d);
    end_compound(d, name, concat ? with_features(first, width) : first);
    return true;
}

/* ---- if ---- */

/* An arm; one that is not taken leaves no trace. */
static void write_arm(Draw *d, bool taken)
{
    const Shape entry = d->now;
    const int tensors = d->n_tensors;
    const bool dead = d->dead;

    open_body(d);
    d->dead = d->quiet = dead || !taken;
    write_body(d, between(d, 0, 2));
    d->dead = d->quiet = dead;
    if (!taken) {
        d->now = entry;
        d->n_tensors = tensors;
    }
}

static bool put_condition(Draw *d)
{
    const bool truth = chance(d, 60);

    put(d, "if ");
    if (chance(d, 30))
        put_bool(d, truth);
    else
        write_bool(d, truth);
    return truth;
}

bool write_if(Draw *d)
{
    bool taken = put_condition(d);

    write_arm(d, taken);
    if (chance(d, 25)) {
        next_body(d, "else ");
        const bool truth = put_condition(d);
        write_arm(d, truth && !taken);
        taken = taken || truth;
    }
    if (chance(d, 60)) {
        next_body(d, "else");
        write_arm(d, !taken);
    }
    close_body(d);
    return true;
}
