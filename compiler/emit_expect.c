/* emit_expect.c -- the function that evaluates the expectations. */
#include "emit_c.h"

static const char *quantity_text(Writer *w, const Check *c)
{
    return arena_printf(w->arena, "rt_quantity(e, %s, %s, %lld, %lld)",
                        emit_string(w->arena, c->quantity),
                        c->layer ? emit_string(w->arena, c->layer) : "NULL", (long long)c->step,
                        (long long)c->epoch);
}

static const char *relation_text(Oper oper)
{
    switch (oper) {
    case OPER_LT: return "RT_LESS";
    case OPER_LE: return "RT_LESS_EQUAL";
    case OPER_GT: return "RT_GREATER";
    case OPER_GE: return "RT_GREATER_EQUAL";
    case OPER_EQ: return "RT_EQUAL";
    case OPER_NE: return "RT_NOT_EQUAL";
    default: bug("no relation");
    }
}

static char arithmetic_sign(Oper oper)
{
    return oper == OPER_ADD ? '+' : oper == OPER_SUB || oper == OPER_NEG ? '-'
         : oper == OPER_MUL ? '*' : '/';
}

/* How closely C binds it: operands that bind looser stand in brackets.  Long sums and conditions
 * have none, since compilers limit how deep brackets nest. */
typedef enum { BIND_OR, BIND_AND, BIND_SUM, BIND_PRODUCT, BIND_SIGN, BIND_CALL } Binding;

static Binding binding_of(const Check *c)
{
    switch (c->kind) {
    case CHECK_OR: return BIND_OR;
    case CHECK_AND: return BIND_AND;
    case CHECK_NOT: return BIND_SIGN;
    case CHECK_ARITHMETIC:
        return !c->left ? BIND_SIGN : c->oper == OPER_ADD || c->oper == OPER_SUB ? BIND_SUM
             : BIND_PRODUCT;
    case CHECK_NUMBER: return c->number < 0 ? BIND_SIGN : BIND_CALL;
    default: return BIND_CALL;
    }
}

static const char *check_text(Writer *w, const Check *c);

static const char *operand_text(Writer *w, const Check *c, Binding least)
{
    return arena_printf(w->arena, binding_of(c) < least ? "(%s)" : "%s", check_text(w, c));
}

/* An `&&` inside of `||` is bracketed for the reader, as compilers ask for. */
static const char *logic_text(Writer *w, const Check *c)
{
    const bool is_and = c->kind == CHECK_AND;
    const char *left = binding_of(c->left) == binding_of(c) ? check_text(w, c->left)
                                                            : operand_text(w, c->left, BIND_SUM);

    return arena_printf(w->arena, "%s %s %s", left, is_and ? "&&" : "||",
                        operand_text(w, c->right, BIND_SUM));
}

/* As written, the left one first: rounding depends on it. */
static const char *arithmetic_text(Writer *w, const Check *c)
{
    const Binding own = binding_of(c);

    if (!c->left)
        return arena_printf(w->arena, "-%s", operand_text(w, c->right, BIND_CALL));
    return arena_printf(w->arena, "%s %c %s", operand_text(w, c->left, own),
                        arithmetic_sign(c->oper), operand_text(w, c->right, own + 1));
}

static const char *check_text(Writer *w, const Check *c)
{
    switch (c->kind) {
    case CHECK_AND:
    case CHECK_OR: return logic_text(w, c);
    case CHECK_NOT: return arena_printf(w->arena, "!%s", operand_text(w, c->right, BIND_SIGN));
    case CHECK_COMPARE:
        return arena_printf(w->arena, "rt_compare(e, %s, %s, %s)", check_text(w, c->left),
                            relation_text(c->oper), check_text(w, c->right));
    case CHECK_ARITHMETIC: return arithmetic_text(w, c);
    case CHECK_NUMBER: return emit_number(w->arena, c->number);
    case CHECK_QUANTITY: return quantity_text(w, c);
    }
    bug("no kind of check");
}

static void emit_condition(Writer *w, const Check *c, const char *before, const char *after);

/* What a line has room for beside its indentation and the tail: the step and the epoch, mostly -1,
 * count as eight columns. */
enum { PIECE_WIDTH = 92 };

static void emit_comparison(Writer *w, const Check *c, const char *before, const char *after)
{
    const char *whole = arena_printf(w->arena, "%s%s%s", before, check_text(w, c), after);

    if (emit_width(whole) <= PIECE_WIDTH) {
        emit_piece(w->out, "%s", whole);
        return;
    }
    emit_piece(w->out, "%srt_compare(e", before);
    emit_condition(w, c->left, "", "");
    emit_piece(w->out, "%s", relation_text(c->oper));
    emit_condition(w, c->right, "", arena_printf(w->arena, ")%s", after));
}

/* Both sides of a logical operator or of a sum; brackets as in check_text. */
static void emit_sides(Writer *w, const Check *c, const char *before, const char *after)
{
    const bool is_sum = c->kind == CHECK_ARITHMETIC;
    const Binding least = is_sum ? BIND_SUM : BIND_SUM - (binding_of(c->left) == binding_of(c)
                                                              ? BIND_SUM : 0);
    const bool left = binding_of(c->left) < least;
    const bool right = binding_of(c->right) < (is_sum ? BIND_PRODUCT : BIND_SUM);
    const char *sign = c->kind == CHECK_AND ? "&&" : c->kind == CHECK_OR ? "||"
                     : c->oper == OPER_ADD ? "+" : "-";

    emit_condition(w, c->left, arena_printf(w->arena, "%s%s", before, left ? "(" : ""),
                   left ? ")" : "");
    emit_condition(w, c->right, arena_printf(w->arena, "%s %s", sign, right ? "(" : ""),
                   arena_printf(w->arena, "%s%s", right ? ")" : "", after));
}

static void emit_negation(Writer *w, const Check *c, const char *before, const char *after)
{
    const bool brackets = binding_of(c->right) < BIND_SIGN;

    emit_condition(w, c->right, arena_printf(w->arena, "%s!%s", before, brackets ? "(" : ""),
                   arena_printf(w->arena, "%s%s", brackets ? ")" : "", after));
}

/* A condition by pieces, so that its line can be broken between them. */
static void emit_condition(Writer *w, const Check *c, const char *before, const char *after)
{
    if (c->kind == CHECK_COMPARE)
        emit_comparison(w, c, before, after);
    else if (c->kind == CHECK_NOT)
        emit_negation(w, c, before, after);
    else if (c->kind == CHECK_AND || c->kind == CHECK_OR || binding_of(c) == BIND_SUM)
        emit_sides(w, c, before, after);
    else
        emit_piece(w->out, "%s%s%s", before, check_text(w, c), after);
}

void emit_expect(Writer *w)
{
    const Model *m = w->program->model;

    if (!m->n_expects)
        return;
    emit_blank(w->out);
    emit_line(w->out, "/* expect { ... }, when training has ended */");
    emit_line(w->out, "static void expect(rt_expect *e)");
    emit_open(w->out, "{");
    for (int i = 0; i < m->n_expects; i++) {
        emit_begin(w->out, "rt_expected(");
        emit_piece(w->out, "e");
        emit_piece(w->out, "%s", emit_string(w->arena, m->expect[i].text));
        emit_condition(w, m->expect[i].check, "", "");
        emit_end(w->out, ");");
    }
    emit_close(w->out, "");
}
