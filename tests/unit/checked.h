/* checked.h -- source text through parse, check and infer, for the tests of the front end. */
#ifndef CHECKED_H
#define CHECKED_H

#include <stdlib.h>
#include <string.h>

#include "passes.h"

typedef struct {
    Session s;
    Model *model;
    bool ok;
    char *messages;                 /* as they are printed */
} Checked;

static void out_of_memory(void *arg)
{
    (void)arg;
    abort();
}

static inline Session new_session(void)
{
    Session s = { .arena = arena_new(out_of_memory, NULL) };

    s.names = intern_new(s.arena);
    s.diag = diag_new(s.arena);
    s.vocabulary = vocabulary_new(s.names, s.arena);
    return s;
}

/* What is printed, in the session's arena. */
static inline char *messages_of(Session *s)
{
    static char text[100000];
    FILE *out = fmemopen(text, sizeof text, "w");

    diag_print(s->diag, DIAG_TEXT, false, out);
    const long size = ftell(out);
    fclose(out);
    return arena_copy(s->arena, text, (size_t)size);
}

static inline Checked check_defined(const char *text, const Define *define, int n)
{
    Checked c = { .s = new_session() };
    const Source *source = source_from_text("test.net", text, strlen(text), c.s.arena);
    File *file = parse(source, &c.s);

    c.model = check(file, define, n, &c.s);
    c.ok = infer(c.model, &c.s);
    c.messages = messages_of(&c.s);
    return c;
}

static inline Checked check_text(const char *text)
{
    return check_defined(text, NULL, 0);
}

static inline void checked_free(Checked *c)
{
    arena_free(c->s.arena);
}

/* How often the messages hold a text. */
static inline int count_text(const char *in, const char *text)
{
    int n = 0;

    for (const char *at = in; (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

/* Exactly one message, and its text holds `text`. */
static inline bool says_once(const char *source, const char *text)
{
    Checked c = check_text(source);
    const bool once = count_text(c.messages, "[NET") == 1 && strstr(c.messages, text);

    if (!once)
        printf("for: %s\nwant: %s\ngot:\n%s\n", source, text, c.messages);
    checked_free(&c);
    return once;
}

static inline bool is_fine(const char *source)
{
    Checked c = check_text(source);
    const bool fine = c.ok && !*c.messages;

    if (!fine)
        printf("for: %s\ngot:\n%s\n", source, c.messages);
    checked_free(&c);
    return fine;
}

/* A whole experiment around the statements of a model with 64 inputs and 10 classes. */
#define TRAIN "data = digits(split = 0.8); train { loss = softmax_cross_entropy; optimizer = adam; } "
#define MODEL(statements) TRAIN "model { input [64]; target class(10); " statements " }"

#endif
