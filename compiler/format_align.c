/* format_align.c -- lines up settings, params, axes and comments, and writes the rows out. */
#include <stdlib.h>
#include <string.h>

#include "format_text.h"

/* ---- Marks: the '=' of settings, kind and '=' of params, the `in` of axes,
 * what stands behind input and target ---- */

static bool same_group(const Row *a, const Row *b)
{
    return a->group != GROUP_NONE && a->group == b->group && a->indent == b->indent
           && !b->blank_before && !strchr(a->text, '\n') && !strchr(b->text, '\n');
}

static int most(int a, int b) { return a > b ? a : b; }

static void pad(Formatter *f, Row *row, int m, int by)
{
    row->text = arena_printf(f->arena, "%.*s%*s%s", row->mark[m], row->text, by, "",
                             row->text + row->mark[m]);
    row->mark[m] += by;
    if (m == 0 && row->mark[1])
        row->mark[1] += by;
}

static void align_mark(Formatter *f, int from, int to, int m)
{
    int column = 0, widest = 0;

    for (int i = from; i < to; i++)
        column = most(column, f->row[i].mark[m]);
    for (int i = from; i < to; i++) {
        const Row *r = &f->row[i];
        const int by = r->mark[m] ? column - r->mark[m] : 0;
        widest = most(widest, r->indent + format_width(r->text) + by);
    }
    if (widest > FORMAT_COLUMNS)
        return;
    for (int i = from; i < to; i++)
        if (f->row[i].mark[m] && f->row[i].mark[m] < column)
            pad(f, &f->row[i], m, column - f->row[i].mark[m]);
}

static void align_marks(Formatter *f)
{
    for (int from = 0, to; from < f->n_rows; from = to) {
        for (to = from + 1; to < f->n_rows && same_group(&f->row[to - 1], &f->row[to]);)
            to++;
        if (to - from < 2)
            continue;
        align_mark(f, from, to, 0);
        align_mark(f, from, to, 1);
    }
}

/* ---- Comments behind the code of neighbouring rows start in one column ---- */

static int code_width(const Row *r)
{
    return format_width(r->text) + (strchr(r->text, '\n') ? 0 : r->indent);
}

static int comment_column(const Formatter *f, int at, int *end)
{
    int column = 0;

    for (*end = at; *end < f->n_rows; ++*end) {
        const Row *r = &f->row[*end];
        if (!r->comment || (*end > at && r->blank_before))
            break;
        column = most(column, code_width(r) + 2);
    }
    return column;
}

/* ---- Writing ---- */

static void put_row(FILE *out, const Row *r, int column)
{
    if (r->blank_before)
        putc('\n', out);
    fprintf(out, "%*s%s", r->indent, "", r->text);
    if (r->comment)
        fprintf(out, "%*s%s", column - code_width(r), "", r->comment);
    putc('\n', out);
}

static void put_rows(const Formatter *f, FILE *out)
{
    for (int i = 0, end = 0, column = 0; i < f->n_rows; i++) {
        if (i >= end)
            column = comment_column(f, i, &end);
        put_row(out, &f->row[i], column);
    }
}

char *format_rows(Formatter *f)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    align_marks(f);
    if (!out)
        arena_exhausted(f->arena);
    put_rows(f, out);
    if (fclose(out) != 0 || !text)
        arena_exhausted(f->arena);
    char *copy = arena_copy(f->arena, text, size);
    free(text);
    return copy;
}
