/* line_diff.h -- which lines of a text become which of another, and that as a unified diff. */
#ifndef LINE_DIFF_H
#define LINE_DIFF_H

#include "arena.h"

/* A run of lines that go (old), and of lines that come in their place (new). */
typedef struct {
    int old_at, old_n, new_at, new_n;       /* lines, from 0 */
} LineEdit;

typedef struct {
    const char **old_line, **new_line;      /* not terminated: each ends where the next begins */
    int n_old, n_new;
    LineEdit *edit;                         /* in order */
    int n, added, removed;
} LineDiff;

LineDiff line_diff(const char *old_text, const char *new_text, Arena *a);

/* As `patch -p1` and `git apply` take it; `path` is that of both. */
void line_diff_put(const LineDiff *d, const char *path, FILE *out);

#endif
