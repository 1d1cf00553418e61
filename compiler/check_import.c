/* check_import.c -- brings in the declarations of other files. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "language_limits.h"

/* The files from the one being read back to the main one. */
typedef struct Importer {
    const char *path;               /* without links and dots, so that equal files are equal */
    Span at;                        /* of the import that led to it */
    const struct Importer *outer;
    int depth;
} Importer;

typedef struct {
    Checker *c;
    Map read;                       /* real path to File */
} Import;

static void follow(Import *im, File *file, const Importer *from);

static const char *real_path(const char *path, Session *s)
{
    char *resolved = realpath(path, NULL);
    Str name = intern(s->names, resolved ? resolved : path);

    free(resolved);
    return name;
}

/* Relative to the file that imports. */
static const char *path_from(const Source *importer, const char *path, Arena *a)
{
    const char *slash = strrchr(importer->path, '/');

    if (*path == '/' || !slash)
        return path;
    return arena_printf(a, "%.*s%s", (int)(slash - importer->path + 1), importer->path, path);
}

static bool is_cycle(Import *im, const Decl *d, const char *path, const Importer *from)
{
    const Importer *i = from;

    while (i && i->path != path)
        i = i->outer;
    if (!i)
        return false;
    Message *m = diag_error(im->c->s->diag, MSG_IMPORT_CYCLE, d->at,
                            "'%s' imports itself%s", d->name, i == from ? "" : " through others");
    for (i = from; i->outer && i->path != path; i = i->outer)
        diag_note(m, i->at, "imported here");
    return true;
}

static File *read_file(Import *im, const Decl *d, const char *path, const Importer *from)
{
    Session *s = im->c->s;
    const char *why = NULL;
    Source *source = source_read(path, s->arena, &why);

    if (!source) {
        diag_error(s->diag, MSG_IMPORT_FILE, d->name_at, "%s", why);
        return NULL;
    }
    source->importer = d->at.source;
    File *file = parse(source, s);
    im->c->lost = im->c->lost || file->lost;
    const Importer here = { real_path(path, s), d->at, from, from->depth + 1 };
    map_put(&im->read, here.path, file, s->arena);
    follow(im, file, &here);
    return file;
}

static void import(Import *im, File *file, const Decl *d, const Importer *from)
{
    Session *s = im->c->s;
    const char *path = path_from(file->source, d->name, s->arena);
    const char *real = real_path(path, s);
    File *imported = map_get(&im->read, real);

    if (is_cycle(im, d, real, from))
        return;
    if (!imported && from->depth >= LIMIT_IMPORT_DEPTH) {
        diag_error(s->diag, MSG_IMPORT_DEPTH, d->at, "imports are more than %d files deep",
                   (int)LIMIT_IMPORT_DEPTH);
        return;
    }
    if (!imported)
        imported = read_file(im, d, path, from);
    if (imported)
        arena_push(s->arena, file->imported, file->n_imported, imported);
}

/* Imports first, so that declarations come in the order in which they are evaluated. */
static void follow(Import *im, File *file, const Importer *from)
{
    Checker *c = im->c;

    for (const Decl *d = file->decls; d; d = d->next)
        if (d->kind == DECL_IMPORT)
            import(im, file, d, from);
    for (const Decl *d = file->decls; d; d = d->next)
        if (d->kind == DECL_PARAM || d->kind == DECL_LET || d->kind == DECL_BLOCK)
            arena_push(c->s->arena, c->decl, c->n_decls, d);
}

void check_imports(Checker *c, File *file)
{
    Import im = { .c = c };
    const Importer main_file = { .path = real_path(file->source->path, c->s) };

    follow(&im, file, &main_file);
}
