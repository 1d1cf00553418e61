/* progress.c -- how far a run is, on standard error. */
#include "progress.h"

#include <inttypes.h>
#include <string.h>

#include "figures.h"
#include "report.h"
#include "signals.h"
#include "terminal.h"

enum { COLUMNS = 80, LEAST_BAR = 6, STEP_BAR = 4, MOST_BAR = 30 };
static const double REDRAW = 0.1;   /* seconds between redrawn lines */

void rt_progress_start(rt_progress *p, FILE *out, int64_t first)
{
    *p = (rt_progress){ .out = out, .terminal = out && rt_terminal_is_at(fileno(out)),
                        .utf8 = rt_terminal_has_utf8(), .first = first,
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

/* ---- The line of a terminal -------------------------------------------------------------- */

/* What stands in it from left to right, the bar behind the first; where columns are short, the
 * least wanted goes first. */
typedef enum { EPOCH, DONE, LOSS, ACCURACY, FLOW, RATE, SPEED, LEFT, PIECES } Part;
static const Part wanted[] = { DONE, LOSS, EPOCH, LEFT, ACCURACY, FLOW, RATE, SPEED };

typedef struct {
    char text[PIECES][48];          /* "": left out */
    bool shown[PIECES];
    int bar;                        /* columns */
} Line;

static const char *time_text(char out[24], double seconds)
{
    const int64_t s = (int64_t)seconds;

    if (s >= 3600)
        snprintf(out, 24, "%" PRId64 ":%02d:%02d", s / 3600, (int)(s / 60 % 60), (int)(s % 60));
    else
        snprintf(out, 24, "%d:%02d", (int)(s / 60), (int)(s % 60));
    return out;
}

static const char *speed_text(char out[24], double samples)
{
    if (samples < 9999.5)
        snprintf(out, 24, "%.0f/s", samples);
    else if (samples < 9999.5e3)
        snprintf(out, 24, "%.0fk/s", samples / 1e3);
    else
        snprintf(out, 24, "%.0fM/s", samples / 1e6);
    return out;
}

/* Of the step that has the loss; the flow is that of the last watched one.  Widths that seldom
 * change keep the line still. */
static void describe(Line *l, const rt_run *run, int64_t step, double loss, double accuracy)
{
    const rt_record *r = rt_history_at(&run->history, -1);
    char figure[RT_FIGURE];

    const int digits = snprintf(figure, sizeof figure, "%" PRId64, epochs_of(run));

    snprintf(l->text[EPOCH], sizeof l->text[0], "epoch %*" PRId64 "/%" PRId64, digits,
             step / run->steps_per_epoch + 1, epochs_of(run));
    snprintf(l->text[DONE], sizeof l->text[0], "%3.0f%%",
             100 * (double)(step + 1) / (double)run->steps);
    snprintf(l->text[LOSS], sizeof l->text[0], "loss %-5s",
             isnan(loss) ? "nan" : rt_figure(figure, loss));
    if (!isnan(accuracy))
        snprintf(l->text[ACCURACY], sizeof l->text[0], "acc %4.1f%%", 100 * accuracy);
    if (r && isfinite(rt_flow(run->history.net, r)))
        snprintf(l->text[FLOW], sizeof l->text[0], "flow %-6s",
                 rt_figure(figure, rt_flow(run->history.net, r)));
    snprintf(l->text[RATE], sizeof l->text[0], "lr %s", rt_amount(figure, run->update.rate));
}

static void add_times(Line *l, const rt_progress *p, const rt_run *run, int64_t step, double now)
{
    const double done = (double)(step + 1 - p->first), took = now - p->started;
    char text[24];

    snprintf(l->text[LEFT], sizeof l->text[0], "%s left",
             time_text(text, took * (double)(run->steps - step - 1) / done));
    if (took > 0)
        snprintf(l->text[SPEED], sizeof l->text[0], "%s",
                 speed_text(text, done * (double)run->set->batch / took));
}

/* The last column stays free: a cursor behind it would begin a new line. */
static void fit(Line *l, int columns)
{
    int room = columns - 1 - LEAST_BAR;     /* brackets and blanks are as many as pieces add */

    for (int i = 0; i < PIECES; i++) {
        const Part part = wanted[i];
        const int width = (int)strlen(l->text[part]) + 2;
        if (!l->text[part][0])
            continue;
        if (width > room)
            break;
        l->shown[part] = true;
        room -= width;
    }
    room -= !l->shown[EPOCH];
    l->bar = LEAST_BAR + room - room % STEP_BAR;        /* so that it seldom changes */
    l->bar = room < 0 ? 0 : l->bar < MOST_BAR ? l->bar : MOST_BAR;
}

static void put_bar(const rt_progress *p, double share, int width)
{
    static const char *const eighth[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    const int eighths = (int)(share * width * 8), whole = eighths / 8;

    putc('[', p->out);
    for (int i = 0; i < width; i++) {
        if (!p->utf8)
            putc(i < share * width ? '#' : '.', p->out);
        else
            fputs(i < whole ? "█" : i == whole ? eighth[eighths % 8] : " ", p->out);
    }
    putc(']', p->out);
}

static void put_line(const rt_progress *p, const Line *l, double share)
{
    const char *gap = "";

    putc('\r', p->out);
    for (Part i = 0; i < PIECES; i++) {
        if (i == DONE && l->bar) {
            fprintf(p->out, "%s", *gap ? " " : "");
            put_bar(p, share, l->bar);
            gap = " ";
        }
        if (l->shown[i])
            fprintf(p->out, "%s%s", gap, l->text[i]);
        gap = l->shown[i] ? "  " : gap;
    }
    fputs("\033[K", p->out);
    fflush(p->out);
}

void rt_progress_step(rt_progress *p, const rt_run *run, int64_t step, double loss,
                      double accuracy)
{
    Line l = { .bar = 0 };

    if (!p->terminal)
        return;
    const double now = rt_seconds();
    if (now - p->shown < REDRAW)
        return;
    p->shown = now;
    describe(&l, run, step, loss, accuracy);
    add_times(&l, p, run, step, now);
    fit(&l, rt_terminal_columns(fileno(p->out), COLUMNS));
    put_line(p, &l, (double)(step + 1) / (double)run->steps);
    p->drawn = true;
}

/* ---- Lines of a file or pipe ------------------------------------------------------------- */

/* printf would give a NaN its sign. */
static void put_loss(FILE *out, double loss)
{
    if (isnan(loss))
        fputs("nan", out);
    else
        fprintf(out, "%.4g", loss);
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
