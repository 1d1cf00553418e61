/* progress.c -- how far a run is, on standard error. */
#include "progress.h"

#include <inttypes.h>
#include <unistd.h>

#include "signals.h"

enum { BAR = 20 };                  /* columns */
static const double REDRAW = 0.1;   /* seconds between redrawn lines */

void rt_progress_start(rt_progress *p, FILE *out)
{
    *p = (rt_progress){ .out = out, .terminal = out && isatty(fileno(out)),
                        .started = rt_seconds() };
}

void rt_progress_clear(rt_progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", p->out);
    p->drawn = false;
}

static int64_t epochs_of(const rt_run *run)
{
    return (run->steps + run->steps_per_epoch - 1) / run->steps_per_epoch;
}

/* printf would give a NaN its sign. */
static void put_loss(FILE *out, double loss)
{
    if (isnan(loss))
        fputs("nan", out);
    else
        fprintf(out, "%.4g", loss);
}

static void put_time(FILE *out, double seconds)
{
    const int64_t s = (int64_t)seconds;

    if (s >= 3600)
        fprintf(out, "%" PRId64 ":%02d:%02d", s / 3600, (int)(s / 60 % 60), (int)(s % 60));
    else
        fprintf(out, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

void rt_progress_step(rt_progress *p, const rt_run *run, int64_t step, double loss)
{
    const double done = (double)(step + 1) / (double)run->steps;

    if (!p->terminal)
        return;
    const double now = rt_seconds();
    if (now - p->shown < REDRAW)
        return;
    p->shown = now;
    fprintf(p->out, "\repoch %" PRId64 "/%" PRId64 " [", step / run->steps_per_epoch + 1,
            epochs_of(run));
    for (int i = 0; i < BAR; i++)
        fputc(i < done * BAR ? '#' : '.', p->out);
    fprintf(p->out, "] %.0f %%  loss ", 100 * done);
    put_loss(p->out, loss);
    fputs("  ", p->out);
    put_time(p->out, (now - p->started) * (1 - done) / done);
    fputs(" left\033[K", p->out);
    fflush(p->out);
    p->drawn = true;
}

void rt_progress_epoch(rt_progress *p, const rt_run *run, const rt_epoch *epoch)
{
    if (!p->out || p->terminal)
        return;
    fprintf(p->out, "epoch %" PRId64 "/%" PRId64 ": loss ", epoch->epoch + 1, epochs_of(run));
    put_loss(p->out, epoch->loss_train);
    if (!isnan(epoch->accuracy_train))
        fprintf(p->out, ", accuracy %.2f%%", 100 * epoch->accuracy_train);
    if (run->data.test.n && !rt_signal()) {
        fputs("; test ", p->out);
        put_loss(p->out, epoch->loss_test);
    }
    if (!isnan(epoch->accuracy_test))
        fprintf(p->out, ", %.2f%%", 100 * epoch->accuracy_test);
    fprintf(p->out, "; %.2f s\n", epoch->seconds);
}
