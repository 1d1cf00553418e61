/* infer_unused.c -- params, lets and blocks that nothing uses. */
#include <string.h>

#include "infer.h"

/* ---- Words of unused blocks ---- */

static bool is_parameter(const Block *b, Str name)
{
    for (int i = 0; i < b->callee.n_params; i++)
        if (b->callee.param[i].name == name)
            return true;
    return false;
}

static bool is_layer_word(const Infer *in, const Block *b, Str word)
{
    return vocabulary_find(in->s->vocabulary, FAMILY_LAYER, word) ||
           vocabulary_find(in->s->vocabulary, FAMILY_ACTIVATION, word) ||
           map_get(&in->globals->blocks, word) || scope_find(in->globals->scope, word) ||
           is_parameter(b, word);
}

static void check_words(Infer *in, const Block *b, const Stmt *s)
{
    for (; s; s = s->next) {
        if (s->kind == STMT_LAYER && !is_layer_word(in, b, s->word))
            infer_unknown_layer(in, in->globals->scope, s);
        check_words(in, b, s->body);
        check_words(in, b, s->other);
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            check_words(in, b, branch->body);
    }
}

void infer_check_unused(Infer *in)
{
    for (int i = 0; i < in->globals->blocks.n; i++) {
        const Block *b = in->globals->blocks.value[i];
        if (!b->used)
            check_words(in, b, b->decl->body);
    }
}

static bool is_allowed(const Model *m)
{
    for (int i = 0; i < m->n_allow; i++)
        if (!strcmp(m->allow[i], "unused"))
            return true;
    return false;
}

/* ---- Warnings ---- */

/* Declarations of other files may serve other experiments. */
static bool is_own(const Model *m, Span at)
{
    return at.source == m->file->source;
}

void infer_warn_unused(Infer *in)
{
    const Globals *g = in->globals;
    const Model *m = in->model;
    Diag *d = in->s->diag;

    if (is_allowed(m))
        return;
    for (int i = 0; i < g->n_decls; i++) {
        const Decl *decl = g->decl[i];
        const bool param = decl->kind == DECL_PARAM;
        if (is_own(m, decl->at) && !scope_find(g->scope, decl->name)->used)
            diag_warning(d, param ? MSG_UNUSED_PARAM : MSG_UNUSED_LET, "unused",
                         decl->name_at, "the %s '%s' is never used", param ? "param" : "let",
                         decl->name);
    }
    for (int i = 0; i < g->blocks.n; i++) {
        const Block *b = g->blocks.value[i];
        if (is_own(m, b->decl->at) && !b->used)
            diag_warning(d, MSG_UNUSED_BLOCK, "unused", b->decl->name_at,
                         "the block '%s' is never used", b->decl->name);
    }
}
