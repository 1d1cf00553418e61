/* emit.h -- indented text with blocks.  Knows braces, not nets.
 *
 * User text reaches C only through emit_string (an escaped literal) and names.h (identifiers). */
#ifndef EMIT_H
#define EMIT_H

#include "arena.h"

typedef struct Emit Emit;

Emit *emit_new(Arena *a);
const char *emit_text(Emit *e, size_t *size);           /* all so far, NUL-terminated */

void emit_line(Emit *e, const char *format, ...) PRINTF(2, 3);      /* indented, with newline */
void emit_blank(Emit *e);                               /* an empty line, never two in a row,
                                                         * nor next to a block's brace */
void emit_open(Emit *e, const char *format, ...) PRINTF(2, 3);      /* "for (...) {" */
void emit_close(Emit *e, const char *tail);             /* "}" and tail: ";" or "" */
void emit_indent(Emit *e, int by);

/* A call or a list whose pieces are broken into lines under 100 columns: begin, piece ..., end.
 * Every number counts as one of four digits, so that another number breaks no line elsewhere. */
void emit_begin(Emit *e, const char *format, ...) PRINTF(2, 3);     /* "rt_affine(" */
void emit_piece(Emit *e, const char *format, ...) PRINTF(2, 3);     /* separated by ", ", or by " "
                                                         * before an operator: "&& x" */
void emit_break(Emit *e);                               /* the next piece starts a line */
void emit_fold(Emit *e);                                /* as well, if not all fit on one */
void emit_end(Emit *e, const char *tail);                           /* ");" */

/* Columns that a text takes, were all its numbers of one width. */
int emit_width(const char *text);

char *emit_number(Arena *a, double x);                  /* as a C double literal: shortest exact */
char *emit_real(Arena *a, double x);                    /* as an RT_C(...) literal: the same */
char *emit_string(Arena *a, const char *text);          /* "..." with octal escapes, pure ASCII */

#endif
