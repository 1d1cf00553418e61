/* model_dump.c -- the checked model as text (`--dump=model`). */
#include <inttypes.h>

#include "graph.h"

static void dump_items(const Items *items, int depth, FILE *out);

static void print_value(const Value *v, FILE *out)
{
    switch (v->kind) {
    case VALUE_INT: fprintf(out, "%" PRId64, v->integer); break;
    case VALUE_REAL: fprintf(out, "%.17g", v->real); break;
    case VALUE_BOOL: fputs(v->integer ? "true" : "false", out); break;
    case VALUE_STRING: fprintf(out, "\"%s\"", v->text); break;
    case VALUE_WORD: fputs(v->text, out); break;
    case VALUE_LIST:
        fputc('[', out);
        for (int i = 0; i < v->n; i++) {
            fputs(i ? ", " : "", out);
            print_value(&v->item[i], out);
        }
        fputc(']', out);
        break;
    case VALUE_CALL:
        fputs(v->callee->name, out);
        for (int i = 0; i < v->callee->n_params; i++) {
            fputs(i ? ", " : "(", out);
            print_value(&v->arg[i], out);
        }
        fputs(v->callee->n_params ? ")" : "", out);
        break;
    default: fputc('-', out);
    }
}

static void print_shape(Shape s, FILE *out)
{
    fputc('[', out);
    for (int i = 0; i < s.rank; i++)
        fprintf(out, "%s%" PRId64, i ? "," : "", s.dim[i]);
    fputc(']', out);
}

static void print_ref(const Ref *r, FILE *out)
{
    if (r->kind == REF_INPUT)
        fprintf(out, " <input %d>", r->input);
    else if (r->kind == REF_ITEM)
        fprintf(out, " <%s>", r->item->name);
    else
        fprintf(out, " <%s[%d] export %d>", r->item->name, r->iteration, r->output);
}

static void dump_unit(const Unit *u, int depth, FILE *out)
{
    fprintf(out, "%*sunit %s ", depth, "", u->name ? u->name : "-");
    print_shape(u->in, out);
    fputs(" -> ", out);
    print_shape(u->out, out);
    fprintf(out, " captures %d exports %d%s\n", u->n_captures, u->n_exports,
            u->recomputes ? " recomputes" : "");
    dump_items(&u->items, depth + 2, out);
}

static void dump_parts(const Item *item, int depth, FILE *out)
{
    dump_items(&item->body, depth, out);
    if (item->has_shortcut)
        fprintf(out, "%*sshortcut\n", depth, "");
    dump_items(&item->shortcut, depth, out);
    for (int i = 0; i < item->n_branches; i++) {
        fprintf(out, "%*sbranch\n", depth, "");
        dump_items(&item->branch[i], depth, out);
    }
    for (int i = 0; i < item->n_runs; i++) {
        fprintf(out, "%*sfrom %d, %d times\n", depth, "", item->run[i].first, item->run[i].count);
        dump_unit(item->run[i].unit, depth, out);
    }
}

static void dump_item(const Item *item, int depth, FILE *out)
{
    fprintf(out, "%*s%s:", depth, "", item->name);
    if (item->callee)
        fprintf(out, " %s", item->callee->name);
    for (int i = 0; item->callee && i < item->callee->n_params; i++) {
        fprintf(out, " %s=", item->callee->param[i].name);
        print_value(&item->arg[i], out);
    }
    if (item->kind == ITEM_BLOCK)
        fprintf(out, " block %s", item->unit->name);
    for (int i = 0; i < item->n_from; i++)
        print_ref(&item->from[i], out);
    fputs(" -> ", out);
    print_shape(item->out, out);
    fputc('\n', out);
    dump_parts(item, depth + 2, out);
}

static void dump_items(const Items *items, int depth, FILE *out)
{
    for (int i = 0; i < items->n; i++)
        dump_item(items->item[i], depth, out);
}

void model_dump(const Model *m, FILE *out)
{
    for (int i = 0; i < m->n_params; i++) {
        fprintf(out, "param %s = ", m->param[i].name);
        print_value(&m->param[i].value, out);
        fputc('\n', out);
    }
    if (m->unit)
        dump_unit(m->unit, 0, out);
    if (m->has_train) {
        fputs("loss ", out);
        print_value(&m->settings.loss, out);
        fputs("\noptimizer ", out);
        print_value(&m->settings.optimizer, out);
        fputc('\n', out);
    }
}
