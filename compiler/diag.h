/* diag.h -- what the user is told about the source.
 *
 * A message has a code of the catalogue (messages.def), a span, perhaps notes (the other half of a
 * conflict) and fix-its.  Messages are collected, and printed sorted as they came, as text with the
 * source line and carets, or as JSON. */
#ifndef DIAG_H
#define DIAG_H

#include "source.h"

typedef struct Diag Diag;
typedef struct Message Message;

typedef enum { DIAG_ERROR, DIAG_WARNING } Severity;
typedef enum { DIAG_TEXT, DIAG_JSON } DiagFormat;

typedef enum {
#define MESSAGE(id, code, title, lesson) MSG_##id,
#include "messages.def"
#undef MESSAGE
    N_MESSAGES
} MessageId;

Diag *diag_new(Arena *a);

/* Adds a message and returns it, for notes and fix-its; wording: lower case, no full stop, what was
 * found then what was wanted.  After LIMIT_ERRORS errors the rest are counted only. */
Message *diag_error(Diag *d, MessageId id, Span at, const char *format, ...) PRINTF(4, 5);
/* A warning has the name of warnings.def, which it ends in: "... [-Wunused]". */
Message *diag_warning(Diag *d, MessageId id, const char *name, Span at, const char *format, ...)
    PRINTF(5, 6);
void diag_note(Message *m, Span at, const char *format, ...) PRINTF(3, 4);
void diag_gravity(Message *m, int gravity);     /* of a warning: 1 noted, 2 warned, 3 grave */
void diag_fix(Message *m, Span at, const char *replacement);    /* an edit that is certain */

int diag_errors(const Diag *d);
int diag_warnings(const Diag *d);
int diag_warnings_called(const Diag *d, const char *name);
int diag_messages(const Diag *d);           /* that are kept */
/* Puts the messages from number `first` on in the order of the text. */
void diag_sort(Diag *d, int first);
void diag_print(const Diag *d, DiagFormat format, bool color, FILE *out);

/* The text as JSON writes it, in quotes. */
void diag_json_string(const char *text, FILE *out);

/* `netc explain NET0203`, `netc explain vanishing-gradient`: the lesson, and where a warning begins
 * and why; false if there is no such code or warning. */
bool diag_explain(const char *code, FILE *out);

/* The names of warnings.def; NULL past the end. */
const char *diag_warning_nth(int n);
/* The forecast decides it, not the source. */
bool diag_warning_by_forecast(const char *name);

/* The nearest of `n` words to `word` (Damerau-Levenshtein, at most a third of its length)
 * or NULL. */
const char *diag_nearest(const char *word, const char *const *words, int n);

#endif
