/* draw_value.c -- numbers, truth values, activations and initialisers, as a user may write them. */
#include <stdio.h>
#include <string.h>

#include "draw.h"

/* ---- Symbols ---- */

/* One at random of a kind and, unless it is any, a value; NULL where there is none. */
static const Symbol *find_symbol(Draw *d, Kind kind, bool any, double value)
{
    const Symbols *const from[] = { &d->globals, &d->locals };
    const Symbol *found[2 * MAX_SYMBOLS];
    int n = 0;

    for (int k = 0; k < (d->quiet ? 1 : 2); k++)
        for (int i = 0; i < from[k]->n; i++) {
            const Symbol *s = &from[k]->symbol[i];
            const bool equal = s->value >= value && s->value <= value;
            if (s->kind == kind && (any || equal))
                found[n++] = s;
        }
    return n ? found[below(d, n)] : NULL;
}

static bool may_declare(const Draw *d)
{
    return !d->quiet && !d->dead && d->globals.n < MAX_SYMBOLS;
}

static const Symbol *declare(Draw *d, Kind kind, double value, const char *text)
{
    static const char *const words[] = { "int", "real", "bool", "activation", "init" };
    Symbol *s = &d->globals.symbol[d->globals.n++];

    s->kind = kind;
    s->value = value;
    new_name(d, "p", s->text);
    if (chance(d, 60))
        text_add(&d->head, "param %s: %s = %s;\n", s->text, words[kind], text);
    else
        text_add(&d->head, "let %s = %s;\n", s->text, text);
    return s;
}

/* ---- Numbers ---- */

/* `value` as arithmetic. */
static void put_sum(Draw *d, int value)
{
    const int k = between(d, 1, 9);

    switch (below(d, 9)) {
    case 0: put(d, "%d + %d", value - k, k); break;
    case 1: put(d, "%d - %d", value + k, k); break;
    case 2: put(d, "%d * %d / %d", value, k, k); break;
    case 3: put(d, "min(%d, %d)", value + k, value); break;
    case 4: put(d, "max([%d, %d])", value - k, value); break;
    case 5: put(d, "[%d, %d, %d][%d %% 2]", value - k, value, k, 2 * k + 1); break;
    case 6: put(d, "floor(%d / %d.0)", value * k + k - 1, k); break;
    case 7: put(d, "abs(-%d)", value); break;
    default: put(d, "round(sqrt(%d))", value * value); break;
    }
}

void put_int(Draw *d, int value)
{
    const Symbol *s = chance(d, 60) ? find_symbol(d, INT, false, value) : NULL;
    char text[32];

    snprintf(text, sizeof text, "%d", value);
    if (!s && may_declare(d) && chance(d, 6))
        s = declare(d, INT, value, text);
    const Symbol *other = !s && chance(d, 6) ? find_symbol(d, INT, true, 0) : NULL;
    if (s)
        put(d, "%s", s->text);
    else if (other)
        put(d, "%s + %d", other->text, value - (int)other->value);
    else if (value > 0 && chance(d, 8))
        put_sum(d, value);
    else
        put(d, "%s", text);
}

/* Those of blocks are from 0.1 to 0.5, which every layer takes. */
static const Symbol *find_local_real(const Draw *d)
{
    for (int i = 0; i < d->locals.n && !d->quiet; i++)
        if (d->locals.symbol[i].kind == REAL)
            return &d->locals.symbol[i];
    return NULL;
}

void put_real(Draw *d, double value)
{
    const Symbol *s = chance(d, 60) ? find_symbol(d, REAL, false, value) : NULL;
    char text[32];

    if (!s && d->in_block && chance(d, 20))
        s = find_local_real(d);
    snprintf(text, sizeof text, "%.3g", value);
    if (!s && may_declare(d) && strpbrk(text, ".e") && chance(d, 6))
        s = declare(d, REAL, value, text);
    if (s)
        put(d, "%s", s->text);
    else if (chance(d, 5))
        put(d, "%.6g / 2", 2 * value);
    else
        put(d, "%s", text);
}

/* ---- Truth ---- */

void write_bool(Draw *d, bool value)
{
    const Symbol *s = chance(d, 30) ? find_symbol(d, INT, true, 0) : NULL;
    const int k = between(d, 1, 9);

    if (s)
        put(d, "%s %s %d", s->text, value ? "<=" : ">", (int)s->value + k - 1);
    else if (chance(d, 40))
        put(d, "%d %s %d", k, value ? "!=" : "==", k + 1);
    else if (chance(d, 40))
        put(d, value ? "!(%d > %d) || false" : "true && %d > %d", k, k + 2);
    else
        put(d, "%s", value ? "true" : "false");
}

void put_bool(Draw *d, bool value)
{
    const Symbol *s = chance(d, 70) ? find_symbol(d, BOOL, false, value) : NULL;

    if (!s && may_declare(d) && chance(d, 10))
        s = declare(d, BOOL, value, value ? "true" : "false");
    if (s)
        put(d, "%s", s->text);
    else
        put(d, "%s", value ? "true" : "false");
}

/* ---- Activations and initialisers ---- */

static void activation_text(Draw *d, char text[NAME])
{
    static const char *const plain[] = {
        "linear", "sigmoid", "tanh", "relu", "selu", "gelu", "silu", "softplus", "softsign",
        "hard_sigmoid", "hard_tanh", "leaky_relu", "elu", "relu", "tanh", NULL
    };

    switch (below(d, 10)) {
    case 0: snprintf(text, NAME, "leaky_relu(%g)", real_between(d, 0, 0.9)); break;
    case 1: snprintf(text, NAME, "elu(alpha = %g)", real_between(d, 0.1, 2)); break;
    case 2: snprintf(text, NAME, "leaky_relu(slope = %g)", real_between(d, -0.5, 0.5)); break;
    case 3: snprintf(text, NAME, "softmax"); break;
    default: snprintf(text, NAME, "%s", pick(d, plain)); break;
    }
}

void put_activation(Draw *d)
{
    const Symbol *s = chance(d, 25) ? find_symbol(d, ACTIVATION, true, 0) : NULL;
    char text[NAME];

    activation_text(d, text);
    if (!s && may_declare(d) && chance(d, 5))
        s = declare(d, ACTIVATION, 0, text);
    put(d, "%s", s ? s->text : text);
}

static void init_text(Draw *d, char text[NAME])
{
    static const char *const plain[] = {
        "auto", "xavier_uniform", "xavier_normal", "glorot_uniform", "glorot_normal", "he_uniform",
        "he_normal", "kaiming_uniform", "kaiming_normal", "lecun_uniform", "lecun_normal",
        "orthogonal", "identity", NULL
    };
    static const char *const modes[] = { "fan_in", "fan_out", "fan_avg", NULL };
    static const char *const shapes[] = { "normal", "uniform", NULL };

    switch (below(d, 14)) {
    case 0: snprintf(text, NAME, "normal(%g)", real_between(d, 0.1, 0.8)); break;
    case 1: snprintf(text, NAME, "normal(%g, mean = %g)", real_between(d, 0.1, 0.6),
                     real_between(d, -0.3, 0.3)); break;
    case 2: snprintf(text, NAME, "uniform(%g, %g)", real_between(d, -0.9, -0.1),
                     real_between(d, 0, 0.9)); break;
    case 3: snprintf(text, NAME, "truncated_normal(%g)", real_between(d, 0.1, 0.8)); break;
    case 4: snprintf(text, NAME, "orthogonal(gain = %g)", real_between(d, 0.5, 1.5)); break;
    case 5: snprintf(text, NAME, "identity(%g)", real_between(d, 0.5, 1.5)); break;
    case 6: snprintf(text, NAME, "variance_scaling(%g, mode = %s, distribution = %s)",
                     real_between(d, 0.5, 2), pick(d, modes), pick(d, shapes)); break;
    case 7: snprintf(text, NAME, "variance_scaling(%g, %s)", real_between(d, 0.5, 2),
                     pick(d, modes)); break;
    case 8: chance(d, 30) ? snprintf(text, NAME, chance(d, 50) ? "zeros" : "ones")
                          : snprintf(text, NAME, "constant(%g)", real_between(d, -0.5, 0.5)); break;
    default: snprintf(text, NAME, "%s", pick(d, plain)); break;
    }
}

void put_init(Draw *d)
{
    const Symbol *s = chance(d, 25) ? find_symbol(d, INIT, true, 0) : NULL;
    char text[NAME];

    init_text(d, text);
    if (!s && may_declare(d) && chance(d, 5))
        s = declare(d, INIT, 0, text);
    put(d, "%s", s ? s->text : text);
}

void put_shape(Draw *d, Shape s)
{
    put(d, "[");
    for (int i = 0; i < s.rank; i++) {
        put(d, i ? ", " : "");
        put_int(d, s.dim[i]);
    }
    put(d, "]");
}
