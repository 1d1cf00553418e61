/* expand.c -- the file with everything written out that was left to defaults and inference. */
#include <string.h>

#include "expand.h"

void expand_decl(Expand *x, Edits *e, const Decl *d)
{
    switch (d->kind) {
    case DECL_PARAM:
        expand_param(x, e, d);
        break;
    case DECL_LET:
        expand_let(x, e, d);
        break;
    case DECL_BLOCK:
        expand_block(x, e, d);
        break;
    case DECL_MODEL:
        expand_body(x, e, d);
        break;
    case DECL_DATA: case DECL_TRAIN: case DECL_OBSERVE:
        expand_section(x, e, d);
        break;
    default:
        break;
    }
}

/* The canonical form of what the edits made. */
static char *reformat(const Edits *e, Session *s)
{
    const char *text = edit_apply(e, 0, e->source->size);
    const Source *expanded = source_from_text(e->source->path, text, strlen(text), s->arena);
    Session again = { s->arena, intern_new(s->arena), diag_new(s->arena), s->vocabulary };
    const File *file = parse(expanded, &again);

    if (diag_errors(again.diag)) {
        diag_print(again.diag, DIAG_TEXT, false, stderr);
        bug("an expanded file does not parse");
    }
    return format(file, s->arena);
}

char *expand_file(const Model *model, Session *s)
{
    const File *file = model->file;
    Expand x = { .s = s, .model = model };
    Edits e = { .arena = s->arena, .source = file->source };

    expand_find_places(&x);
    edit_drop_notes(&e, file);
    expand_imports(&x, &e);
    for (const Decl *d = file->decls; d; d = d->next)
        expand_decl(&x, &e, d);
    expand_add_observe(&x, &e);
    return diag_errors(s->diag) ? NULL : reformat(&e, s);
}
