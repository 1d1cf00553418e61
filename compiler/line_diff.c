/* line_diff.c -- which lines of a text become which of another, and that as a unified diff.
 *
 * The shortest script, by Myers ("An O(ND) difference algorithm and its variations", 1986); texts
 * that differ in more than MOST lines are told as one replacement of what lies between the lines
 * that they share at either end. */
#include "line_diff.h"

#include <string.h>

enum { MOST = 1000, CONTEXT = 3 };

/* ---- Lines ----------------------------------------------------------------------------------- */

/* With one more pointer, to the end of the text. */
static const char **split(const char *text, int *n, Arena *a)
{
    const char **line = NULL;

    *n = 0;
    while (*text) {
        const size_t length = strcspn(text, "\n");
        arena_push(a, line, *n, text);
        text += length + (text[length] == '\n');
    }
    arena_push(a, line, *n, text);
    (*n)--;
    return line;
}

static bool same(const LineDiff *d, int i, int k)
{
    const size_t n = (size_t)(d->old_line[i + 1] - d->old_line[i]);

    return n == (size_t)(d->new_line[k + 1] - d->new_line[k])
        && memcmp(d->old_line[i], d->new_line[k], n) == 0;
}

/* ---- The script ------------------------------------------------------------------------------ */

/* One line that goes or comes, next to the last such, makes one edit with it. */
static void add(LineDiff *d, int old_at, int old_n, int new_at, int new_n, Arena *a)
{
    LineEdit *last = d->n ? &d->edit[d->n - 1] : NULL;

    if (last && last->old_at + last->old_n == old_at && last->new_at + last->new_n == new_at) {
        last->old_n += old_n;
        last->new_n += new_n;
    } else {
        arena_push(a, d->edit, d->n, ((LineEdit){ old_at, old_n, new_at, new_n }));
    }
    d->removed += old_n;
    d->added += new_n;
}

/* The middle: both texts without the lines that they share at either end. */
typedef struct {
    const LineDiff *d;
    int head, n_old, n_new;
    int *reach[MOST + 1];           /* [step][MOST + 1 + diagonal]: how far into the old text */
    Arena *arena;
} Middle;

/* How far step `t` comes on diagonal k (old - new), from the better of its neighbours. */
static int start_of(const Middle *m, int t, int k)
{
    const int *before = t ? m->reach[t - 1] + MOST + 1 : NULL;

    if (!before)
        return 0;
    return k == -t || (k != t && before[k - 1] < before[k + 1]) ? before[k + 1] : before[k - 1] + 1;
}

static bool step(Middle *m, int t)
{
    int *reach = arena_array(m->arena, int, 2 * MOST + 3);

    m->reach[t] = reach;
    for (int k = -t; k <= t; k += 2) {
        int x = start_of(m, t, k);

        while (x < m->n_old && x - k < m->n_new && x - k >= 0
               && same(m->d, m->head + x, m->head + x - k))
            x++;
        reach[MOST + 1 + k] = x;
        if (x >= m->n_old && x - k >= m->n_new)
            return true;
    }
    return false;
}

/* Backwards from the end; `move` gets +1 for a line that goes, -1 for one that comes. */
static void trace(const Middle *m, int steps, int *move)
{
    int k = m->n_old - m->n_new;

    for (int t = steps; t > 0; t--) {
        const int *before = m->reach[t - 1] + MOST + 1;
        const bool comes = k == -t || (k != t && before[k - 1] < before[k + 1]);

        move[t - 1] = comes ? -1 : 1;
        k += comes ? 1 : -1;
    }
}

static void add_moves(LineDiff *d, const Middle *m, const int *move, int steps, Arena *a)
{
    int k = 0;

    for (int t = 1; t <= steps; t++) {
        const int x = m->reach[t - 1][MOST + 1 + k];

        add(d, m->head + x, move[t - 1] > 0, m->head + x - k, move[t - 1] < 0, a);
        k += move[t - 1];
    }
}

static void diff_middle(LineDiff *d, Middle *m, Arena *a)
{
    int move[MOST + 1], t = 0;

    while (t <= MOST && !step(m, t))
        t++;
    if (t > MOST) {
        add(d, m->head, m->n_old, m->head, m->n_new, a);
        return;
    }
    trace(m, t, move);
    add_moves(d, m, move, t, a);
}

LineDiff line_diff(const char *old_text, const char *new_text, Arena *a)
{
    LineDiff d = { .n = 0 };
    Middle m = { .d = &d, .arena = a };
    int tail = 0, shorter;

    d.old_line = split(old_text, &d.n_old, a);
    d.new_line = split(new_text, &d.n_new, a);
    shorter = d.n_old < d.n_new ? d.n_old : d.n_new;
    while (m.head < shorter && same(&d, m.head, m.head))
        m.head++;
    while (tail < shorter - m.head && same(&d, d.n_old - 1 - tail, d.n_new - 1 - tail))
        tail++;
    m.n_old = d.n_old - m.head - tail;
    m.n_new = d.n_new - m.head - tail;
    if (m.n_old || m.n_new)
        diff_middle(&d, &m, a);
    return d;
}

/* ---- As text --------------------------------------------------------------------------------- */

static void put_lines(const char *const *line, int from, int to, char sign, FILE *out)
{
    for (int i = from; i < to; i++) {
        const size_t n = (size_t)(line[i + 1] - line[i]);

        fputc(sign, out);
        fwrite(line[i], 1, n, out);
        if (line[i][n - 1] != '\n')
            fputs("\n\\ No newline at end of file\n", out);
    }
}

/* A hunk's first line and its number of lines; of none, the line before. */
static void put_range(char sign, int from, int n, FILE *out)
{
    fprintf(out, " %c%d,%d", sign, n ? from + 1 : from, n);
}

/* Edits first .. last - 1, whose contexts meet. */
static void put_hunk(const LineDiff *d, int first, int last, FILE *out)
{
    const LineEdit *one = &d->edit[first], *end = &d->edit[last - 1];
    const int before = one->old_at < CONTEXT ? one->old_at : CONTEXT;
    const int rest = d->n_old - end->old_at - end->old_n, after = rest < CONTEXT ? rest : CONTEXT;
    int at = one->old_at - before;

    fputs("@@", out);
    put_range('-', at, end->old_at + end->old_n + after - at, out);
    put_range('+', one->new_at - before,
              end->new_at + end->new_n + after - (one->new_at - before), out);
    fputs(" @@\n", out);
    for (int i = first; i < last; i++) {
        const LineEdit *e = &d->edit[i];

        put_lines(d->old_line, at, e->old_at, ' ', out);
        put_lines(d->old_line, e->old_at, e->old_at + e->old_n, '-', out);
        put_lines(d->new_line, e->new_at, e->new_at + e->new_n, '+', out);
        at = e->old_at + e->old_n;
    }
    put_lines(d->old_line, at, at + after, ' ', out);
}

void line_diff_put(const LineDiff *d, const char *path, FILE *out)
{
    path += strncmp(path, "./", 2) == 0 ? 2 : strspn(path, "/");
    fprintf(out, "--- a/%s\n+++ b/%s\n", path, path);
    for (int first = 0, last; first < d->n; first = last) {
        for (last = first + 1; last < d->n; last++)
            if (d->edit[last].old_at - d->edit[last - 1].old_at - d->edit[last - 1].old_n
                > 2 * CONTEXT)
                break;
        put_hunk(d, first, last, out);
    }
}
