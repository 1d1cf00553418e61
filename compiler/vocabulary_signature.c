/* vocabulary_signature.c -- reads the signatures of the .def files.
 *
 *   signature:  param (", " param)*
 *   param:      name ["?"] ": " kinds (" >= " number | " > " ... )* [" = " default]
 *   default:    number | "string" | true | false | word | earlier parameter
 *               | name ["(" number ("," number)* ")"] */
#include "vocabulary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "intern.h"

typedef struct {
    const char *at;                 /* what is left to read */
    const char *whole;
    Callable *callee;
    const Vocabulary *vocabulary;
    Intern *names;
    Arena *arena;
} Reader;

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void skip_blanks(Reader *r)
{
    r->at += strspn(r->at, " ");
}

static bool take(Reader *r, const char *text)
{
    skip_blanks(r);
    if (strncmp(r->at, text, strlen(text)))
        return false;
    r->at += strlen(text);
    return true;
}

static void want(Reader *r, const char *text)
{
    if (!take(r, text))
        bug("'%s' is missing in the signature of %s: %s", text, r->callee->name, r->whole);
}

static Str read_name(Reader *r)
{
    const char *from;

    skip_blanks(r);
    from = r->at;
    while (is_name(*r->at))
        r->at++;
    if (r->at == from)
        bug("a name is missing in the signature of %s: %s", r->callee->name, r->whole);
    return intern_n(r->names, from, (size_t)(r->at - from));
}

/* An int is a real too where only reals are accepted. */
static Value read_number(Reader *r, unsigned mask)
{
    char *end;
    const double x = strtod(r->at, &end);
    const size_t n = (size_t)(end - r->at);
    const bool whole = !memchr(r->at, '.', n) && !memchr(r->at, 'e', n);

    if (!n)
        bug("a number is missing in the signature of %s: %s", r->callee->name, r->whole);
    r->at = end;
    if (whole && (mask & KIND_INT))
        return (Value){ .kind = VALUE_INT, .integer = (int64_t)x, .real = x };
    return (Value){ .kind = VALUE_REAL, .real = x };
}

static Value read_string(Reader *r)
{
    const char *from = r->at + 1;
    const size_t n = strcspn(from, "\"");

    r->at = from + n + 1;
    return (Value){ .kind = VALUE_STRING, .text = intern_n(r->names, from, n) };
}

/* normal(1.0), relu */
static Value read_call(Reader *r, Str name, const Kinds *accepts)
{
    const Callable *callee = NULL;
    Value v;

    for (int f = 0; f < N_FAMILIES && !callee; f++)
        if (accepts->mask & KIND_OF(f))
            callee = vocabulary_find(r->vocabulary, (Family)f, name);
    if (!callee)
        bug("the default '%s' of %s is not known: %s", name, r->callee->name, r->whole);
    v = call_with_defaults(callee, (Span){ 0 }, r->arena);
    for (int i = 0; take(r, i ? "," : "("); i++) {
        skip_blanks(r);
        v.arg[i] = read_number(r, callee->param[i].accepts.mask);
        if (take(r, ")"))
            break;
    }
    return v;
}

static int earlier_param(const Callable *c, Str name)
{
    for (int i = 0; i < c->n_params; i++)
        if (c->param[i].name == name)
            return i;
    return -1;
}

static bool accepts_word(const Kinds *k, Str name)
{
    for (int i = 0; i < k->n_words; i++)
        if (k->word[i] == name)
            return true;
    return false;
}

static void read_default(Reader *r, Param *p)
{
    Str name;

    skip_blanks(r);
    if (*r->at == '"') {
        p->value = read_string(r);
        return;
    }
    if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9')) {
        p->value = read_number(r, p->accepts.mask);
        return;
    }
    name = read_name(r);
    p->same_as = earlier_param(r->callee, name);
    if (p->same_as >= 0)
        return;
    if (p->accepts.mask & KIND_BOOL && (!strcmp(name, "true") || !strcmp(name, "false")))
        p->value = (Value){ .kind = VALUE_BOOL, .integer = name[0] == 't' };
    else if (accepts_word(&p->accepts, name))
        p->value = (Value){ .kind = VALUE_WORD, .text = name };
    else
        p->value = read_call(r, name, &p->accepts);
}

static void read_range(Reader *r, Param *p)
{
    for (;;) {
        const bool low = take(r, ">");
        const bool high = !low && take(r, "<");
        const bool closed = (low || high) && take(r, "=");

        if (!low && !high)
            return;
        skip_blanks(r);
        *(low ? &p->low : &p->high) = read_number(r, KIND_REAL).real;
        *(low ? &p->above_low : &p->below_high) = !closed;
    }
}

static void read_kinds(Reader *r, Param *p)
{
    size_t n;

    skip_blanks(r);
    n = strcspn(r->at, " ,");
    p->kinds = intern_n(r->names, r->at, n);
    r->at += n;
    if (!vocabulary_kinds(r->vocabulary, p->kinds, true, &p->accepts))
        bug("too many words in the signature of %s: %s", r->callee->name, r->whole);
}

static Param read_param(Reader *r)
{
    Param p = { .name = read_name(r), .low = -INFINITY, .high = INFINITY, .same_as = -1 };
    const bool optional = take(r, "?");

    want(r, ":");
    read_kinds(r, &p);
    read_range(r, &p);
    p.required = !optional;
    if (take(r, "=")) {
        p.required = false;
        read_default(r, &p);
    }
    p.value.is_default = true;
    return p;
}

void vocabulary_signature(Callable *callee, const char *text, const Vocabulary *v,
                          struct Intern *names, Arena *a)
{
    Reader r = { .at = text, .whole = text, .callee = callee, .vocabulary = v, .names = names,
                 .arena = a };

    while (*r.at) {
        const Param p = read_param(&r);

        arena_push(a, callee->param, callee->n_params, p);
        if (!take(&r, ","))
            break;
    }
    if (*r.at)
        bug("'%s' is left over in the signature of %s", r.at, callee->name);
}
