/* run_numbered.c -- checkpoints under the numbers of their steps, of which the newest are kept. */
#include "run_numbered.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number in a name, or -1: it is another file's. */
static int64_t number_of(const char *name)
{
    char whole[64];
    const int64_t step = strncmp(name, "step-", 5) ? -1 : strtoll(name + 5, NULL, 10);

    snprintf(whole, sizeof whole, RT_NUMBERED, step);
    return step >= 0 && !strcmp(name, whole) ? step : -1;
}

/* Whether as many in the list are newer. */
static bool is_old(struct dirent *const *entry, int n, int64_t step, int64_t last, int64_t keep)
{
    for (int i = 0; i < n; i++) {
        const int64_t other = number_of(entry[i]->d_name);
        keep -= other > step && other <= last;
    }
    return keep <= 0;
}

static void remove_in(const char *directory, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/checkpoints/%s", directory, name) < 0)
        return;
    unlink(path);
    free(path);
}

void rt_numbered_thin(const char *directory, int64_t step, int64_t keep)
{
    struct dirent **entry = NULL;
    char *path;

    if (asprintf(&path, "%s/checkpoints", directory) < 0)
        return;
    const int n = scandir(path, &entry, NULL, NULL);
    for (int i = 0; i < n; i++) {
        const int64_t number = number_of(entry[i]->d_name);
        if (number > step || (number >= 0 && is_old(entry, n, number, step, keep)))
            remove_in(directory, entry[i]->d_name);
    }
    for (int i = 0; i < n; i++)
        free(entry[i]);
    free(entry);
    free(path);
}
