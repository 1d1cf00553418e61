/* infer_steady.c -- whether what was written lets iterations of a repeat differ.  Where it does
 * not, most of them need not be built. */
#include "infer.h"

/* Something in expressions: the name `word`, or an index where word is NULL. */
static bool in_args(const Arg *args, Str word);

static bool in_expr(const Expr *e, Str word)
{
    if (!e)
        return false;
    if (word ? e->kind == EXPR_NAME && e->text == word : e->kind == EXPR_INDEX)
        return true;
    return in_expr(e->left, word) || in_expr(e->right, word) || in_args(e->args, word);
}

static bool in_args(const Arg *args, Str word)
{
    for (; args; args = args->next)
        if (in_expr(args->value, word))
            return true;
    return false;
}

static bool in_statements(const Stmt *s, Str word)
{
    for (; s; s = s->next) {
        if (in_args(s->args, word) || in_args(s->from, word) || in_args(s->shape.dims, word) ||
            in_expr(s->value, word) || in_statements(s->body, word) ||
            in_statements(s->other, word))
            return true;
        for (const Branch *branch = s->branches; branch; branch = branch->next)
            if (in_statements(branch->body, word))
                return true;
    }
    return false;
}

/* Nothing in the model, or in the block, is read by its iteration. */
static bool has_indices(Infer *in, const Stmt *body)
{
    static const char yes, no;
    const char *known = map_get(&in->indices, body);

    if (!known) {
        known = in_statements(body, NULL) ? &yes : &no;
        map_put(&in->indices, body, (void *)(uintptr_t)known, in->s->arena);
    }
    return known == &yes;
}

bool infer_is_steady(Builder *b, const Stmt *repeat)
{
    const Stmt *around = b->instance ? b->instance->block->decl->body
                                     : infer_model_decl(b->in->model->file)->body;

    return !has_indices(b->in, around)
        && !(repeat->word && in_statements(repeat->body, repeat->word));
}
