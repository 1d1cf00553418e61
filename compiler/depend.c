/* depend.c -- the files that a source is made of, also as a rule for make (-MD). */
#include "depend.h"

#include <string.h>

#include "output.h"

/* As make reads it: blanks and # are escaped by a backslash, a dollar is doubled. */
static char *make_word(const char *path, Arena *a)
{
    char *word = arena_alloc(a, 2 * strlen(path) + 1), *p = word;

    for (; *path; path++) {
        if (strchr(" \t#\\", *path))
            *p++ = '\\';
        if (*path == '$')
            *p++ = '$';
        *p++ = *path;
    }
    return word;
}

/* Each file once, though two may import it. */
static void collect(const File *f, Arena *a, const char ***list, int *n)
{
    for (int i = 0; i < *n; i++)
        if (strcmp((*list)[i], f->source->path) == 0)
            return;
    arena_push(a, *list, *n, f->source->path);
    for (int i = 0; i < f->n_imported; i++)
        collect(f->imported[i], a, list, n);
}

/* "dir/deep.d" for dir/deep and dir/deep.c */
static const char *rule_path(const char *output, Arena *a)
{
    const char *slash = strrchr(output, '/'), *base = slash ? slash + 1 : output;
    const char *dot = strrchr(base, '.');

    return arena_printf(a, "%.*s.d", (int)(dot && dot > base ? dot - output : (long)strlen(output)),
                        output);
}

const char *const *depend_sources(const File *file, Arena *a)
{
    const char **list = NULL;
    int n = 0;

    collect(file, a, &list, &n);
    arena_push(a, list, n, NULL);
    return list;
}

bool depend_write(const File *file, const char *output, Arena *a)
{
    const char *const *list = depend_sources(file, a);
    const char *rule = arena_printf(a, "%s:", make_word(output, a));

    for (int i = 0; list[i]; i++)
        rule = arena_printf(a, "%s %s", rule, make_word(list[i], a));
    rule = arena_printf(a, "%s\n", rule);
    return output_text(rule_path(output, a), list, rule, strlen(rule));
}
