/* process.h -- runs other programs: never through a shell, with limits, and clean on a signal. */
#ifndef PROCESS_H
#define PROCESS_H

#include <dirent.h>
#include <signal.h>
#include <sys/types.h>

#include "arena.h"

enum { FOLDER_PATH = 4096 };

/* A private folder in TMPDIR.  From folder_make to folder_remove the signals that end a program are
 * held back, so that nothing stays behind. */
typedef struct {
    char variable[FOLDER_PATH];     /* "TMPDIR=/tmp/netc-x1y2z3" */
    const char *path;               /* in it; NULL: there is no folder */
    DIR *entries;                   /* open from the start: emptying it takes no memory */
    sigset_t signals;               /* to be restored */
} Folder;

/* A program to run in the folder. */
typedef struct {
    const char **word;              /* word[0]: the program's path; NULL at the end */
    int n;
    const char *log;                /* in the folder: takes what the program prints */
    pid_t pid;
    int status;                     /* as of waitpid; set by processes_run */
} Process;

bool folder_make(Folder *f);                            /* false after a sentence */
void folder_remove(Folder *f);
void folder_file(const Folder *f, const char *name, char *path, size_t room);

void process_word(Process *p, Arena *a, const char *word);
void process_print(const Process *p, FILE *out);        /* as a shell would read it */

/* Runs all of them at once and waits.  A signal that ends netc ends them too, and is returned;
 * else 0. */
int processes_run(Process *const *p, int n, const Folder *f, char *const *environment);

/* Prints on standard error what the program printed. */
void process_show(const Process *p, const Folder *f);

/* The path of a program, by PATH; NULL: there is none. */
const char *program_find(const char *name, Arena *a);

#endif
