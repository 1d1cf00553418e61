/* draw_block.c -- blocks: drawn where they are first used, used again where they fit. */
#include <stdio.h>
#include <string.h>

#include "draw.h"

/* ---- Uses ---- */

static void put_argument(Draw *d, const Symbol *s)
{
    switch (s->kind) {
    case INT:        put_int(d, (int)s->value); break;
    case REAL:       put_real(d, real_between(d, 0.1, 0.5)); break;
    case BOOL:       put_bool(d, s->value > 0); break;
    case ACTIVATION: put_activation(d); break;
    case INIT:       put_init(d); break;
    }
}

/* Ints are wanted; the others have defaults, and are given by name. */
static void write_use(Draw *d, const Block *b, Shape out)
{
    bool first = true, named = false;

    put(d, "%s", b->name);
    for (int i = 0; i < b->params.n; i++) {
        const Symbol *s = &b->params.symbol[i];
        if (s->kind != INT && chance(d, 50))
            continue;
        put(d, first ? "(" : ", ");
        named = named || s->kind != INT || chance(d, 20);
        if (named)
            put(d, "%s = ", s->text);
        put_argument(d, s);
        first = false;
    }
    if (!first)
        put(d, ")");
    d->as_param = false;
    end_layer(d, out, -1);
}

/* ---- Declarations ---- */

/* What the body of a block changes of what is around it. */
static void enter(Draw *d, Block *b, Text *body)
{
    memset(&d->locals, 0, sizeof d->locals);
    d->locals = b->params;
    d->out = body;
    d->indent = 1;
    d->first_tensor = d->n_tensors;
    d->index[0] = '\0';
    d->in_repeat = d->partial = false;
    d->in_block = true;
    d->arms++;
    d->depth++;
}

static void leave(Draw *d, const Draw *around)
{
    d->locals = around->locals;
    d->out = around->out;
    d->indent = around->indent;
    d->n_tensors = around->n_tensors;
    d->first_tensor = around->first_tensor;
    memcpy(d->index, around->index, NAME);
    d->in_repeat = around->in_repeat;
    d->partial = around->partial;
    d->in_block = around->in_block;
    d->arms--;
    d->depth--;
}

static void add_param(Draw *d, Block *b, Kind kind, double value)
{
    Symbol *s = &b->params.symbol[b->params.n++];

    *s = (Symbol){ .kind = kind, .value = value };
    new_name(d, "a", s->text);
}

static void draw_params(Draw *d, Block *b)
{
    for (int n = between(d, 0, 2); n > 0; n--)
        add_param(d, b, INT, between(d, 1, 6));
    for (int n = between(d, 0, 3); n > 0; n--)
        add_param(d, b, (Kind)between(d, REAL, INIT), below(d, 2));
}

/* "(a1: int, a2: activation = tanh)" */
static void put_params(Draw *d, const Block *b)
{
    static const char *const words[] = { "int", "real", "bool", "activation", "init" };

    for (int i = 0; i < b->params.n; i++) {
        const Symbol *s = &b->params.symbol[i];
        put(d, "%s%s: %s", i ? ", " : "(", s->text, words[s->kind]);
        if (s->kind == INT)
            continue;
        put(d, " = ");
        put_argument(d, s);
    }
    put(d, b->params.n ? ")" : chance(d, 50) ? "()" : "");
}

/* " : [C, 4]": some dimensions get a name, which the body may use. */
static void put_entry(Draw *d, Shape in)
{
    static const char *const names[] = { "A", "B", "C" };

    put(d, " : [");
    for (int i = 0; i < in.rank; i++) {
        put(d, i ? ", " : "");
        if (chance(d, 60)) {
            Symbol *s = &d->locals.symbol[d->locals.n++];
            *s = (Symbol){ .kind = INT, .value = in.dim[i] };
            snprintf(s->text, NAME, "%s", names[i]);
            put(d, "%s", names[i]);
        } else {
            put(d, "%d", in.dim[i]);
        }
    }
    put(d, "]");
}

static void put_text(Draw *d, const char *text)
{
    text_add(d->out, "    %s\n", text);
}

/* A body for every width: `n` is what comes out, N what comes in. */
static void write_wide_body(Draw *d, Block *b, const char *n, const char *phi)
{
    static const char *const first[] = {
        "dense(%s + N, act = %s, bias_init = normal(0.3));",
        "residual { dense(2 * %s, act = %s); dense(N); }",
        "wide = dense(2 * %s); layernorm(eps = 0.1); %s;",
        "parallel(join = concat) { branch { dense(%s); %s; } branch { } }", NULL
    };
    char text[300];

    snprintf(text, sizeof text, pick(d, first), n, phi);
    put_text(d, text);
    if (b->in.rank == 2 && chance(d, 50))
        snprintf(text, sizeof text, "last = gru(%s, output = all);", n);
    else
        snprintf(text, sizeof text, "last = dense(%s, act = %s);", n, phi);
    put_text(d, text);
}

static void declare_wide(Draw *d, Block *b)
{
    Text body = { 0 };
    Draw around = *d;

    b->any_width = true;
    b->params.n = 0;
    add_param(d, b, INT, 0);
    add_param(d, b, ACTIVATION, 0);
    const char *n = b->params.symbol[0].text, *phi = b->params.symbol[1].text;
    d->out = &body;
    write_wide_body(d, b, n, phi);
    d->out = around.out;
    put(d, "block %s(%s: int, %s: activation = tanh) : %s -> %s%s] {\n%s}\n", b->name, n, phi,
        b->in.rank == 1 ? "[N]" : "[T, N]", b->in.rank == 1 ? "[" : "[T, ", n, body.at);
    text_add(chance(d, 70) ? &d->head : &d->tail, "%s", d->line.at);
    d->line.n = 0;
    b->layers = 4;
    b->parameters = 200;
}

static void declare(Draw *d, Block *b)
{
    static Draw around;
    Text body = { 0 }, head = { 0 };
    const bool signature = chance(d, 60);

    around = *d;
    draw_params(d, b);
    put(d, "block %s", b->name);
    d->quiet = true;
    put_params(d, b);
    d->quiet = d->dead;
    enter(d, b, &body);
    if (signature)
        put_entry(d, b->in);
    text_add(&head, "%s", d->line.at);
    d->line.n = 0;
    text_add(&body, "%s", "");
    write_statements(d, between(d, 1, 4));
    b->out = d->now;
    if (signature) {
        put(d, " -> ");
        put_shape(d, b->out);
        text_add(&head, "%s", d->line.at);
        d->line.n = 0;
    }
    leave(d, &around);
    text_add(chance(d, 70) ? &d->head : &d->tail, "%s {\n%s}\n", head.at, body.at);
    b->layers = (d->layers - around.layers) / d->times;
    b->parameters = (d->parameters - around.parameters) / d->times;
    d->layers = around.layers;
    d->parameters = around.parameters;
}

/* ---- The statement ---- */

static bool takes(const Draw *d, const Block *b)
{
    if (b->any_width)
        return d->now.rank == b->in.rank;
    return same_shape(d->now, b->in) && (!d->steady || same_places(b->in, b->out));
}

static const Block *find_block(Draw *d)
{
    const Block *found[MAX_BLOCKS];
    int n = 0;

    for (int i = 0; i < d->n_blocks; i++)
        if (takes(d, &d->block[i]))
            found[n++] = &d->block[i];
    return n ? found[below(d, n)] : NULL;
}

static const Block *new_block(Draw *d)
{
    static Block fresh;

    if (d->in_block || d->dead || d->n_blocks == MAX_BLOCKS)
        return NULL;
    fresh = (Block){ .in = d->now };
    new_name(d, "b", fresh.name);
    if (d->now.rank < 3 && chance(d, 30))
        declare_wide(d, &fresh);
    else
        declare(d, &fresh);
    d->now = fresh.in;
    d->block[d->n_blocks] = fresh;
    return &d->block[d->n_blocks++];
}

static void use_wide(Draw *d, const Block *b)
{
    static Block bound;

    bound = *b;
    bound.params.symbol[0].value = between(d, 1, 6);
    write_use(d, &bound, with_features(d->now, (int)bound.params.symbol[0].value));
}

bool write_block(Draw *d)
{
    const Block *b = chance(d, 60) ? find_block(d) : NULL;

    if (!b)
        b = new_block(d);
    if (!b)
        return false;
    d->layers += b->layers * d->times;
    d->parameters += b->parameters * d->times;
    if (b->any_width)
        use_wide(d, b);
    else
        write_use(d, b, b->out);
    return true;
}
