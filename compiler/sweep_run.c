/* sweep_run.c -- runs the points of a sweep by make, and tells how far they are. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "runtime/terminal.h"
#include "sweep.h"

typedef struct {
    Sweep *sweep;
    pid_t make;
    double started, work;           /* work: of what had ended by then */
    SweepProgress progress;
} Running;

static bool has_ended(const Point *p) { return p->status < POINT_HALF; }

static double work_done(const Sweep *s)
{
    double sum = 0;

    for (int i = 0; i < s->n_points; i++)
        sum += has_ended(&s->point[i]) ? s->point[i].work : 0;
    return sum;
}

static double work_of_all(const Sweep *s)
{
    double sum = 0;

    for (int i = 0; i < s->n_points; i++)
        sum += s->point[i].work;
    return sum;
}

/* "1:05" */
static const char *clock_text(double seconds, Arena *a)
{
    const long t = seconds > 0 ? (long)(seconds + 0.5) : 0;

    return t >= 3600 ? arena_printf(a, "%ld:%02ld:%02ld", t / 3600, t / 60 % 60, t % 60)
                     : arena_printf(a, "%ld:%02ld", t / 60, t % 60);
}

/* What is left takes as long for its work as what was run just now. */
static const char *left_text(const Running *r)
{
    const double gone = sweep_seconds() - r->started, done = work_done(r->sweep) - r->work;
    const double left = work_of_all(r->sweep) - work_done(r->sweep);

    if (done <= 0 || left <= 0)
        return "";
    return arena_printf(r->sweep->arena, ", about %s left",
                        clock_text(gone * left / done, r->sweep->arena));
}

static void tell(Running *r, bool last)
{
    Sweep *s = r->sweep;
    int ended = 0, failed = 0;

    for (int i = 0; i < s->n_points; i++) {
        ended += has_ended(&s->point[i]);
        failed += has_ended(&s->point[i]) && s->point[i].status != POINT_DONE;
    }
    const char *bad = failed ? arena_printf(s->arena, ", %d failed", failed) : "";
    sweep_progress(&r->progress, last, arena_printf(s->arena, "running  %d of %d points%s, %s%s",
                   ended, s->n_points, bad, clock_text(sweep_seconds() - r->started, s->arena),
                   last ? "" : left_text(r)));
}

/* What the child does; it never returns.  Should netc be killed, make is asked to end. */
NORETURN static void become(const Running *r, const char *make, const sigset_t *before)
{
    Sweep *s = r->sweep;
    const char *const word[] = { "make", "--no-print-directory", "-k",
                                 arena_printf(s->arena, "-j%d", s->jobs), "-C", s->folder, NULL };
    const int log = open(sweep_file(s, "make.log", s->arena), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int nothing = open("/dev/null", O_RDONLY);

    setenv("THREADS", arena_printf(s->arena, "%d", s->threads), 1);
    unsetenv("MAKEFLAGS");
    unsetenv("MFLAGS");
    unsetenv("MAKELEVEL");
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_SETMASK, before, NULL);
    if (log >= 0 && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0
        && nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0)
        execv(make, (char *const *)(uintptr_t)word);
    _exit(127);
}

/* What ended stays; of the others the last attempt's failure must not be taken for one of this. */
static void forget_failures(Sweep *s)
{
    sweep_read(s);
    for (int i = 0; i < s->n_points; i++) {
        Point *p = &s->point[i];
        if (p->status < POINT_FAILED || p->status == POINT_REFUSED)
            continue;
        unlink(arena_printf(s->arena, "%s/logs/%s.log", s->folder, p->name));
        p->status = POINT_WAITING;
        p->why = NULL;
    }
}

/* Takes a look at the points that have not ended. */
static void look(Running *r)
{
    for (int i = 0; i < r->sweep->n_points; i++)
        if (!has_ended(&r->sweep->point[i]))
            sweep_read_point(r->sweep, &r->sweep->point[i]);
}

/* Its points have a line each in their logs; what make itself has to say stands in its own. */
static void explain(const Sweep *s, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        fputs("netc: make could not be run\n", stderr);
    else if (WIFSIGNALED(status))
        fprintf(stderr, "netc: make was ended by signal %d; %s/make.log\n", WTERMSIG(status),
                s->folder);
}

static int watch(Running *r)
{
    static const double pause = 0.3;    /* seconds from one look at the points to the next */
    int end = 0, status = 0;

    while (waitpid(r->make, &status, WNOHANG) == 0) {
        const int number = sweep_wait(pause);
        if (number)
            kill(r->make, SIGTERM);     /* which it hands on to every program */
        end = end ? end : number;
        look(r);
        const ArenaMark mark = arena_mark(r->sweep->arena);
        tell(r, false);
        arena_release(r->sweep->arena, mark);
    }
    look(r);
    tell(r, true);
    if (!end)
        explain(r->sweep, status);
    return end;
}

int sweep_run(Sweep *s, const sigset_t *before)
{
    Running r = { .sweep = s, .progress.redraws = rt_terminal_is_at(STDERR_FILENO) };
    const char *make = program_find("make", s->arena);

    if (!make) {
        fputs("netc: there is no make; install it (the Debian package is make)\n", stderr);
        return 0;
    }
    forget_failures(s);
    r.started = r.progress.told = sweep_seconds();
    r.work = work_done(s);
    fflush(NULL);
    r.make = fork();
    if (r.make == 0)
        become(&r, make, before);
    if (r.make > 0)
        return watch(&r);
    fprintf(stderr, "netc: make could not be run: %s\n", strerror(errno));
    return 0;
}
