/* verb_run.c -- netc run exp.net [arguments]: compiles, and becomes the program. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "verbs.h"

extern char **environ;

/* The file is open, so its folder can go before the program starts: nothing stays behind, however
 * the program ends. */
static int become(const char *path, Folder *folder, const Options *o, Arena *a)
{
    const char **word = NULL;
    int n = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    folder_remove(folder);
    arena_push(a, word, n, o->file[0]);
    for (char **p = o->rest; *p; p++)
        arena_push(a, word, n, *p);
    arena_push(a, word, n, NULL);
    fflush(NULL);
    if (file >= 0)
        fexecve(file, (char *const *)word, environ);
    fprintf(stderr, "netc: cannot run the program: %s\n", strerror(errno));
    return EXIT_INTERNAL;
}

/* The program's own --data is also where its forecast looks for them. */
static const char *data_of(const Options *o)
{
    const char *data = o->data;

    for (char **word = o->rest; *word; word++)
        if (strcmp(*word, "--data") == 0 && word[1])
            data = word[1];
        else if (strncmp(*word, "--data=", 7) == 0)
            data = *word + 7;
    return data;
}

int verb_run(const Options *o, Arena *a, Folder *folder)
{
    Session session;
    Compilation c;
    char path[FOLDER_PATH + 16];

    if (!session_open(o->file[0], o, a, &session, &c))
        return EXIT_SOURCE;
    c.data = data_of(o);
    if (!build_c(&c, &session, o))
        return EXIT_SOURCE;
    if (!folder_make(folder))
        return EXIT_INTERNAL;
    folder_file(folder, "program", path, sizeof path);
    const int status = build_product(&c, &session, o, path);
    if (status == EXIT_FINE && !o->dry_run)
        return become(path, folder, o, a);
    return status;
}
