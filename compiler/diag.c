/* diag.c -- collects what the user is told. */
#include "diag.h"

#include <string.h>

#include "diag_message.h"
#include "language_limits.h"

Diag *diag_new(Arena *a)
{
    Diag *d = arena_new_of(a, Diag);

    d->arena = a;
    return d;
}

static Message *new_message(Diag *d, MessageId id, Span at, Severity severity)
{
    Message *m = arena_new_of(d->arena, Message);

    m->arena = d->arena;
    m->id = id;
    m->at = at;
    m->severity = severity;
    return m;
}

/* A message is a line: what a string of the user's breaks or controls is a blank in it. */
static const char *on_one_line(char *text)
{
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = ' ';
    return text;
}

/* A message past the limit is made, so that notes can be added, but not kept. */
Message *diag_error(Diag *d, MessageId id, Span at, const char *format, ...)
{
    Message *m = new_message(d, id, at, DIAG_ERROR);
    va_list ap;

    va_start(ap, format);
    m->text = on_one_line(arena_vprintf(d->arena, format, ap));
    va_end(ap);
    if (d->errors++ < LIMIT_ERRORS)
        arena_push(d->arena, d->message, d->n, m);
    return m;
}

Message *diag_warning(Diag *d, MessageId id, const char *name, Span at, const char *format, ...)
{
    Message *m = new_message(d, id, at, DIAG_WARNING);
    va_list ap;

    va_start(ap, format);
    m->text = arena_printf(d->arena, "%s [-W%s]",
                           on_one_line(arena_vprintf(d->arena, format, ap)), name);
    va_end(ap);
    m->name = name;
    d->warnings++;
    arena_push(d->arena, d->message, d->n, m);
    return m;
}

void diag_note(Message *m, Span at, const char *format, ...)
{
    Remark note = { .at = at };
    va_list ap;

    va_start(ap, format);
    note.text = on_one_line(arena_vprintf(m->arena, format, ap));
    va_end(ap);
    arena_push(m->arena, m->note, m->n_notes, note);
}

void diag_gravity(Message *m, int gravity)
{
    m->gravity = gravity;
}

void diag_fix(Message *m, Span at, const char *replacement)
{
    const Remark fix = { at, arena_copy(m->arena, replacement, strlen(replacement)) };

    arena_push(m->arena, m->fix, m->n_fixes, fix);
}

int diag_errors(const Diag *d) { return d->errors; }
int diag_warnings(const Diag *d) { return d->warnings; }

int diag_warnings_called(const Diag *d, const char *name)
{
    int n = 0;

    for (int i = 0; i < d->n; i++)
        n += d->message[i]->name && strcmp(d->message[i]->name, name) == 0;
    return n;
}

int diag_messages(const Diag *d) { return d->n; }

/* Insertion keeps the order of equals, and there are few. */
void diag_sort(Diag *d, int first)
{
    for (int i = first + 1; i < d->n; i++) {
        Message *m = d->message[i];
        int at = i;
        for (; at > first && d->message[at - 1]->at.from > m->at.from; at--)
            d->message[at] = d->message[at - 1];
        d->message[at] = m;
    }
}

void diag_print(const Diag *d, DiagFormat format, bool color, FILE *out)
{
    if (format == DIAG_JSON)
        diag_print_json(d, out);
    else
        diag_print_text(d, color, out);
}

const char *severity_name(Severity s)
{
    return s == DIAG_ERROR ? "error" : "warning";
}
