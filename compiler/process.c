/* process.c -- runs other programs: never through a shell, with limits, and clean on a signal. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "language_limits.h"

/* Ends of a program that it may be asked for; those that are ignored (nohup) stay so. */
static sigset_t ends(void)
{
    static const int number[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    struct sigaction now;
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < countof(number); i++)
        if (sigaction(number[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&set, number[i]);
    return set;
}

bool folder_make(Folder *f)
{
    const char *parent = getenv("TMPDIR");
    char *path = f->variable + strlen("TMPDIR=");
    sigset_t held = ends();

    if (!parent || parent[0] != '/')
        parent = "/tmp";
    const int n = snprintf(f->variable, sizeof f->variable, "TMPDIR=%s/netc-XXXXXX", parent);
    sigaddset(&held, SIGCHLD);
    sigaddset(&held, SIGPIPE);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, &held, &f->signals);
    errno = ENAMETOOLONG;
    f->path = n < (int)sizeof f->variable ? mkdtemp(path) : NULL;
    f->entries = f->path ? opendir(f->path) : NULL;
    if (f->entries)
        return true;
    fprintf(stderr, "netc: cannot make a folder in %s: %s\n", parent, strerror(errno));
    folder_remove(f);
    sigprocmask(SIG_SETMASK, &f->signals, NULL);
    return false;
}

/* The compiler makes plain files only. */
void folder_remove(Folder *f)
{
    if (f->entries) {
        rewinddir(f->entries);
        for (struct dirent *entry; (entry = readdir(f->entries));)
            unlinkat(dirfd(f->entries), entry->d_name, 0);
        closedir(f->entries);
    }
    if (f->path) {
        rmdir(f->path);
        sigprocmask(SIG_SETMASK, &f->signals, NULL);
    }
    f->path = NULL;
    f->entries = NULL;
}

void folder_file(const Folder *f, const char *name, char *path, size_t room)
{
    snprintf(path, room, "%s/%s", f->path, name);
}

void process_word(Process *p, Arena *a, const char *word)
{
    arena_push(a, p->word, p->n, word);
    p->word = arena_grow(a, p->word, (size_t)p->n, sizeof *p->word);
    p->word[p->n] = NULL;
}

void process_print(const Process *p, FILE *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_=+./,:@%";

    for (int i = 0; i < p->n; i++) {
        const char *w = p->word[i];
        fputs(i > 0 ? " " : "", out);
        if (*w && w[strspn(w, plain)] == '\0') {
            fputs(w, out);
            continue;
        }
        putc('\'', out);
        for (; *w; w++)
            fputs(*w == '\'' ? "'\\''" : (const char[]){ *w, '\0' }, out);
        putc('\'', out);
    }
    putc('\n', out);
}

static void limit(enum __rlimit_resource resource, int64_t most)
{
    struct rlimit r;

    if (getrlimit(resource, &r) != 0 || (r.rlim_cur != RLIM_INFINITY && r.rlim_cur <= (rlim_t)most))
        return;
    r.rlim_cur = (rlim_t)most;
    setrlimit(resource, &r);
}

/* What the child does; it never returns.  127: the program could not be started. */
NORETURN static void become(const Process *p, const Folder *f, char *const *environment)
{
    char *words[p->n + 1];

    limit(RLIMIT_AS, LIMIT_CC_BYTES);
    limit(RLIMIT_CPU, LIMIT_CC_SECONDS);
    limit(RLIMIT_FSIZE, LIMIT_CC_OUTPUT_BYTES);
    memcpy(words, p->word, sizeof words);
    setpgid(0, 0);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, &f->signals, NULL);
    const int log = chdir(f->path) == 0 ? open(p->log, O_WRONLY | O_CREAT | O_EXCL, 0600) : -1;
    if (log >= 0 && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0)
        execve(words[0], words, environment);
    _exit(127);
}

/* Takes note of the children that have ended; how many still run. */
static int collect(Process *const *p, int n)
{
    int running = 0;

    for (int i = 0; i < n; i++) {
        if (p[i]->pid > 0 && waitpid(p[i]->pid, &p[i]->status, WNOHANG) != 0)
            p[i]->pid = 0;
        running += p[i]->pid > 0;
    }
    return running;
}

int processes_run(Process *const *p, int n, const Folder *f, char *const *environment)
{
    sigset_t waited = ends();
    int end = 0;

    sigaddset(&waited, SIGCHLD);
    fflush(NULL);
    for (int i = 0; i < n; i++) {
        p[i]->status = 127 << 8;
        p[i]->pid = fork();
        if (p[i]->pid == 0)
            become(p[i], f, environment);
    }
    while (collect(p, n) > 0) {
        const int number = sigwaitinfo(&waited, NULL);
        if (number <= 0 || number == SIGCHLD)
            continue;
        end = number;
        for (int i = 0; i < n; i++)
            if (p[i]->pid > 0)
                kill(-p[i]->pid, SIGKILL);
    }
    return end;
}

void process_show(const Process *p, const Folder *f)
{
    const int log = openat(dirfd(f->entries), p->log, O_RDONLY | O_CLOEXEC);
    char piece[4096];

    for (ssize_t n; log >= 0 && (n = read(log, piece, sizeof piece)) > 0;)
        fwrite(piece, 1, (size_t)n, stderr);
    if (log >= 0)
        close(log);
}

static bool can_run(const char *path)
{
    struct stat status;

    return access(path, X_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

const char *program_find(const char *name, Arena *a)
{
    const char *at = getenv("PATH");

    if (strchr(name, '/'))
        return can_run(name) ? realpath(name, arena_alloc(a, FOLDER_PATH + 1)) : NULL;
    while (at && *at) {
        const int n = (int)strcspn(at, ":");
        const char *path = arena_printf(a, "%.*s/%s", n, at, name);
        if (n > 0 && at[0] == '/' && can_run(path))
            return path;
        at += n + (at[n] == ':');
    }
    return NULL;
}
