/* vocabulary_value.c -- comparing and printing values. */
#include "vocabulary.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

static bool all_equal(const Value *a, const Value *b, int n)
{
    for (int i = 0; i < n; i++)
        if (!value_equal(&a[i], &b[i]))
            return false;
    return true;
}

bool value_equal(const Value *a, const Value *b)
{
    if (a->kind != b->kind)
        return value_is_number(a) && value_is_number(b) && a->real == b->real;
    switch (a->kind) {
    case VALUE_NONE: case VALUE_ERROR:
        return true;
    case VALUE_INT: case VALUE_BOOL:
        return a->integer == b->integer;
    case VALUE_REAL:
        return a->real == b->real;
    case VALUE_STRING: case VALUE_WORD:
        return a->text == b->text;
    case VALUE_LIST:
        return a->n == b->n && all_equal(a->item, b->item, a->n);
    case VALUE_CALL:
        return a->callee->family == b->callee->family &&
               !strcmp(a->callee->id_name, b->callee->id_name) &&
               all_equal(a->arg, b->arg, a->callee->n_params);
    }
    bug("a value of kind %d", a->kind);
}

static const char *string_text(Str text, Arena *a)
{
    char *out = arena_alloc(a, 2 * strlen(text) + 3), *p = out;

    *p++ = '"';
    for (; *text; text++) {
        if (strchr("\"\\\n\t", *text))
            *p++ = '\\';
        *p++ = *text == '\n' ? 'n' : *text == '\t' ? 't' : *text;
    }
    *p++ = '"';
    *p = '\0';
    return out;
}

/* The least integer has no literal of its own. */
static const char *int_text(int64_t x, Arena *a)
{
    return x == INT64_MIN ? arena_printf(a, "%" PRId64 " - 1", x + 1)
                          : arena_printf(a, "%" PRId64, x);
}

static const char *text_of(const Value *v, int shown, Arena *a);

/* The first ones of n values, and so many of the lists among them. */
static const char *list_text(const Value *v, int n, int first, int shown, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < n && i < first; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", text_of(&v[i], shown, a));
    return n > first ? arena_printf(a, "%s, ...", text) : text;
}

static bool is_default(const Value *v, int k)
{
    const Param *p = &v->callee->param[k];

    if (v->arg[k].is_default || v->arg[k].kind == VALUE_NONE)
        return true;
    if (p->required)
        return false;
    return value_equal(&v->arg[k], p->same_as >= 0 ? &v->arg[p->same_as] : &p->value);
}

/* Defaults at the end are left out. */
static const char *call_text(const Value *v, int shown, Arena *a)
{
    int n = v->callee->n_params;

    while (n > 0 && is_default(v, n - 1))
        n--;
    return n ? arena_printf(a, "%s(%s)", v->callee->name, list_text(v->arg, n, n, shown, a))
             : v->callee->name;
}

static const char *text_of(const Value *v, int shown, Arena *a)
{
    switch (v->kind) {
    case VALUE_INT:
        return arena_printf(a, "%" PRId64, v->integer);
    case VALUE_REAL:
        return real_text(v->real, a);
    case VALUE_BOOL:
        return v->integer ? "true" : "false";
    case VALUE_STRING:
        return string_text(v->text, a);
    case VALUE_WORD:
        return v->text;
    case VALUE_LIST:
        return arena_printf(a, "[%s]", list_text(v->item, v->n, shown, shown, a));
    case VALUE_CALL:
        return call_text(v, shown, a);
    case VALUE_NONE: case VALUE_ERROR:
        break;
    }
    return "nothing";
}

const char *value_text(const Value *v, Arena *a)
{
    enum { SHOWN = 8 };

    return text_of(v, SHOWN, a);
}

const char *value_literal(const Value *v, Arena *a)
{
    return v->kind == VALUE_INT ? int_text(v->integer, a) : text_of(v, INT_MAX, a);
}

const char *value_phrase(const Value *v, Arena *a)
{
    static const char *const kind[] = {
        [VALUE_INT] = "int", [VALUE_REAL] = "real", [VALUE_BOOL] = "truth value",
        [VALUE_STRING] = "string", [VALUE_WORD] = "word", [VALUE_LIST] = "list",
    };
    const char *text = value_text(v, a);

    if (v->kind == VALUE_NONE || v->kind == VALUE_ERROR)
        return text;
    if (v->kind == VALUE_CALL)
        return arena_printf(a, "the %s '%s'", family_name(v->callee->family), text);
    return arena_printf(a, v->kind == VALUE_WORD ? "the %s '%s'" : "the %s %s", kind[v->kind],
                        text);
}
