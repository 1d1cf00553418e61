/* median.c -- median N COMMAND...: runs the command N times and prints the median of its wall times in
 * milliseconds.  Fails where the command does. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { MOST = 1000 };

static double milliseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* The wall time of one run, below 0 if it failed. */
static double run(char **command)
{
    posix_spawn_file_actions_t quiet;
    const double started = milliseconds();
    int status;
    pid_t child;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const int error = posix_spawnp(&child, command[0], &quiet, NULL, command, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (error || waitpid(child, &status, 0) != child || status != 0)
        return -1;
    return milliseconds() - started;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double time[MOST];
    const int n = argc > 2 ? atoi(argv[1]) : 0;

    if (n < 1 || n > MOST) {
        fputs("usage: median N COMMAND...\n", stderr);
        return 2;
    }
    for (int i = 0; i < n; i++) {
        time[i] = run(argv + 2);
        if (time[i] < 0) {
            fprintf(stderr, "median: %s failed\n", argv[2]);
            return 1;
        }
    }
    qsort(time, (size_t)n, sizeof time[0], ascending);
    printf("%.1f\n", (time[(n - 1) / 2] + time[n / 2]) / 2);
    return 0;
}
