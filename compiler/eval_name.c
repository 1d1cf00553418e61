/* eval_name.c -- names and calls in expressions: the user's own, words, activations, ... */
#include <string.h>

#include "eval.h"
#include "suggest.h"

/* Families whose words are values anywhere, in the order in which a bare word is looked up. */
static const Family values[] = {
    FAMILY_ACTIVATION, FAMILY_INIT, FAMILY_LAYER, FAMILY_LOSS, FAMILY_OPTIMIZER, FAMILY_SCHEDULE,
    FAMILY_CLIP, FAMILY_PENALTY, FAMILY_SOURCE, FAMILY_AUGMENT, FAMILY_SCALE,
};

/* A layer may also be an activation. */
static unsigned call_mask(const Kinds *want)
{
    const unsigned mask = want ? want->mask : 0;
    return mask & KIND_OF(FAMILY_LAYER) ? mask | KIND_OF(FAMILY_ACTIVATION) : mask;
}

static bool wants_call(const Kinds *want)
{
    return call_mask(want) >= KIND_OF(0);
}

static bool wants_word(const Kinds *want, Str name)
{
    for (int i = 0; want && i < want->n_words; i++)
        if (want->word[i] == name)
            return true;
    return false;
}

/* In the families that are wanted. */
static const Callable *find_wanted(const Kinds *want, Str name, const Session *s)
{
    const unsigned mask = call_mask(want);

    for (int f = 0; f < N_FAMILIES; f++) {
        const Callable *c = mask & KIND_OF(f) ? vocabulary_find(s->vocabulary, (Family)f, name)
                                              : NULL;
        if (c)
            return c;
    }
    return NULL;
}

static const Callable *find_any(Str name, const Session *s)
{
    for (size_t i = 0; i < countof(values); i++) {
        const Callable *c = vocabulary_find(s->vocabulary, values[i], name);
        if (c)
            return c;
    }
    return NULL;
}

/* uniform(a, b) draws from a to b. */
static bool is_backwards(const Value *v)
{
    if (v->callee->family != FAMILY_INIT || !word_is(v, "UNIFORM"))
        return false;
    return value_is_number(&v->arg[0]) && value_is_number(&v->arg[1]) &&
           v->arg[0].real > v->arg[1].real;
}

static Value call(const Callable *callee, const Expr *e, const Eval *in)
{
    const Call c = { .callee = callee, .args = e->args, .at = e->at };
    const Value v = { .kind = VALUE_CALL, .at = e->at, .callee = callee, .arg = call_bind(&c, in) };

    if (!is_backwards(&v))
        return v;
    diag_error(in->s->diag, MSG_OUT_OF_RANGE, e->at,
               "'uniform' goes from a to b, but %s is above %s",
               value_text(&v.arg[0], in->s->arena), value_text(&v.arg[1], in->s->arena));
    return value_error(e->at);
}

/* The word is known, and is no value of a kind that is wanted here. */
static Value wrong_family(const Expr *e, const Callable *c, const Kinds *want, const Eval *in)
{
    diag_error(in->s->diag, MSG_WRONG_KIND, e->at, "'%s' is %s, wanted %s", c->name,
               family_phrase(c->family), kinds_text(want, in->s->arena));
    return value_error(e->at);
}

bool is_known_name(Str name, const Eval *in)
{
    return scope_find(in->scope, name) || is_function(name) || find_any(name, in->s);
}

/* "activation" where only activations are wanted. */
static const char *wanted_what(const Kinds *want)
{
    if (want && want->n_words && want->mask < KIND_OF(0))
        return "word";
    for (int f = 0; want && f < N_FAMILIES; f++)
        if (want->mask == KIND_OF(f))
            return family_name((Family)f);
    return "name";
}

/* What a name could be where `want` is wanted. */
static Words legal_names(const Kinds *want, const Eval *in)
{
    Session *s = in->s;
    Words legal = { .incomplete = in->scope->all->broken };

    words_add_scope(&legal, in->scope, s->arena);
    if (want)
        words_add_kinds(&legal, s->vocabulary, want, s->arena);
    if (call_mask(want) & KIND_OF(FAMILY_LAYER))
        words_add_family(&legal, s->vocabulary, FAMILY_ACTIVATION, s->arena);
    for (size_t i = 0; !want && i < countof(values); i++)
        words_add_family(&legal, s->vocabulary, values[i], s->arena);
    if (!want || want->mask & KIND_BOOL) {
        words_add(&legal, "true", s->arena);
        words_add(&legal, "false", s->arena);
    }
    return legal;
}

static Value unknown(const Expr *name, const Kinds *want, const Eval *in)
{
    Session *s = in->s;
    const bool choice = want && (want->n_words || wants_call(want));
    const Words legal = legal_names(want, in);

    if (want && want->mask & KIND_STRING && !suggest(name->text, &legal))
        report_bare_string(name, s);
    else
        report_unknown(s->diag, choice ? MSG_UNKNOWN_CHOICE : MSG_UNKNOWN_NAME, name->at,
                       wanted_what(want), name->text, &legal, s->arena);
    return value_error(name->at);
}

/* sin(1.0): neither a word of the language nor a function */
static Value unknown_call(const Expr *name, const Kinds *want, const Eval *in)
{
    const Words legal = legal_names(want, in);
    Words functions = { .exact = strlen(name->text) < 4, .incomplete = legal.incomplete };

    if (wants_call(want) || suggest(name->text, &legal))
        return unknown(name, want, in);
    words_add_functions(&functions, in->s->arena);
    report_unknown(in->s->diag, MSG_UNKNOWN_NAME, name->at, "function", name->text, &functions,
                   in->s->arena);
    return value_error(name->at);
}

Value eval_name(const Expr *e, const Kinds *want, const Eval *in)
{
    Entry *entry = scope_find(in->scope, e->text);
    const Callable *c;

    if (entry) {
        Value v = entry->value;
        entry->used = true;
        v.at = e->at;
        return v;
    }
    if (wants_word(want, e->text))
        return (Value){ .kind = VALUE_WORD, .at = e->at, .text = e->text };
    if ((c = find_wanted(want, e->text, in->s)) != NULL)
        return call(c, e, in);
    c = find_any(e->text, in->s);
    if (c)
        return want ? wrong_family(e, c, want, in) : call(c, e, in);
    return unknown(e, want, in);
}

Value eval_call(const Expr *e, const Kinds *want, const Eval *in)
{
    const Expr *name = e->left;
    Entry *entry = name->kind == EXPR_NAME ? scope_find(in->scope, name->text) : NULL;
    const Callable *c;

    if (name->kind != EXPR_NAME)
        return eval(name, NULL, in);
    if ((c = find_wanted(want, name->text, in->s)) != NULL)
        return call(c, e, in);
    if (is_function(name->text))
        return eval_function(e, in);
    if ((c = find_any(name->text, in->s)) != NULL)
        return want ? wrong_family(e, c, want, in) : call(c, e, in);
    if (!entry)
        return unknown_call(name, want, in);
    entry->used = true;
    Message *m = diag_error(in->s->diag, MSG_NOT_A_CALL, e->at,
                            "'%s' is a value here, and takes no arguments", name->text);
    diag_note(m, entry->at, "'%s' is declared here", name->text);
    return value_error(e->at);
}
