/* expand_import.c -- declarations of imported files, in the place of the imports.
 *
 * Only those that the experiment uses: in a file of its own nobody would miss the others. */
#include <string.h>

#include "expand.h"

typedef struct {
    Expand *x;
    Map wanted;                     /* names that are used in what is kept */
    Map kept;                       /* Decls */
    Map done;                       /* Files */
    bool changed;
} Inlining;

/* ---- What is used ---- */

static void want(Inlining *in, Str name)
{
    if (!name || map_get(&in->wanted, name))
        return;
    map_put(&in->wanted, name, in, in->x->s->arena);
    in->changed = true;
}

static void want_args(Inlining *in, const Arg *a);

static void want_expr(Inlining *in, const Expr *e)
{
    if (!e)
        return;
    if (e->kind == EXPR_NAME)
        want(in, e->text);
    want_expr(in, e->left);
    want_expr(in, e->right);
    want_args(in, e->args);
}

static void want_args(Inlining *in, const Arg *a)
{
    for (; a; a = a->next)
        want_expr(in, a->value);
}

static void want_body(Inlining *in, const Stmt *s)
{
    for (; s; s = s->next) {
        want(in, s->kind == STMT_LAYER ? s->word : NULL);
        want_args(in, s->args);
        want_args(in, s->from);
        want_args(in, s->shape.dims);
        want_expr(in, s->value);
        want_body(in, s->body);
        want_body(in, s->other);
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            want_body(in, branch->body);
    }
}

static void want_decl(Inlining *in, const Decl *d)
{
    want_expr(in, d->value);
    want_args(in, d->from.dims);
    want_args(in, d->to.dims);
    want_body(in, d->body);
    for (const BlockParam *p = d->params; p; p = p->next)
        want_expr(in, p->value);
    for (const Setting *set = d->settings; set; set = set->next)
        want_expr(in, set->value);
    for (const Line *line = d->lines; line; line = line->next) {
        want(in, line->key);
        want_expr(in, line->value);
    }
}

static bool is_brought(const Decl *d)
{
    return d->kind == DECL_PARAM || d->kind == DECL_LET || d->kind == DECL_BLOCK;
}

static bool is_used(const Inlining *in, const Decl *d)
{
    const Globals *g = in->x->model->globals;

    if (!in->x->model->unit)        /* nothing is built: who knows */
        return true;
    if (d->kind == DECL_BLOCK)
        return ((const Block *)map_get(&g->blocks, d->name))->used;
    return scope_find_here(g->scope, d->name)->used;
}

static void keep_used(Inlining *in, const File *file)
{
    for (const Decl *d = file->decls; d; d = d->next) {
        if (!is_brought(d) || map_get(&in->kept, d) || !is_used(in, d) ||
            (in->x->model->unit && !map_get(&in->wanted, d->name)))
            continue;
        map_put(&in->kept, d, (void *)(uintptr_t)d, in->x->s->arena);
        want_decl(in, d);
        in->changed = true;
    }
    for (int i = 0; i < file->n_imported; i++)
        keep_used(in, file->imported[i]);
}

static void find_kept(Inlining *in, const File *file)
{
    for (const Decl *d = file->decls; d; d = d->next)
        want_decl(in, d);
    do {
        in->changed = false;
        for (int i = 0; i < file->n_imported; i++)
            keep_used(in, file->imported[i]);
    } while (in->changed);
}

/* ---- What would change its meaning ---- */

/* The variable of a repeat may be called as a param of a file that does not know it. */
static void refuse_hidden(Inlining *in, const Stmt *s)
{
    for (; s; s = s->next) {
        const Entry *e = s->kind == STMT_REPEAT && s->word
                         ? scope_find_here(in->x->model->globals->scope, s->word) : NULL;
        if (e) {
            Message *m = diag_error(in->x->s->diag, MSG_HIDDEN_NAME, s->word_at,
                                    "in one file '%s' would have a value here already: rename it",
                                    s->word);
            diag_note(m, e->at, "it is declared here");
        }
        refuse_hidden(in, s->body);
        refuse_hidden(in, s->other);
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            refuse_hidden(in, branch->body);
    }
}

/* ---- Texts ---- */

/* A first line `#!...` stays behind. */
static uint32_t start_of(const Source *s)
{
    return strncmp(s->text, "#!", 2) == 0 ? (uint32_t)strcspn(s->text, "\n") : 0;
}

/* Each declaration with the comments before it. */
static const char *file_text(Inlining *in, const File *file)
{
    Arena *a = in->x->s->arena;
    Edits e = { .arena = in->x->s->arena, .source = file->source };
    uint32_t from = start_of(file->source);
    const char *text = "";

    if (map_get(&in->done, file))
        return "";
    map_put(&in->done, file, in, a);
    for (int i = 0; i < file->n_imported; i++)
        text = arena_printf(a, "%s%s", text, file_text(in, file->imported[i]));
    edit_drop_notes(&e, file);
    for (const Decl *d = file->decls; d; d = d->next)
        if (map_get(&in->kept, d))
            expand_decl(in->x, &e, d);
    for (const Decl *d = file->decls; d; d = d->next) {
        const uint32_t to = edit_end_of(file, d);
        if (map_get(&in->kept, d)) {
            refuse_hidden(in, d->body);
            text = arena_printf(a, "%s%s\n", text, edit_apply(&e, from, to));
        }
        from = to;
    }
    return text;
}

/* Before the first declaration that may use what comes in. */
static void insert(Edits *e, const File *file, const char *text)
{
    const Decl *d = file->decls;

    while (d->kind != DECL_IMPORT && !is_brought(d))
        d = d->next;
    edit_insert(e, d->kind == DECL_IMPORT ? edit_end_of(file, d) : d->whole.from,
                arena_printf(e->arena, "\n%s\n", text));
}

void expand_imports(Expand *x, Edits *e)
{
    const File *file = x->model->file;
    Inlining in = { .x = x };
    const char *text = "";

    if (!file->n_imported)
        return;
    find_kept(&in, file);
    for (int i = 0; i < file->n_imported; i++)
        text = arena_printf(x->s->arena, "%s%s", text, file_text(&in, file->imported[i]));
    insert(e, file, text);
    for (const Decl *d = file->decls; d; d = d->next)
        if (d->kind == DECL_IMPORT)
            edit_replace(e, d->whole, "");
}
