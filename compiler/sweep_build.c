/* sweep_build.c -- compiles the programs of a sweep, several at once, each in its own process. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "build.h"
#include "runtime/terminal.h"
#include "sweep.h"

double sweep_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Redrawn on a terminal; else a line each ten seconds, and the last. */
void sweep_progress(SweepProgress *p, bool last, const char *text)
{
    static const double pause = 10;
    const double now = sweep_seconds();

    if (p->redraws)     /* a line that wraps could not be redrawn */
        fprintf(stderr, "\r\033[K%.*s%s", rt_terminal_columns(STDERR_FILENO, 80) - 1, text,
                last ? "\n" : "");
    else if (last || now - p->told >= pause)
        fprintf(stderr, "%s\n", text);
    else
        return;
    fflush(stderr);
    p->told = now;
}

/* Held back, even a signal that is ignored (nohup, a job in the background) would be waited for. */
static void ends(sigset_t *set)
{
    static const int end[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action;

    sigemptyset(set);
    for (size_t i = 0; i < countof(end); i++)
        if (sigaction(end[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(set, end[i]);
}

void sweep_hold_signals(sigset_t *before)
{
    sigset_t held;

    ends(&held);
    sigaddset(&held, SIGCHLD);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, &held, before);
}

int sweep_wait(double seconds)
{
    const time_t whole = (time_t)seconds;
    const struct timespec most = { whole, (long)(1e9 * (seconds - (double)whole)) };
    sigset_t waited;

    ends(&waited);
    sigaddset(&waited, SIGCHLD);
    const int number = sigtimedwait(&waited, NULL, &most);
    return number > 0 && number != SIGCHLD ? number : 0;
}

static const char *file_of(const Sweep *s, int program)
{
    return arena_printf(s->arena, "%s/bin/%d", s->folder, program + 1);
}

/* What the child does; its exit status. */
static int compile(const Sweep *s, int program, const char *file)
{
    const Point *p = &s->point[s->program[program].point];
    Session session;
    Compilation c;

    if (!sweep_check(s, p->choice, true, &session, &c))
        return EXIT_SOURCE;
    compile_plan(&c, &session);
    compile_forecast(&c, &session);
    compile_emit(&c, &session);
    compile_notes(&c, &session);
    return build_within_limit(&c) ? build_product(&c, &session, s->options, file) : EXIT_SOURCE;
}

typedef struct {
    Sweep *sweep;
    const sigset_t *before;
    pid_t *child;                   /* by program; 0: none */
    int running, done, end;         /* end: the signal that came */
    SweepProgress progress;
} Building;

static void start(Building *b, int program, const char *file)
{
    fflush(NULL);
    b->child[program] = fork();
    if (b->child[program] == 0) {
        sigprocmask(SIG_SETMASK, b->before, NULL);
        _exit(compile(b->sweep, program, file));
    }
    b->running += b->child[program] > 0;
}

/* The points of a program that the C compiler refused. */
static void refuse(Sweep *s, int program)
{
    for (int i = 0; i < s->n_points; i++)
        if (s->point[i].program == program) {
            s->point[i].status = POINT_REFUSED;
            s->point[i].why = "its program could not be compiled";
        }
    fprintf(stderr, "netc: bin/%d was not compiled: point %s (%s) needs it\n", program + 1,
            s->point[s->program[program].point].name,
            sweep_describe(s, &s->point[s->program[program].point], s->arena));
}

static void collect(Building *b)
{
    for (int i = 0, status; i < b->sweep->n_programs; i++) {
        if (b->child[i] <= 0 || waitpid(b->child[i], &status, WNOHANG) <= 0)
            continue;
        b->child[i] = 0;
        b->running--;
        b->done++;
        if (!b->end && (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_FINE))
            refuse(b->sweep, i);
    }
}

static void wait_one(Building *b)
{
    const int number = sweep_wait(1);

    for (int i = 0; number && i < b->sweep->n_programs; i++)
        if (b->child[i] > 0)
            kill(b->child[i], number);
    b->end = b->end ? b->end : number;
    collect(b);
}

static void tell(Building *b, bool last)
{
    Sweep *s = b->sweep;

    sweep_progress(&b->progress, last, arena_printf(s->arena, "compiling  %d of %d programs",
                                                    b->done, s->n_programs));
}

int sweep_build(Sweep *s, const sigset_t *before)
{
    Building b = { .sweep = s, .before = before,
                   .progress.redraws = rt_terminal_is_at(STDERR_FILENO),
                   .child = arena_array(s->arena, pid_t, s->n_programs) };
    int built = 0;

    b.progress.told = sweep_seconds();
    for (int i = 0; i < s->n_programs && !b.end; i++) {
        const char *file = file_of(s, i);
        if (access(file, X_OK) == 0) {
            b.done++;
            continue;
        }
        while (b.running >= s->jobs && !b.end)
            wait_one(&b);
        if (!b.end)
            start(&b, i, file);
        built++;
        tell(&b, false);
    }
    while (b.running > 0)
        wait_one(&b);
    if (built > 0)
        tell(&b, true);
    return b.end;
}
