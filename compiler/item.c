/* item.c -- the text of an item, as the C and the reports name it.
 *
 * Canonical, so that what says nothing new changes nothing: required arguments by position, then
 * those that are not worth their default by name; no asserted shape; a name where it is not just
 * the layer's word.  A param or a let is named, not evaluated; what depends on the variable of a
 * repeat is evaluated, since a unit is for certain iterations. */
#include <string.h>

#include "passes.h"
#include "written.h"

/* The variable of a repeat that the item stands in: it has no value outside of an iteration. */
static bool is_index(Str name, const Item *item)
{
    for (const Item *repeat = item->repeat; repeat; repeat = repeat->repeat)
        if (repeat->stmt->word == name)
            return true;
    return false;
}

static bool has_index(const Expr *e, const Item *item)
{
    if (!e)
        return false;
    if (e->kind == EXPR_NAME)
        return is_index(e->text, item);
    for (const Arg *a = e->args; a; a = a->next)
        if (has_index(a->value, item))
            return true;
    return has_index(e->left, item) || has_index(e->right, item);
}

static const char *argument_text(const Item *item, const Expr *e, const Value *v, Arena *a);

/* The arguments of a layer that may be left out stand by name, those of a value where they can by
 * position: dense(64, act = leaky_relu(0.1)). */
static const char *arguments_text(const Item *item, const Callable *c, const Value *arg,
                                  const Arg *args, Arena *a)
{
    const bool layer = c == item->written;
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
                            argument_text(item, written->value, &arg[i], a));
    }
    return *text ? arena_printf(a, "(%s)", text) : text;
}

static const char *argument_text(const Item *item, const Expr *e, const Value *v, Arena *a)
{
    if (written_call(e, v) && !v->automatic)
        return arena_printf(a, "%s%s", v->callee->name,
                            arguments_text(item, v->callee, v->arg, e->args, a));
    return has_index(e, item) || written_call(e, v) ? value_text(v, a) : format_expr(e, a);
}

static const char *from_text(const Stmt *s, Arena *a)
{
    const char *text = "";

    for (const Arg *from = s->from; from; from = from->next)
        text = arena_printf(a, "%s%s%s", text, from == s->from ? " from " : ", ",
                            format_expr(from->value, a));
    return text;
}

/* A layer that a param stands for: the statement itself does not say which. */
static const char *meant_text(const Item *item, Arena *a)
{
    const Callable *c = item->callee;
    const char *text = "";

    if (item->kind != ITEM_LAYER || item->written)
        return text;
    for (int i = 0; i < c->n_params; i++)
        if (c->param[i].required || !(item->arg[i].is_default || item->arg[i].as_default))
            text = arena_printf(a, "%s%s%s%s%s", text, *text ? ", " : "",
                                c->param[i].required ? "" : c->param[i].name,
                                c->param[i].required ? "" : " = ", value_text(&item->arg[i], a));
    return arena_printf(a, ", that is %s(%s)", c->name, text);
}

char *item_text(const Item *item, Arena *a)
{
    const Stmt *s = item->stmt;
    const bool named = strcmp(item->name, s->word ? s->word : "") != 0;
    const char *arguments = item->written ? arguments_text(item, item->written, item->arg,
                                                           s->args, a) : "";

    return arena_printf(a, "%s%s%s%s%s%s", named ? item->name : "", named ? " = " : "", s->word,
                        arguments, from_text(s, a), meant_text(item, a));
}

/* The count stands in one place, its constant: here only where it is a name. */
char *repeat_text(const Item *item, Arena *a)
{
    const Stmt *s = item->stmt;

    return s->value->kind == EXPR_NAME
         ? arena_printf(a, "%s = %s", item->name, format_head(s, a))
         : arena_printf(a, "%s = repeat%s%s%s", item->name, s->word ? " as " : "",
                        s->word ? s->word : "", s->checkpoint ? " checkpoint" : "");
}
