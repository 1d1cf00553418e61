/* format.c -- the file in its canonical form.
 *
 * Works on tokens and comments, not on the tree: so nothing that was written can be lost, and all
 * stays in its order.  Statements become rows; a body is kept on one line if it was written so and
 * fits. */
#include <string.h>

#include "format_text.h"
#include "net.tab.h"
#include "parse.h"

/* ---- Tokens and comments, merged ---- */

static void add_comments(Formatter *f, const Comment **c, uint32_t before)
{
    for (; *c && (*c)->at.from < before; *c = (*c)->next)
        arena_push(f->arena, f->atom, f->n, ((Atom){ ATOM_COMMENT, (*c)->at, (*c)->own_line }));
}

static void merge(Formatter *f, const Parser *p)
{
    const Comment *c = p->comments;

    for (int i = 1; i < p->n_tokens - 1; i++) {
        add_comments(f, &c, p->token[i].at.from);
        arena_push(f->arena, f->atom, f->n, ((Atom){ p->token[i].kind, p->token[i].at, false }));
    }
    add_comments(f, &c, UINT32_MAX);
    arena_push(f->arena, f->atom, f->n, ((Atom){ .at = { f->source, f->source->size,
                                                         f->source->size } }));
    f->n--;
}

/* ---- Looking ---- */

static int kind_at(const Formatter *f, int i) { return f->atom[i].kind; }

static int newlines(const Formatter *f, uint32_t from, uint32_t to)
{
    int n = 0;

    for (uint32_t i = from; i < to; i++)
        n += f->source->text[i] == '\n';
    return n;
}

/* Blank lines are kept, one of them, but not at the start of a body. */
static bool blank_before(const Formatter *f, int i)
{
    return i > 0 && kind_at(f, i - 1) != '{'
           && newlines(f, f->atom[i - 1].at.to, f->atom[i].at.from) > 1;
}

/* The ';' or '{' that ends the head of a statement; or where the body or the file ends. */
static int head_end(const Formatter *f, int i)
{
    while (i < f->n && kind_at(f, i) != ';' && kind_at(f, i) != '{' && kind_at(f, i) != '}')
        i++;
    return i;
}

static int closing_brace(const Formatter *f, int open)
{
    int depth = 0, i = open;

    for (; i < f->n; i++) {
        depth += (kind_at(f, i) == '{') - (kind_at(f, i) == '}');
        if (depth == 0)
            break;
    }
    return i;
}

static bool continues(int kind) { return kind == ELSE || kind == SHORTCUT; }

/* ---- Rows ---- */

static Row *add_row(Formatter *f, int indent, bool blank)
{
    const Row row = { .indent = indent, .blank_before = blank };

    arena_push(f->arena, f->row, f->n_rows, row);
    return &f->row[f->n_rows - 1];
}

/* A comment: behind the row before it if it was written there. */
static void add_comment(Formatter *f, int indent)
{
    const Atom *a = &f->atom[f->next];
    const char *text = arena_copy(f->arena, f->source->text + a->at.from, a->at.to - a->at.from);

    if (a->own_line || f->n_rows == 0) {
        add_row(f, indent, blank_before(f, f->next))->text = text;
    } else {
        Row *r = &f->row[f->n_rows - 1];
        r->comment = r->comment ? arena_printf(f->arena, "%s %s", r->comment, text) : text;
    }
    f->next++;
}

static int find(const Formatter *f, int from, int to, int kind)
{
    for (int i = from; i < to; i++)
        if (kind_at(f, i) == kind)
            return i;
    return -1;
}

/* Where the row lines up with its neighbours: the atoms before which blanks may be put. */
static void marks_of(const Formatter *f, Group group, int from, int to, int marked[2])
{
    const int equals = find(f, from, to, '='), colon = find(f, from, to, ':');

    marked[0] = marked[1] = -1;
    if (group == GROUP_SETTINGS)
        marked[0] = equals;
    if (group == GROUP_SAMPLE || (group == GROUP_AXES && kind_at(f, from + 1) == IN))
        marked[0] = from + 1;
    if (group == GROUP_PARAMS) {
        marked[0] = colon < 0 ? -1 : colon + 1;
        marked[1] = equals;
    }
}

static Group statement_group(int kind)
{
    return kind == PARAM                     ? GROUP_PARAMS
           : kind == INPUT || kind == TARGET ? GROUP_SAMPLE
                                             : GROUP_NONE;
}

static void add_statement(Formatter *f, int indent, Group group, int end)
{
    Row row = { .indent = indent, .blank_before = blank_before(f, f->next), .group = group };
    int marked[2];

    if (group == GROUP_NONE)
        row.group = statement_group(kind_at(f, f->next));
    marks_of(f, row.group, f->next, end, marked);
    row.text = format_atoms(f, f->next, end, &row, marked);
    arena_push(f->arena, f->row, f->n_rows, row);
    f->next = end;
}

/* ---- Bodies ---- */

static Group group_of(int kind)
{
    return kind == DATA || kind == TRAIN || kind == OBSERVE ? GROUP_SETTINGS
           : kind == SWEEP                                  ? GROUP_AXES
                                                            : GROUP_NONE;
}

static bool is_flat(const Formatter *f, int open, int close)
{
    for (int i = open + 1; i < close; i++)
        if (kind_at(f, i) == '{' || kind_at(f, i) == ATOM_COMMENT)
            return false;
    return close == open + 1 || newlines(f, f->atom[open].at.from, f->atom[close].at.to) == 0;
}

/* Tries `repeat 3 { relu; }` or `if a { relu; } else { tanh; }` on one line. */
static bool add_flat(Formatter *f, int indent)
{
    Row row = { .indent = indent, .blank_before = blank_before(f, f->next) };
    int end = f->next;

    do {
        const int open = head_end(f, end), close = closing_brace(f, open);
        if (close >= f->n || kind_at(f, open) != '{' || !is_flat(f, open, close)
            || find(f, end, open, ATOM_COMMENT) >= 0)
            return false;
        end = close + 1;
    } while (continues(kind_at(f, end)));
    row.text = format_atoms(f, f->next, end, &row, NULL);
    if (strchr(row.text, '\n') || indent + format_width(row.text) > FORMAT_COLUMNS)
        return false;
    arena_push(f->arena, f->row, f->n_rows, row);
    f->next = end;
    return true;
}

static void add_list(Formatter *f, int indent, Group group);

/* A row up to and with the brace `brace`. */
static void add_brace_row(Formatter *f, int indent, bool blank, int from, int brace)
{
    Row row = { .indent = indent, .blank_before = blank };

    row.text = format_atoms(f, from, brace + 1, &row, NULL);
    arena_push(f->arena, f->row, f->n_rows, row);
}

/* head { ... } else { ... }, the bodies on lines of their own; f->next is the head. */
static void add_bodies(Formatter *f, int indent)
{
    const Group group = group_of(kind_at(f, f->next));
    bool blank = blank_before(f, f->next);
    int from = f->next;             /* of the row under construction */

    do {
        const int open = head_end(f, f->next);
        const bool empty = kind_at(f, open + 1) == '}';
        f->next = open + 1;
        if (!empty) {
            add_brace_row(f, indent, blank, from, open);
            add_list(f, indent + FORMAT_INDENT, group);
            from = f->next;
            blank = false;
        }
        f->next += f->next < f->n;
    } while (continues(kind_at(f, f->next)));
    add_brace_row(f, indent, blank, from, f->next - 1);
}

/* Statements and comments up to the '}' around them, or the end. */
static void add_list(Formatter *f, int indent, Group group)
{
    while (f->next < f->n && kind_at(f, f->next) != '}') {
        const int end = head_end(f, f->next);
        if (kind_at(f, f->next) == ATOM_COMMENT)
            add_comment(f, indent);
        else if (kind_at(f, end) != '{')
            add_statement(f, indent, group, end + (kind_at(f, end) == ';'));
        else if (!add_flat(f, indent))
            add_bodies(f, indent);
    }
}

char *format(const File *file, Arena *a)
{
    Session s = { .arena = a, .names = intern_new(a), .diag = diag_new(a) };
    Parser p = { .session = &s, .source = file->source };
    Formatter f = { .arena = a, .source = file->source };

    if (!tokens_scan(&p, START_FILE))
        bug("a file with errors is to be formatted");
    merge(&f, &p);
    add_list(&f, 0, GROUP_NONE);
    return format_rows(&f);
}
