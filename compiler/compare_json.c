/* compare_json.c -- what changed, as one JSON object on a line: its keys are in docs/diff.md. */
#include "compare.h"

#include <math.h>

typedef struct {
    FILE *out;
    bool follows;                   /* a comma stands before what comes next */
} Json;

/* A key, or an element where it is NULL. */
static void put_key(Json *j, const char *key)
{
    if (j->follows)
        putc(',', j->out);
    if (key)
        fprintf(j->out, "\"%s\":", key);
    j->follows = true;
}

static void put_open(Json *j, const char *key, char bracket)
{
    put_key(j, key);
    putc(bracket, j->out);
    j->follows = false;
}

static void put_close(Json *j, char bracket)
{
    putc(bracket, j->out);
    j->follows = true;
}

static void put_text(Json *j, const char *key, const char *text)
{
    put_key(j, key);
    if (text)
        diag_json_string(text, j->out);
    else
        fputs("null", j->out);
}

static void put_bool(Json *j, const char *key, bool x)
{
    put_key(j, key);
    fputs(x ? "true" : "false", j->out);
}

static void put_number(Json *j, const char *key, double x)
{
    put_key(j, key);
    if (isfinite(x))
        fprintf(j->out, x == floor(x) && fabs(x) < 1e18 ? "%.0f" : "%.9g", x);
    else
        fputs("null", j->out);
}

static void put_part(Json *j, const char *key, const Part *p)
{
    if (!p) {
        put_text(j, key, NULL);
        return;
    }
    put_open(j, key, '{');
    put_text(j, "path", p->path);
    put_text(j, "kind", p->kind);
    put_text(j, "text", p->text);
    put_text(j, "in", p->in);
    put_text(j, "out", p->out);
    put_number(j, "copies", (double)p->copies);
    put_number(j, "parameters", p->parameters);
    put_number(j, "multiply_adds", p->multiply_adds);
    put_close(j, '}');
}

static void put_change(Json *j, const char *old, const char *new)
{
    put_text(j, "change", !old ? "added" : !new ? "removed" : "changed");
}

static const char *change_of(const Match *m)
{
    return !m->old ? "added" : !m->new ? "removed" : m->moved ? "moved"
           : m->renamed && m->n_details == 0 ? "renamed" : "changed";
}

/* One whose parameters alone changed has more or fewer copies. */
static void put_match(Json *j, const Match *m)
{
    if (!match_differs(m) && m->old->parameters == m->new->parameters
        && m->old->multiply_adds == m->new->multiply_adds)
        return;
    put_open(j, NULL, '{');
    put_text(j, "change", match_differs(m) ? change_of(m) : "copies");
    put_bool(j, "renamed", m->renamed);
    put_part(j, "old", m->old);
    put_part(j, "new", m->new);
    put_open(j, "details", '[');
    for (int i = 0; i < m->n_details; i++) {
        put_open(j, NULL, '{');
        put_text(j, "what", m->detail[i].what);
        put_text(j, "old", m->detail[i].old);
        put_text(j, "new", m->detail[i].new);
        put_close(j, '}');
    }
    put_close(j, ']');
    put_close(j, '}');
}

static void put_entry(Json *j, const EntryChange *e)
{
    put_open(j, NULL, '{');
    put_change(j, e->old, e->new);
    put_text(j, "section", e->section);
    put_text(j, "key", e->key);
    put_text(j, "old", e->old);
    put_text(j, "new", e->new);
    put_close(j, '}');
}

static void put_figures(Json *j, const Comparison *c)
{
    for (int i = 0; figure_key(i); i++) {
        put_open(j, figure_key(i), '{');
        put_number(j, "old", c->old.figure[i]);
        put_number(j, "new", c->new.figure[i]);
        put_close(j, '}');
    }
}

void compare_write_json(const Comparison *c, FILE *out)
{
    Json j = { .out = out };

    put_open(&j, NULL, '{');
    put_text(&j, "event", "diff");
    put_text(&j, "old", c->old.c->source->path);
    put_text(&j, "new", c->new.c->source->path);
    put_bool(&j, "differs", c->differs);
    put_bool(&j, "same_text", c->same_text);
    put_open(&j, "layers", '[');
    for (int i = 0; i < c->n_matches; i++)
        put_match(&j, &c->match[i]);
    put_close(&j, ']');
    put_open(&j, "numbers", '{');
    put_figures(&j, c);
    put_close(&j, '}');
    put_open(&j, "settings", '[');
    for (int i = 0; i < c->n_entries; i++)
        put_entry(&j, &c->entry[i]);
    put_close(&j, ']');
    put_open(&j, "c", '{');
    put_number(&j, "old_lines", c->c.old_lines);
    put_number(&j, "new_lines", c->c.new_lines);
    put_number(&j, "added", c->c.added);
    put_number(&j, "removed", c->c.removed);
    put_close(&j, '}');
    put_close(&j, '}');
    putc('\n', out);
}
