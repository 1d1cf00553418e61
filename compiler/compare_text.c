/* compare_text.c -- what changed, for a reader: 80 columns. */
#include "compare.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { COLUMNS = 80, MOST_PATH = 24, MOST_SHAPES = 8, MOST_LAYERS = 8, NUMBER = 40 };

typedef struct {
    const Comparison *c;
    FILE *out;
    bool color;
    int column;                     /* where the line is, from 0 */
    int indent;                     /* where it goes on when it is full */
} Page;

/* ---- Lines that are folded ------------------------------------------------------------------ */

static int width_of(const char *text, size_t n)
{
    int width = 0;

    for (size_t i = 0; i < n; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

static void end_line(Page *p)
{
    putc('\n', p->out);
    p->column = 0;
}

static void go_to(Page *p, int column)
{
    fprintf(p->out, "%*s", column > p->column ? column - p->column : 0, "");
    p->column = column > p->column ? column : p->column;
}

/* A word stays whole where a line can hold it. */
static void put_word(Page *p, const char *word, size_t n)
{
    const int width = width_of(word, n);

    if (p->column > p->indent && p->column + width > COLUMNS) {
        end_line(p);
        go_to(p, p->indent);
    }
    for (size_t i = 0; i < n; i++) {
        const bool starts = ((unsigned char)word[i] & 0xc0) != 0x80;
        if (starts && p->column >= COLUMNS) {
            end_line(p);
            go_to(p, p->indent);
        }
        putc(word[i], p->out);
        p->column += starts;
    }
}

static void put_text(Page *p, const char *text)
{
    while (*text) {
        const size_t n = strcspn(text, " ");
        put_word(p, text, n);
        text += n;
        if (*text == ' ' && p->column < COLUMNS)
            go_to(p, p->column + 1);
        text += *text == ' ';
    }
}

static void put_mark(Page *p, char mark)
{
    static const struct { char mark; const char *code; } color[] = {
        { '+', "\033[32m" }, { '-', "\033[31m" }, { '~', "\033[33m" }, { '>', "\033[36m" },
    };

    for (size_t i = 0; p->color && i < countof(color); i++)
        if (color[i].mark == mark)
            fputs(color[i].code, p->out);
    fprintf(p->out, "  %c", mark);
    fputs(p->color ? "\033[0m " : " ", p->out);
    p->column = 4;
}

static void title(Page *p, const char *text)
{
    fprintf(p->out, p->color ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

/* ---- Layers --------------------------------------------------------------------------------- */

static char mark_of(const Match *m)
{
    return !m->old ? '+' : !m->new ? '-' : m->moved || (m->renamed && m->n_details == 0) ? '>'
                                                                                        : '~';
}

static const char *path_of(const Match *m)
{
    return m->new ? m->new->path : m->old->path;
}

static bool same_detail(const Detail *a, const Detail *b)
{
    if (strcmp(a->what, b->what) != 0 || !a->old != !b->old || !a->new != !b->new)
        return false;
    return (!a->old || strcmp(a->old, b->old) == 0) && (!a->new || strcmp(a->new, b->new) == 0);
}

static const Stmt *stmt_of(const Part *part)
{
    return part && part->item ? part->item->stmt : NULL;
}

/* Copies of one statement, in instances of a block, to which the same happened. */
static bool alike(const Match *a, const Match *b)
{
    if (!a->old != !b->old || !a->new != !b->new || a->n_details != b->n_details
        || a->moved != b->moved || (!stmt_of(a->old) && !stmt_of(a->new)))
        return false;
    if (stmt_of(a->old) != stmt_of(b->old) || stmt_of(a->new) != stmt_of(b->new))
        return false;
    for (int i = 0; i < a->n_details; i++)
        if (!same_detail(&a->detail[i], &b->detail[i]))
            return false;
    return true;
}

static int copies_before(const Comparison *c, int k)
{
    int n = 0;

    for (int i = 0; i < k; i++)
        n += match_differs(&c->match[i]) && alike(&c->match[i], &c->match[k]);
    return n;
}

static int copies_after(const Comparison *c, int k)
{
    int n = 0;

    for (int i = k + 1; i < c->n_matches; i++)
        n += match_differs(&c->match[i]) && alike(&c->match[i], &c->match[k]);
    return n;
}

static void put_shape(Page *p, const Part *part)
{
    if (!part->item)
        return;
    put_text(p, strcmp(part->text, part->path) == 0 ? "" : "  ");
    put_text(p, part->in);
    put_text(p, " -> ");
    put_text(p, part->out);
}

static void put_detail(Page *p, const char *between, const Detail *d)
{
    put_text(p, between);
    put_text(p, d->what);
    put_text(p, " ");
    put_text(p, d->old ? d->old : "nothing");
    put_text(p, " -> ");
    put_text(p, d->new ? d->new : "nothing");
}

static void put_match(Page *p, const Match *m)
{
    const Part *part = m->new ? m->new : m->old;
    const char *between = "";

    if (m->moved) {
        put_text(p, strcmp(m->old->path, m->new->path) == 0 ? "moved" : "moved, was ");
        put_text(p, strcmp(m->old->path, m->new->path) == 0 ? "" : m->old->path);
        between = "; ";
    } else if (m->renamed) {
        put_text(p, "was ");
        put_text(p, m->old->path);
        between = "; ";
    }
    for (int i = 0; i < m->n_details; i++, between = "; ")
        put_detail(p, between, &m->detail[i]);
    if (m->old && m->new)
        return;
    put_text(p, strcmp(part->text, part->path) == 0 ? "" : part->text);
    put_shape(p, part);
}

/* The column where what is said of a path begins. */
static int path_column(const Comparison *c)
{
    int widest = 0;

    for (int i = 0; i < c->n_matches; i++) {
        const Match *m = &c->match[i];
        const int width = match_differs(m) ? (int)strlen(path_of(m)) : 0;
        widest = width > widest && width <= MOST_PATH ? width : widest;
    }
    return 4 + widest + 2;
}

static void write_match(Page *p, int i, int column)
{
    const Match *m = &p->c->match[i];
    const int more = copies_after(p->c, i);

    p->indent = 8;
    put_mark(p, mark_of(m));
    put_text(p, path_of(m));
    put_text(p, "  ");
    go_to(p, column);
    p->indent = column;
    put_match(p, m);
    if (more) {
        char text[NUMBER];
        snprintf(text, sizeof text, "; likewise in %d more", more);
        put_text(p, text);
    }
    end_line(p);
}

static void write_layers(Page *p)
{
    const int column = path_column(p->c);
    int n = 0, n_shapes = 0;

    for (int i = 0; i < p->c->n_matches; i++) {
        if (!match_differs(&p->c->match[i]) || copies_before(p->c, i) > 0)
            continue;
        if (n++ == 0)
            title(p, "Layers");
        if (match_of_shape(&p->c->match[i]) && n_shapes++ >= MOST_SHAPES)
            continue;
        write_match(p, i, column);
    }
    if (n_shapes > MOST_SHAPES)
        fprintf(p->out, "    and %d more of which only the shapes change\n",
                n_shapes - MOST_SHAPES);
}

/* ---- Numbers -------------------------------------------------------------------------------- */

/* "83,850"; three digits of what is no whole number, or is too wide for a column */
static void write_number(double x, bool sign, char text[NUMBER])
{
    char digits[NUMBER];
    int to = 0;

    if (isnan(x)) {
        snprintf(text, NUMBER, "-");
        return;
    }
    if (x != floor(x) || fabs(x) >= 1e13) {
        snprintf(text, NUMBER, sign ? "%+.3g" : "%.3g", x);
        return;
    }
    snprintf(digits, sizeof digits, "%" PRId64, (int64_t)fabs(x));
    if (sign || x < 0)
        text[to++] = x < 0 ? '-' : '+';
    for (int i = 0, n = (int)strlen(digits); i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text[to++] = ',';
        text[to++] = digits[i];
    }
    text[to] = '\0';
}

static void write_row(Page *p, int indent, const char *label, double old, double new)
{
    char before[NUMBER], after[NUMBER], change[NUMBER] = "";

    write_number(old, false, before);
    write_number(new, false, after);
    if (!isnan(old) && !isnan(new))
        write_number(new - old, true, change);
    p->indent = indent + 2;
    go_to(p, indent);
    put_text(p, label);
    if (p->column > 27)
        end_line(p);
    go_to(p, 27);
    fprintf(p->out, "%17s%17s%17s", before, after, change);
    end_line(p);
}

/* Parameters by layer, where there is a difference. */
static void write_layer_rows(Page *p)
{
    int n = 0;

    for (int i = 0; i < p->c->n_matches; i++) {
        const Match *m = &p->c->match[i];
        const double old = m->old ? m->old->parameters : 0, new = m->new ? m->new->parameters : 0;
        if (old == new || !(m->new ? m->new : m->old)->is_layer)
            continue;
        if (n++ < MOST_LAYERS)
            write_row(p, 4, path_of(m), old, new);
    }
    if (n > MOST_LAYERS)
        fprintf(p->out, "    and %d more layers\n", n - MOST_LAYERS);
}

static void write_figures(Page *p)
{
    int n = 0;

    for (int i = 0; figure_key(i); i++) {
        const double old = p->c->old.figure[i], new = p->c->new.figure[i];
        if (old == new || (isnan(old) && isnan(new)))
            continue;
        if (n++ == 0)
            title(p, "Numbers");
        write_row(p, 2, figure_label(i), old, new);
        if (strcmp(figure_key(i), "parameters") == 0)
            write_layer_rows(p);
    }
}

/* ---- Settings, and the C ----------------------------------------------------------------- */

/* A line of expect is its own name. */
static void write_entry(Page *p, const EntryChange *e)
{
    const bool line = !*(e->new ? e->new : e->old);

    p->indent = 8;
    put_mark(p, !e->old ? '+' : !e->new ? '-' : '~');
    put_text(p, e->section);
    put_text(p, line || e->hidden || strcmp(e->section, "param") == 0
                || strcmp(e->section, "let") == 0 ? " " : ".");
    put_text(p, e->key);
    if (!line && !e->hidden) {
        put_text(p, "  ");
        put_text(p, e->old ? e->old : "");
        put_text(p, e->old && e->new ? " -> " : "");
        put_text(p, e->new ? e->new : "");
    }
    end_line(p);
}

static void write_c(Page *p)
{
    const LineChange *c = &p->c->c;

    if (c->old_lines + c->new_lines == 0)
        return;
    title(p, "Generated C");
    fprintf(p->out, "    %d lines -> %d: %d added, %d removed\n", c->old_lines, c->new_lines,
            c->added, c->removed);
}

void compare_write_text(const Comparison *c, bool color, FILE *out)
{
    Page p = { .c = c, .out = out, .color = color };

    if (!c->differs) {
        fputs(c->same_text ? "Nothing differs.\n" : "Nothing but the text differs.\n", out);
        return;
    }
    write_layers(&p);
    write_figures(&p);
    if (c->n_entries > 0)
        title(&p, "Settings");
    for (int i = 0; i < c->n_entries; i++)
        write_entry(&p, &c->entry[i]);
    write_c(&p);
}
