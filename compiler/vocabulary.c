/* vocabulary.c -- the tables of names: signatures of the .def files become Callables. */
#include "vocabulary.h"

#include <ctype.h>
#include <string.h>

#include "intern.h"

struct Vocabulary {
    Callable **word[N_FAMILIES];
    int n[N_FAMILIES];
    Arena *arena;
    Intern *names;
};

typedef struct {
    Family family;
    int id;
    const char *id_name, *name, *signature;
} Row;

/* Rows in the order in which signatures are read: a default may name what stands further up. */
static const Row rows[] = {
#define WORD(family, id, name, signature) { FAMILY_##family, 0, #id, name, signature },
#define ACTIVATION(id, name, signature, slope_of, family) \
    { FAMILY_ACTIVATION, ACTIVATION_##id, #id, name, signature },
#define LAYER(id, name, signature, shape, lower) \
    { FAMILY_LAYER, LAYER_##id, #id, name, signature },
#include "vocabulary.def"
#include "activations.def"
#include "layers.def"
#undef WORD
#undef ACTIVATION
#undef LAYER
};

static const char *const family_names[N_FAMILIES] = {
    [FAMILY_LAYER] = "a layer",           [FAMILY_ACTIVATION] = "an activation",
    [FAMILY_INIT] = "an initialiser",      [FAMILY_LOSS] = "a loss",
    [FAMILY_OPTIMIZER] = "an optimizer",   [FAMILY_SCHEDULE] = "a schedule",
    [FAMILY_CLIP] = "a clip",             [FAMILY_PENALTY] = "a penalty",
    [FAMILY_SOURCE] = "a data source",    [FAMILY_AUGMENT] = "an augmentation",
    [FAMILY_SCALE] = "a scale",           [FAMILY_COMPOUND] = "a statement",
    [FAMILY_SETTINGS] = "a section",      [FAMILY_BLOCK] = "a block",
};

/* Names first, signatures then: a default may be a call of any word. */
Vocabulary *vocabulary_new(struct Intern *names, Arena *a)
{
    Vocabulary *v = arena_new_of(a, Vocabulary);
    Callable *all = arena_array(a, Callable, countof(rows));

    v->arena = a;
    v->names = names;
    for (size_t i = 0; i < countof(rows); i++) {
        const Row *r = &rows[i];
        all[i] = (Callable){ .family = r->family, .id = r->id, .name = intern(names, r->name),
                             .id_name = r->id_name };
        arena_push(a, v->word[r->family], v->n[r->family], &all[i]);
    }
    for (size_t i = 0; i < countof(rows); i++)
        vocabulary_signature(&all[i], rows[i].signature, v, names, a);
    return v;
}

const Callable *vocabulary_find(const Vocabulary *v, Family family, Str name)
{
    for (int i = 0; i < v->n[family]; i++)
        if (v->word[family][i]->name == name)
            return v->word[family][i];
    return NULL;
}

const Callable *vocabulary_nth(const Vocabulary *v, Family family, int n)
{
    return n >= 0 && n < v->n[family] ? v->word[family][n] : NULL;
}

const char *family_phrase(Family family)
{
    return family_names[family];
}

const char *family_name(Family family)
{
    return strchr(family_names[family], ' ') + 1;
}

const Value *call_arg(const Callable *callee, const Value *arg, const char *name)
{
    for (int i = 0; i < callee->n_params; i++)
        if (!strcmp(callee->param[i].name, name))
            return &arg[i];
    bug("%s has no parameter '%s'", callee->name, name);
}

bool word_is(const Value *v, const char *id_name)
{
    return v->kind == VALUE_CALL && !strcmp(v->callee->id_name, id_name);
}

Value call_with_defaults(const Callable *callee, Span at, Arena *a)
{
    Value v = { .kind = VALUE_CALL, .at = at, .callee = callee };

    v.arg = arena_array(a, Value, callee->n_params);
    for (int i = 0; i < callee->n_params; i++) {
        const Param *p = &callee->param[i];
        v.arg[i] = p->same_as >= 0 ? v.arg[p->same_as] : p->value;
        v.arg[i].at = at;
        v.arg[i].is_default = true;
    }
    return v;
}

/* ---- Kinds ---- */

static const struct { const char *name; unsigned mask; const char *phrase; } kinds[] = {
    { "int", KIND_INT, "an int" },
    { "real", KIND_REAL, "a number" },
    { "bool", KIND_BOOL, "true or false" },
    { "string", KIND_STRING, "a string" },
    { "list", KIND_LIST, "a list" },
    { "name", KIND_NAME, "a layer's name" },
    { "activation", KIND_OF(FAMILY_ACTIVATION), "an activation" },
    { "init", KIND_OF(FAMILY_INIT), "an initialiser" },
    { "layer", KIND_OF(FAMILY_LAYER), "a layer" },
    { "loss", KIND_OF(FAMILY_LOSS), "a loss such as mse" },
    { "optimizer", KIND_OF(FAMILY_OPTIMIZER), "an optimizer such as sgd(lr = 0.1)" },
    { "schedule", KIND_OF(FAMILY_SCHEDULE), "a schedule such as cosine" },
    { "clip", KIND_OF(FAMILY_CLIP), "a clip such as global_norm(1.0)" },
    { "penalty", KIND_OF(FAMILY_PENALTY), "a penalty such as l2(1e-4)" },
    { "source", KIND_OF(FAMILY_SOURCE), "a data source such as digits()" },
    { "augment", KIND_OF(FAMILY_AUGMENT), "an augmentation" },
    { "learn", KIND_OF(FAMILY_SCALE), "learn(value)" },
};

static unsigned kind_mask(const char *text, size_t n)
{
    for (size_t i = 0; i < countof(kinds); i++)
        if (strlen(kinds[i].name) == n && !memcmp(kinds[i].name, text, n))
            return kinds[i].mask;
    return 0;
}

/* One alternative: "int", "list(real)", or a word. */
static bool read_kind(const Vocabulary *v, const char *text, size_t n, bool words, Kinds *out)
{
    const char *open = memchr(text, '(', n);
    const size_t head = open ? (size_t)(open - text) : n;
    const unsigned mask = kind_mask(text, head);

    if (open)
        out->element = kind_mask(open + 1, n - head - 2);
    out->mask |= mask;
    if (mask)
        return true;
    if (!words || out->n_words == KINDS_MAX_WORDS)
        return false;
    out->word[out->n_words++] = intern_n(v->names, text, n);
    return true;
}

bool vocabulary_kinds(const Vocabulary *v, const char *text, bool words, Kinds *out)
{
    *out = (Kinds){ 0 };
    for (;;) {
        const size_t n = strcspn(text, "|");

        if (!read_kind(v, text, n, words, out))
            return false;
        if (!text[n])
            return true;
        text += n + 1;
    }
}

const char *kinds_text(const Kinds *k, Arena *a)
{
    const char *phrase[countof(kinds) + KINDS_MAX_WORDS], *text = "a value";
    int n = 0;

    for (size_t i = 0; i < countof(kinds); i++)
        if (k->mask & kinds[i].mask)
            phrase[n++] = kinds[i].phrase;
    for (int i = 0; i < k->n_words; i++)
        phrase[n++] = arena_printf(a, "'%s'", k->word[i]);
    for (int i = 0; i < n; i++)
        text = i ? arena_printf(a, "%s%s%s", text, i < n - 1 ? ", " : " or ", phrase[i])
                 : phrase[i];
    return text;
}
