/* front.h -- for tests of the front end: a session, sources from texts, printed results. */
#ifndef FRONT_H
#define FRONT_H

#include <stdlib.h>

#include "diag_message.h"
#include "passes.h"
#include "test.h"

static void front_no_memory(void *arg)
{
    (void)arg;
    fputs("no memory\n", stderr);
    exit(1);
}

static inline Session front_open(void)
{
    Arena *a = arena_new(front_no_memory, NULL);

    return (Session){.arena = a, .names = intern_new(a), .diag = diag_new(a)};
}

static inline void front_close(Session *s) { arena_free(s->arena); }

static inline Source *front_source(Session *s, const char *text)
{
    return source_from_text("t.net", text, strlen(text), s->arena);
}

static inline File *front_parse(Session *s, const char *text)
{
    return parse(front_source(s, text), s);
}

/* How many errors the text has. */
static inline int front_errors(const char *text)
{
    Session s = front_open();

    front_parse(&s, text);
    const int errors = diag_errors(s.diag);
    front_close(&s);
    return errors;
}

/* What `print` writes to a stream, in the session's arena. */
static inline const char *front_printed(Session *s, void (*print)(FILE *, void *), void *arg)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    print(out, arg);
    fclose(out);
    const char *copy = arena_copy(s->arena, text, size);
    free(text);
    return copy;
}

/* The first message as "CODE line:column text"; "" if there is none. */
static inline const char *front_message(Session *s, int i)
{
    if (i >= s->diag->n)
        return "";
    const Message *m = s->diag->message[i];
    const Place p = source_place(m->at.source, m->at.from);
    return arena_printf(s->arena, "%s %d:%d %s", diag_code(m->id), p.line, p.column, m->text);
}

#endif
