/* item.c -- the text of an item, as the C and the reports name it.
 *
 * Canonical, so that what says nothing new changes nothing: required arguments by position, then
 * those that are not worth their default by name; no asserted shape; a name where it is not just
 * the layer's word.  A param or a let is named, not evaluated. */
#include <string.h>

#include "passes.h"
#include "written.h"

static const char *argument_text(const Expr *e, const Value *v, Arena *a);

/* The arguments of a layer that may be left out stand by name, those of a value where they can by
 * position: dense(64, act = leaky_relu(0.1)). */
static const char *arguments_text(const Callable *c, const Value *arg, const Arg *args, bool layer,
                                  Arena *a)
{
    const char *text = "";
    bool by_position = true;

    for (int i = 0; i < c->n_params; i++) {
        const Arg *written = written_arg(c, i, args);
        const bool says_more = written && !(arg[i].as_default &&
                                            written_plain(written->value, &arg[i]));
        by_position = by_position && says_more && (!layer || c->param[i].required);
        if (!says_more)
            continue;
        text = arena_printf(a, "%s%s%s%s%s", text, *text ? ", " : "",
                            by_position ? "" : c->param[i].name, by_position ? "" : " = ",
                            argument_text(written->value, &arg[i], a));
    }
    return *text ? arena_printf(a, "(%s)", text) : text;
}

static const char *argument_text(const Expr *e, const Value *v, Arena *a)
{
    if (v->automatic && written_call(e, v))
        return value_text(v, a);
    if (!written_call(e, v))
        return format_expr(e, a);
    return arena_printf(a, "%s%s", v->callee->name,
                        arguments_text(v->callee, v->arg, e->args, false, a));
}

static const char *from_text(const Stmt *s, Arena *a)
{
    const char *text = "";

    for (const Arg *from = s->from; from; from = from->next)
        text = arena_printf(a, "%s%s%s", text, from == s->from ? " from " : ", ",
                            format_expr(from->value, a));
    return text;
}

char *item_text(const Item *item, Arena *a)
{
    const Stmt *s = item->stmt;
    const bool named = strcmp(item->name, s->word ? s->word : "") != 0;

    if (s->kind == STMT_REPEAT)
        return format_head(s, a);
    return arena_printf(a, "%s%s%s%s%s", named ? item->name : "", named ? " = " : "", s->word,
                        item->written ? arguments_text(item->written, item->arg, s->args, true, a)
                                      : "", from_text(s, a));
}
