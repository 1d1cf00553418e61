/* median.c -- median N COMMAND...: runs the command N times and prints the medians of its wall time and
 * of its processor time in milliseconds, and its largest resident memory in MiB.  Fails where the
 * command does. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { MOST = 1000 };

typedef struct {
    double wall[MOST], cpu[MOST];
    double memory;                  /* MiB */
} Times;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double milliseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec * 1e-3;
}

/* Run i of the command, its output thrown away. */
static int run(char **command, Times *times, int i)
{
    posix_spawn_file_actions_t quiet;
    struct rusage used;
    const double started = now();
    int status;
    pid_t child;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const int error = posix_spawnp(&child, command[0], &quiet, NULL, command, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (error || wait4(child, &status, 0, &used) != child || status != 0)
        return 0;
    times->wall[i] = now() - started;
    if ((double)used.ru_maxrss / 1024 > times->memory)
        times->memory = (double)used.ru_maxrss / 1024;
    times->cpu[i] = milliseconds(used.ru_utime) + milliseconds(used.ru_stime);
    return 1;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *time, int n)
{
    qsort(time, (size_t)n, sizeof time[0], ascending);
    return (time[(n - 1) / 2] + time[n / 2]) / 2;
}

int main(int argc, char **argv)
{
    static Times times;
    const int n = argc > 2 ? atoi(argv[1]) : 0;

    if (n < 1 || n > MOST) {
        fputs("usage: median N COMMAND...\n", stderr);
        return 2;
    }
    for (int i = 0; i < n; i++) {
        if (!run(argv + 2, &times, i)) {
            fprintf(stderr, "median: %s failed\n", argv[2]);
            return 1;
        }
    }
    printf("%.2f %.2f %.0f\n", median(times.wall, n), median(times.cpu, n), times.memory);
    return 0;
}
