/* suggest.c -- what was meant by a name that is not legal here. */
#include "suggest.h"

#include <string.h>

/* Words of other tools: `instead` is tried where it is legal; `advice` is said where it is not. */
static const struct {
    const char *word, *instead, *advice;
} foreign[] = {
#define FOREIGN(word, instead, advice) { word, instead, advice },
#include "foreign.def"
#undef FOREIGN
};

void words_add(Words *w, const char *word, Arena *a)
{
    arena_push(a, w->word, w->n, word);
}

void words_add_family(Words *w, const Vocabulary *v, Family family, Arena *a)
{
    const Callable *c;

    for (int i = 0; (c = vocabulary_nth(v, family, i)) != NULL; i++)
        words_add(w, c->name, a);
}

void words_add_kinds(Words *w, const Vocabulary *v, const Kinds *k, Arena *a)
{
    for (int i = 0; i < k->n_words; i++)
        words_add(w, k->word[i], a);
    for (int f = 0; f < N_FAMILIES; f++)
        if (k->mask & KIND_OF(f))
            words_add_family(w, v, (Family)f, a);
}

void words_add_params(Words *w, const Callable *c, Arena *a)
{
    for (int i = 0; i < c->n_params; i++)
        words_add(w, c->param[i].name, a);
}

void words_add_scope(Words *w, const Scope *s, Arena *a)
{
    for (; s; s = s->outer)
        for (int i = 0; i < s->entries.n; i++)
            words_add(w, ((const Entry *)s->entries.value[i])->name, a);
}

/* Next letter or digit in lower case; 0 at the end. */
static int next_letter(const char **at)
{
    while (**at == '_' || **at == '-')
        (*at)++;
    const int c = (unsigned char)**at;
    *at += c != 0;
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Equal but for case and underscores. */
static bool alike(const char *a, const char *b)
{
    int x, y;

    do {
        x = next_letter(&a);
        y = next_letter(&b);
    } while (x && x == y);
    return x == y;
}

static const char *find_alike(const char *word, const Words *legal)
{
    for (int i = 0; i < legal->n; i++)
        if (alike(word, legal->word[i]))
            return legal->word[i];
    return NULL;
}

static const char *find_foreign(const char *word, const Words *legal, bool exactly)
{
    for (size_t i = 0; i < countof(foreign); i++) {
        const bool same = exactly ? !strcmp(word, foreign[i].word) : alike(word, foreign[i].word);
        const char *found = same && foreign[i].instead ? find_alike(foreign[i].instead, legal)
                                                       : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static const char *find_advice(const char *word)
{
    for (size_t i = 0; i < countof(foreign); i++)
        if (foreign[i].advice && alike(word, foreign[i].word))
            return foreign[i].advice;
    return NULL;
}

/* Linear is PyTorch's word for dense, not our linear: so exact words of other tools come first. */
const char *suggest_known(const char *word, const Words *legal)
{
    const char *found = find_foreign(word, legal, true);

    if (!found)
        found = find_alike(word, legal);
    return found ? found : find_foreign(word, legal, false);
}

const char *suggest(const char *word, const Words *legal)
{
    const char *found = suggest_known(word, legal);
    return found || legal->exact ? found : diag_nearest(word, legal->word, legal->n);
}

static const char *listed(const Words *legal, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < legal->n; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", legal->word[i]);
    return text;
}

Message *report_unknown(Diag *d, MessageId id, Span at, const char *what, const char *word,
                        const Words *legal, Arena *a)
{
    enum { LISTED = 24 };
    const char *known = suggest_known(word, legal), *advice = known ? NULL : find_advice(word);
    const char *meant = advice ? NULL : suggest(word, legal);
    const char *of = legal->of ? legal->of : "";
    Message *m;

    if (meant) {
        m = diag_error(d, id, at, "unknown %s '%s'%s; did you mean '%s'?", what, word, of, meant);
        diag_fix(m, at, meant);
        return m;
    }
    if (advice)
        return diag_error(d, id, at, "unknown %s '%s'%s: %s", what, word, of, advice);
    if (legal->incomplete)
        return NULL;
    if (!legal->n || legal->n > LISTED)
        return diag_error(d, id, at, "unknown %s '%s'%s", what, word, of);
    return diag_error(d, id, at, "unknown %s '%s'%s, wanted %s%s", what, word, of,
                      legal->n > 1 ? "one of " : "", listed(legal, a));
}

