/* draw_layer.c -- every layer of layers.def with random arguments. */
#include "draw.h"

enum { MEMBERS = 3 };               /* of a norm, at least */

/* ---- Arguments ---- */

/* Units of what is drawn freely: few. */
static int draw_units(Draw *d)
{
    return d->parameters > 2500 ? between(d, 1, 3) : between(d, 1, 8);
}

void end_weights(Draw *d, Shape out, int parameters)
{
    d->trains = d->trains || (!d->dead && !d->arms);
    end_layer(d, out, parameters);
}

/* Zero biases behind dead inputs are kinks of a ReLU: most start elsewhere. */
static void put_bias(Draw *d)
{
    if (chance(d, 12)) {
        put(d, ", bias = ");
        put_bool(d, false);
        return;
    }
    if (chance(d, 10)) {
        put(d, ", bias = ");
        put_bool(d, true);
    }
    if (chance(d, 75))
        put(d, ", bias_init = normal(%g)", real_between(d, 0.1, 0.5));
    else if (chance(d, 40)) {
        put(d, ", bias_init = ");
        put_init(d);
    }
}

static void put_penalties(Draw *d)
{
    if (chance(d, 6)) {
        put(d, ", l1 = ");
        put_real(d, real_between(d, 0.001, 0.05));
    }
    if (chance(d, 6)) {
        put(d, ", l2 = ");
        put_real(d, real_between(d, 0.001, 0.1));
    }
}

static void put_weight_init(Draw *d)
{
    if (chance(d, 40)) {
        put(d, ", init = ");
        put_init(d);
    }
}

void put_dense_arguments(Draw *d, bool positional)
{
    if (chance(d, 50)) {
        put(d, positional && chance(d, 20) ? ", " : ", act = ");
        put_activation(d);
    }
    put_weight_init(d);
    put_bias(d);
    put_penalties(d);
}

/* ---- dense, recurrent, embedding ---- */

void write_dense(Draw *d, int units)
{
    const Shape out = with_features(d->now, units);

    put(d, "dense(");
    if (chance(d, 8))
        put(d, "units = ");
    put_int(d, units);
    put_dense_arguments(d, d->line.at[6] != 'u');
    put(d, ")");
    end_weights(d, out, units * (features(d->now) + 1));
}

static void draw_dense(Draw *d)
{
    write_dense(d, draw_units(d));
}

static void put_recurrent(Draw *d, const char *kind, int units, bool all)
{
    put(d, "%s(", kind);
    put_int(d, units);
    if (kind[0] == 'r' && chance(d, 50)) {
        put(d, ", act = ");
        put_activation(d);
    }
    put_weight_init(d);
    if (chance(d, 30)) {
        put(d, ", recurrent_init = ");
        put_init(d);
    }
    if (chance(d, 15)) {
        put(d, ", bias = ");
        put_bool(d, chance(d, 20));
    }
    if (all || chance(d, 20))
        put(d, ", output = %s", all ? "all" : "last");
    if (chance(d, 30)) {
        put(d, ", reverse = ");
        put_bool(d, chance(d, 80));
    }
    if (kind[0] == 'l' && chance(d, 40)) {
        put(d, ", forget_bias = ");
        put_real(d, real_between(d, -1, 2));
    }
    put(d, ")");
}

void write_recurrent(Draw *d, int units, bool all)
{
    static const char *const kinds[] = { "rnn", "lstm", "gru", NULL };
    const char *kind = pick(d, kinds);
    const int gates = kind[0] == 'r' ? 1 : kind[0] == 'l' ? 4 : 3;
    const Shape out = all ? shape(2, d->now.dim[0], units, 1) : shape(1, units, 1, 1);

    put_recurrent(d, kind, units, all);
    end_weights(d, out, gates * units * (d->now.dim[1] + units + 2));
}

static void draw_recurrent(Draw *d)
{
    write_recurrent(d, between(d, 1, d->parameters > 2000 ? 3 : 6), d->steady || chance(d, 65));
}

void write_embedding(Draw *d)
{
    const int words = d->vocabulary + (chance(d, 20) ? 2 : 0), dim = between(d, 1, 6);

    put(d, "embedding(");
    put_int(d, words);
    put(d, ", ");
    put_int(d, dim);
    put_weight_init(d);
    put(d, ")");
    end_weights(d, shape(2, d->now.dim[0], dim, 1), words * dim);
}

/* ---- Layers without weights, and norms ---- */

static void draw_flatten(Draw *d)
{
    put(d, "flatten");
    end_layer(d, shape(1, size(d->now), 1, 1), 0);
}

static void draw_reshape(Draw *d)
{
    const int n = size(d->now), a = draw_divisor(d, n), b = draw_divisor(d, n / a);
    const Shape out = d->steady ? d->now : chance(d, 45) ? shape(3, a, b, n / a / b)
                    : chance(d, 70) ? shape(2, a, n / a, 1) : shape(1, n, 1, 1);
    const int open = chance(d, 40) ? below(d, out.rank) : -1;

    put(d, "reshape([");
    for (int i = 0; i < out.rank; i++) {
        put(d, i ? ", " : "");
        if (i == open)
            put(d, "-1");
        else
            put_int(d, out.dim[i]);
    }
    put(d, "])");
    end_layer(d, out, 0);
}

/* "(a = .., eps = .., affine = ..)"; nothing where all are left out.  A norm of what happens to be
 * constant multiplies roundings by 1 / sqrt(eps): that of others behind it is not small. */
static void put_norm_arguments(Draw *d, const char *open)
{
    const bool again = d->norms > 0 || d->times > 1 || d->in_block;
    const char *before = open;

    d->norms++;
    if (again || chance(d, 30)) {
        put(d, "%seps = ", before);
        put_real(d, again ? real_between(d, 0.05, 0.5) : 0.001);
        before = ", ";
    }
    if (chance(d, 30)) {
        put(d, "%saffine = ", before);
        put_bool(d, chance(d, 30));
        before = ", ";
    }
    if (before[0] == ',')
        put(d, ")");
}

/* What a layer or group norm takes together: features, or a whole image. */
static int grouped(Shape s)
{
    return s.rank == 3 ? size(s) : features(s);
}

static void draw_batchnorm(Draw *d)
{
    const bool momentum = chance(d, 30);

    if (size(d->now) / features(d->now) == 1)
        d->many = true;
    put(d, "batchnorm");
    if (momentum) {
        put(d, "(momentum = ");
        put_real(d, real_between(d, 0.05, 1));
    }
    put_norm_arguments(d, momentum ? ", " : "(");
    end_layer(d, d->now, 2 * features(d->now));
}

static void draw_layernorm(Draw *d)
{
    put(d, "layernorm");
    put_norm_arguments(d, "(");
    end_layer(d, d->now, 2 * grouped(d->now));
}

/* Groups of MEMBERS values or more. */
static void draw_groupnorm(Draw *d)
{
    int groups;

    do
        groups = draw_divisor(d, features(d->now));
    while (grouped(d->now) / groups < MEMBERS);
    put(d, "groupnorm(");
    put_int(d, groups);
    put_norm_arguments(d, ", ");
    end_layer(d, d->now, 2 * features(d->now));
}

static void draw_dropout(Draw *d)
{
    put(d, "dropout(");
    put_real(d, real_between(d, 0, 0.6));
    put(d, ")");
    end_layer(d, d->now, 0);
}

void write_activation(Draw *d)
{
    put_activation(d);
    end_layer(d, d->now, 0);
}

/* ---- The choice ---- */

static bool is_image(const Draw *d)     { return d->now.rank == 3; }
static bool is_sequence(const Draw *d)  { return d->now.rank == 2; }
static bool is_rows(const Draw *d)      { return d->now.rank < 3; }
static bool is_free(const Draw *d)      { return !d->steady; }
static bool is_free_image(const Draw *d) { return d->now.rank == 3 && !d->steady; }
static bool is_any(const Draw *d)       { (void)d; return true; }

/* Norms of one value are constant, and of two nearly so: behind them another norm divides roundings
 * by the root of eps, and then the gradient, which is zero, is seen to be none. */
static bool is_many(const Draw *d)
{
    return d->batch * (size(d->now) / features(d->now)) >= MEMBERS;
}

static bool is_wide(const Draw *d)
{
    return grouped(d->now) >= MEMBERS;
}

static const struct { int weight; bool (*fits)(const Draw *); void (*write)(Draw *); } kinds[] = {
    { 8, is_rows, draw_dense },         { 12, is_image, draw_conv },
    { 5, is_image, draw_pool },         { 1, is_free_image, draw_global_pool },
    { 1, is_free, draw_flatten },       { 2, is_any, draw_reshape },
    { 3, is_many, draw_batchnorm },     { 2, is_wide, draw_layernorm },
    { 2, is_wide, draw_groupnorm },      { 1, is_any, draw_dropout },
    { 9, is_sequence, draw_recurrent }, { 5, is_any, write_activation },
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

void write_layer(Draw *d)
{
    int total = 0, chosen;

    begin_layer(d);
    for (int i = 0; i < N_KINDS; i++)
        total += kinds[i].fits(d) ? kinds[i].weight : 0;
    chosen = below(d, total);
    for (int i = 0; i < N_KINDS; i++) {
        if (!kinds[i].fits(d))
            continue;
        chosen -= kinds[i].weight;
        if (chosen < 0) {
            kinds[i].write(d);
            return;
        }
    }
}

/* ---- Bringing the tensor to a shape ---- */

static void flatten_to(Draw *d, int n)
{
    if (d->now.rank > 1)
        draw_flatten(d);
    if (d->now.dim[0] * n > 1200)
        write_dense(d, between(d, 1, 4));
    write_dense(d, n);
}

static void restore_vector(Draw *d, int n)
{
    if (d->now.rank == 3 && chance(d, 50)) {
        write_conv_same(d, n);
        draw_global_pool(d);
    } else if (d->now.rank == 2 && chance(d, 60)) {
        write_recurrent(d, n, false);
    } else {
        flatten_to(d, n);
    }
}

void restore(Draw *d, Shape want)
{
    if (same_shape(d->now, want))
        return;
    d->from[0] = '\0';
    if (want.rank == 1) {
        restore_vector(d, want.dim[0]);
    } else if (!same_places(d->now, want)) {
        flatten_to(d, size(want));
        put(d, "reshape(");
        put_shape(d, want);
        put(d, ")");
        end_layer(d, want, 0);
    } else if (want.rank == 2 && want.dim[1] < 8 && chance(d, 30)) {
        write_recurrent(d, want.dim[1], true);
    } else if (want.rank == 2) {
        write_dense(d, want.dim[1]);
    } else {
        write_conv_same(d, want.dim[0]);
    }
}
