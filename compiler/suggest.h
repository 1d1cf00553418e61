/* suggest.h -- what was meant by a name that is not legal here. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include "diag.h"
#include "scope.h"
#include "vocabulary.h"

/* Names that are legal in some place. */
typedef struct Words {
    const char **word;
    int n;
    const char *of;                 /* for messages: " of 'dense'"; NULL */
    bool exact;                     /* words are too short to guess by nearness */
    bool incomplete;                /* words may be missing: only what is certain is said */
} Words;

void words_add(Words *w, const char *word, Arena *a);
void words_add_family(Words *w, const Vocabulary *v, Family family, Arena *a);
void words_add_kinds(Words *w, const Vocabulary *v, const Kinds *k, Arena *a);
void words_add_params(Words *w, const Callable *c, Arena *a);
void words_add_scope(Words *w, const Scope *s, Arena *a);

/* A legal word: the same but for case and underscores, another tool's word for it (foreign.def), or
 * the nearest; NULL. */
const char *suggest(const char *word, const Words *legal);
const char *suggest_known(const char *word, const Words *legal);    /* but not the nearest */

/* The error "unknown WHAT 'word'", with a suggestion and its fix-it, or what another tool's word
 * has to become, or the list of what is legal. */
Message *report_unknown(Diag *d, MessageId id, Span at, const char *what, const char *word,
                        const Words *legal, Arena *a);

#endif
