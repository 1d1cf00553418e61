/* infer_unused.c -- warnings about params, lets and blocks that nothing uses. */
#include <string.h>

#include "infer.h"

static bool is_allowed(const Model *m)
{
    for (int i = 0; i < m->n_allow; i++)
        if (!strcmp(m->allow[i], "unused"))
            return true;
    return false;
}

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
            diag_warning(d, param ? MSG_UNUSED_PARAM : MSG_UNUSED_LET, decl->name_at,
                         "the %s '%s' is never used [-Wunused]", param ? "param" : "let",
                         decl->name);
    }
    for (int i = 0; i < g->blocks.n; i++) {
        const Block *b = g->blocks.value[i];
        if (is_own(m, b->decl->at) && !b->used)
            diag_warning(d, MSG_UNUSED_BLOCK, b->decl->name_at,
                         "the block '%s' is never used [-Wunused]", b->decl->name);
    }
}
