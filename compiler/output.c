/* output.c -- a file that is written whole or not at all. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *name, const char *why)
{
    fprintf(stderr, "netc: cannot write %s: %s\n", name, why);
    return false;
}

static bool same_file(const struct stat *a, const char *path)
{
    struct stat b;

    return path && stat(path, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* mkstemp makes files of mode 0600; an output has the mode of the file that it replaces, or of any
 * new file. */
static bool make_temporary(Output *o, const struct stat *old)
{
    const mode_t mask = umask(0);

    umask(mask);
    snprintf(o->temporary, sizeof o->temporary, "%s.XXXXXX", o->path);
    const int file = mkstemp(o->temporary);
    if (file < 0) {
        o->temporary[0] = '\0';
        return fail(o->name, strerror(errno));
    }
    fchmod(file, old ? old->st_mode & 0777 : 0666 & ~mask);
    close(file);
    return true;
}

/* Absolute, and through links, so that a link stays one. */
static bool set_path(Output *o)
{
    char folder[OUTPUT_PATH] = "";

    if (realpath(o->name, o->path))
        return true;
    if (o->name[0] != '/' && !getcwd(folder, sizeof folder))
        return fail(o->name, strerror(errno));
    const char *slash = folder[0] ? "/" : "";
    const int n = snprintf(o->path, sizeof o->path, "%s%s%s", folder, slash, o->name);
    return (n > 0 && n < OUTPUT_PATH) || fail(o->name, strerror(ENAMETOOLONG));
}

bool output_start(Output *o, const char *path, const char *const *source)
{
    struct stat old;

    *o = (Output){ .name = path };
    if (strcmp(path, "-") == 0)
        return o->name = "standard output", true;
    if (!set_path(o))
        return false;
    if (stat(o->path, &old) != 0)
        return make_temporary(o, NULL);
    if (S_ISDIR(old.st_mode))
        return fail(path, "it is a directory");
    for (int i = 0; source && source[i]; i++)
        if (same_file(&old, source[i]))
            return fail(path, i ? "it is read for this; name another file with -o"
                                : "it is the source; name another file with -o");
    return S_ISREG(old.st_mode) ? make_temporary(o, &old) : true;
}

/* What is there already is cut off first. */
static bool write_all(FILE *file, const char *name, const char *text, size_t size)
{
    if (!file)
        return fail(name, strerror(errno));
    const bool written = fwrite(text, 1, size, file) == size && fflush(file) == 0;
    const int why = errno;
    const bool closed = file == stdout || fclose(file) == 0;
    if (!written || !closed)
        return fail(name, strerror(written ? errno : why));
    return true;
}

bool output_write(const Output *o, const char *text, size_t size)
{
    if (!o->path[0])
        return write_all(stdout, o->name, text, size);
    return write_all(fopen(o->temporary[0] ? o->temporary : o->path, "w"), o->name, text, size);
}

bool output_finish(const Output *o)
{
    if (!o->temporary[0] || rename(o->temporary, o->path) == 0)
        return true;
    fail(o->name, strerror(errno));
    output_abandon(o);
    return false;
}

void output_abandon(const Output *o)
{
    if (o->temporary[0])
        unlink(o->temporary);
}

bool output_text(const char *path, const char *const *source, const char *text, size_t size)
{
    Output o;

    if (!output_start(&o, path, source))
        return false;
    if (output_write(&o, text, size))
        return output_finish(&o);
    output_abandon(&o);
    return false;
}

static bool has_other_names(const Output *o)
{
    struct stat st;

    return o->temporary[0] && stat(o->path, &st) == 0 && st.st_nlink > 1;
}

/* A file that is renamed into place would leave the other names the old text.  The temporary stays
 * where writing over it fails half way. */
bool output_edit(const char *path, const char *text, size_t size)
{
    Output o;

    if (!output_start(&o, path, NULL))
        return false;
    if (!output_write(&o, text, size)) {
        output_abandon(&o);
        return false;
    }
    if (!has_other_names(&o))
        return output_finish(&o);
    if (!write_all(fopen(o.path, "w"), o.name, text, size)) {
        fprintf(stderr, "netc: the text is in %s\n", o.temporary);
        return false;
    }
    output_abandon(&o);
    return true;
}

bool write_file(const char *path, const char *text, size_t size)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    return write_all(file < 0 ? NULL : fdopen(file, "w"), path, text, size);
}
