/* check.c -- the pass `check`: declarations and sections, everything but the model's statements. */
#include "check.h"

#include <string.h>

/* "path/to/deep-net.net" is called "deep_net". */
static Str model_name(const File *file, Session *s)
{
    const char *slash = strrchr(file->source->path, '/');
    const char *stem = slash ? slash + 1 : file->source->path;
    const char *dot = strrchr(stem, '.');
    const size_t n = dot && dot != stem ? (size_t)(dot - stem) : strlen(stem);
    char *name = arena_printf(s->arena, "%s%.*s", *stem >= '0' && *stem <= '9' ? "_" : "", (int)n,
                              stem);

    for (char *c = name; *c; c++) {
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (!letter && !(*c >= '0' && *c <= '9'))
            *c = '_';
    }
    return intern(s->names, *name ? name : "model");
}

/* ---- Sections ---- */

typedef void SectionRule(Checker *c, const Decl *d);

static void check_model(Checker *c, const Decl *d)
{
    c->model->unit = arena_new_of(c->s->arena, Unit);
    c->model->unit->name = intern(c->s->names, "model");
    c->model->unit->at = d->at;
}

/* In the order in which they are checked: expect and observe know the rest. */
static const struct { DeclKind kind; const char *word; SectionRule *rule; } sections[] = {
    { DECL_DATA, "data", check_data },          { DECL_MODEL, "model", check_model },
    { DECL_TRAIN, "train", check_train },       { DECL_OBSERVE, "observe", check_observe },
    { DECL_EXPECT, "expect", check_expect },    { DECL_SWEEP, "sweep", check_sweep },
};

static void check_section(Checker *c, const File *file, size_t k)
{
    const Decl *first = NULL;

    for (const Decl *d = file->decls; d; d = d->next) {
        if (d->kind != sections[k].kind)
            continue;
        if (first) {
            Message *m = diag_error(c->s->diag, MSG_DUPLICATE_SECTION, d->at,
                                    "a second '%s' section", sections[k].word);
            diag_note(m, first->at, "the first one is here");
            continue;
        }
        first = d;
        sections[k].rule(c, d);
    }
}

/* What holds where a section is left out: the defaults of its settings. */
static void set_defaults(Model *m, Session *s)
{
    m->settings = (Settings){ .batch = 32, .epochs = 10, .seed = 1, .shuffle = true,
                              .on_nonfinite = intern(s->names, "stop") };
    m->data = (Data){ .scale = 1 };
    m->observe = (Observe){ .every = 50, .histograms = true };
}

Model *check(File *file, const Define *define, int n_defines, Session *s)
{
    Checker c = { .s = s, .define = define, .n_defines = n_defines };

    c.model = arena_new_of(s->arena, Model);
    c.globals = arena_new_of(s->arena, Globals);
    c.globals->scope = scope_new(NULL, s->arena);
    c.model->globals = c.globals;
    c.model->file = file;
    c.model->name = model_name(file, s);
    set_defaults(c.model, s);
    check_imports(&c, file);
    if (file->lost || c.lost)       /* what is missing would be missed again and again */
        return c.model;
    c.globals->scope->all->broken = diag_errors(s->diag) > 0;
    for (const Decl *d = file->decls; d; d = d->next)
        if (d->kind == DECL_ALLOW)
            check_allow(&c, d);
    check_declarations(&c);
    for (size_t k = 0; k < countof(sections); k++)
        check_section(&c, file, k);
    return c.model;
}
