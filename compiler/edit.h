/* edit.h -- edits of a source: text put in, replaced, taken out. */
#ifndef EDIT_H
#define EDIT_H

#include "source.h"

typedef struct {
    uint32_t from, to;              /* bytes that go: none where something is put in */
    const char *text;
} Edit;

/* Changes of one source.  At one offset they apply in the order in which they were made. */
typedef struct {
    Arena *arena;
    const Source *source;
    Edit *edit;
    int n;
} Edits;

void edit_replace(Edits *e, Span at, const char *text);
void edit_insert(Edits *e, uint32_t at, const char *text);
/* What is put in ends its lines as the source's first line does. */
void edit_keep_line_ends(Edits *e);
/* The source's bytes from .. to - 1, edited. */
const char *edit_apply(const Edits *e, uint32_t from, uint32_t to);

/* Nothing but blanks stands before it on its line. */
bool edit_starts_line(const Source *s, uint32_t at);
/* Behind the newline at or after `at`, or the end. */
uint32_t edit_behind_line(const Source *s, uint32_t at);

#endif
