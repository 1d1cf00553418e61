/* compare_summary.c -- a source in the terms of the model, a line a statement.  It is for tools
 * that compare lines, so nothing in it is aligned and no line depends on another. */
#include "compare.h"

#include <math.h>

static bool is_uniform(const Part *p)
{
    bool uniform = p->ins.n <= 1 && p->outs.n <= 1;

    for (int i = 0; i < p->n_args; i++)
        uniform = uniform && p->arg[i].pieces.n <= 1;
    return uniform;
}

/* Of one copy where all are alike: the count of a repeat is told once. */
static void write_parameters(const Part *p, FILE *out)
{
    const bool one = is_uniform(p) && p->copies > 0;

    if (p->is_layer && p->parameters > 0)
        fprintf(out, "  %.0f parameters%s", one ? p->parameters / (double)p->copies : p->parameters,
                one ? "" : " in all");
}

static void write_parts(const Parts *parts, int depth, FILE *out)
{
    for (int i = 0; i < parts->n; i++) {
        const Part *p = parts->part[i];
        fprintf(out, "%*s", 4 * depth, "");
        if (p->named)
            fprintf(out, "%s = ", p->name);
        fputs(p->text, out);
        if (p->item)
            fprintf(out, "  %s -> %s", p->in, p->out);
        write_parameters(p, out);
        putc('\n', out);
        write_parts(&p->parts, depth + 1, out);
    }
}

void compare_write_side(const Side *side, FILE *out)
{
    for (int i = 0; i < side->n_entries; i++) {
        const Entry *e = &side->entry[i];
        if (!e->hidden)
            fprintf(out, "%s %s%s%s\n", e->section, e->key, *e->text ? " = " : "", e->text);
    }
    write_parts(&side->parts, 0, out);
    for (int i = 0; figure_key(i); i++)
        if (!isnan(side->figure[i]))
            fprintf(out, side->figure[i] == floor(side->figure[i]) ? "%s %.0f\n" : "%s %.3g\n",
                    figure_label(i), side->figure[i]);
}
