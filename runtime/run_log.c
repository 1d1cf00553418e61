/* run_log.c -- what a run directory keeps of each watched step and each epoch, by line. */
#include "run_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "history_file.h"
#include "json_line.h"
#include "clock.h"

static const char *const name[RT_LOGS] = { [RT_LOG_CSV] = "metrics.csv",
                                           [RT_LOG_METRICS] = "metrics.jsonl",
                                           [RT_LOG_FLOW] = "flow.jsonl",
                                           [RT_LOG_HISTORY] = "history.bin" };

static const char columns[] = "event,step,epoch,lr,loss,accuracy,grad_norm,grad_norm_clipped,"
                              "loss_test,accuracy_test,seconds\n";

static bool cannot(const char *directory, int log, rt_error *e)
{
    return rt_fail(e, "%s/%s: %s", directory, name[log], errno ? strerror(errno)
                                                               : "cannot be written");
}

double rt_run_log_seconds(const rt_run_log *log)
{
    return log->before + rt_seconds() - log->started;
}

/* ---- Lines ------------------------------------------------------------------------------- */

/* An empty cell where there is no number. */
static void put_cell(FILE *out, double value, char end)
{
    if (!isnan(value))
        fprintf(out, "%.9g", value);
    putc(end, out);
}

static void put_csv_step(FILE *out, const rt_record *r, double accuracy, double seconds)
{
    fprintf(out, "step,%" PRId64 ",%" PRId64 ",", r->step, r->epoch);
    put_cell(out, r->rate, ',');
    put_cell(out, r->loss, ',');
    put_cell(out, accuracy, ',');
    put_cell(out, r->norm_before, ',');
    put_cell(out, r->norm_after, ',');
    fprintf(out, ",,%.3f\n", seconds);
    fflush(out);
}

static void put_csv_epoch(FILE *out, const rt_epoch *x, double seconds)
{
    fprintf(out, "epoch,%" PRId64 ",%" PRId64 ",,", x->step, x->epoch);
    put_cell(out, x->loss_train, ',');
    put_cell(out, x->accuracy_train, ',');
    fputs(",,", out);
    put_cell(out, x->loss_test, ',');
    put_cell(out, x->accuracy_test, ',');
    fprintf(out, "%.3f\n", seconds);
    fflush(out);
}

static void put_json_step(FILE *out, const rt_record *r, double accuracy, double seconds)
{
    rt_json j;

    rt_json_begin(&j, out, "step");
    rt_json_integer(&j, "step", r->step);
    rt_json_integer(&j, "epoch", r->epoch);
    rt_json_number(&j, "lr", r->rate);
    rt_json_measured(&j, NULL, "loss", r->loss);
    rt_json_number(&j, "accuracy", accuracy);
    rt_json_measured(&j, NULL, "grad_norm", r->norm_before);
    rt_json_measured(&j, NULL, "grad_norm_clipped", r->norm_after);
    rt_json_bool(&j, "clipped", r->clipped);
    rt_json_lost(&j, "nonfinite");
    rt_json_number(&j, "seconds", round(seconds * 1000) / 1000);
    rt_json_end(&j);
}

static void put_json_epoch(FILE *out, const rt_history *h, double seconds)
{
    const rt_epoch *x = &h->epoch[h->n_epochs - 1];
    rt_json j;

    rt_json_begin(&j, out, "epoch");
    rt_json_integer(&j, "epoch", x->epoch);
    rt_json_integer(&j, "step", x->step);
    rt_json_number(&j, "loss_train", x->loss_train);
    rt_json_number(&j, "loss_test", x->loss_test);
    rt_json_number(&j, "accuracy_train", x->accuracy_train);
    rt_json_number(&j, "accuracy_test", x->accuracy_test);
    rt_json_number(&j, "seconds", round(seconds * 1000) / 1000);
    rt_json_end(&j);
}

/* Whether all that was written has got there. */
static bool is_written(const rt_run_log *log, const char *directory, rt_error *e)
{
    for (int i = 0; i < RT_LOGS; i++)
        if (ferror(log->out[i]))
            return cannot(directory, i, e);
    return true;
}

bool rt_run_log_step(rt_run_log *log, const char *directory, const rt_history *h, double accuracy,
                     rt_error *e)
{
    const rt_record *r = rt_history_at(h, -1);
    const rt_style style = { .out = log->out[RT_LOG_FLOW], .full = true, .width = 80 };
    const double seconds = rt_run_log_seconds(log);

    errno = 0;
    put_csv_step(log->out[RT_LOG_CSV], r, accuracy, seconds);
    put_json_step(log->out[RT_LOG_METRICS], r, accuracy, seconds);
    log->flow->step(h, &style);
    rt_history_file_record(log->out[RT_LOG_HISTORY], h->net, r, seconds);
    return is_written(log, directory, e);
}

bool rt_run_log_epoch(rt_run_log *log, const char *directory, const rt_history *h, rt_error *e)
{
    const rt_epoch *x = &h->epoch[h->n_epochs - 1];
    const double seconds = rt_run_log_seconds(log);

    errno = 0;
    put_csv_epoch(log->out[RT_LOG_CSV], x, seconds);
    put_json_epoch(log->out[RT_LOG_METRICS], h, seconds);
    rt_history_file_epoch(log->out[RT_LOG_HISTORY], x, seconds);
    return is_written(log, directory, e);
}

bool rt_run_log_sync(rt_run_log *log, const char *directory, rt_error *e)
{
    for (int i = 0; i < RT_LOGS; i++) {
        errno = 0;
        if (fflush(log->out[i]) != 0 || ferror(log->out[i]) || fdatasync(fileno(log->out[i])) != 0)
            return cannot(directory, i, e);
    }
    return true;
}

/* ---- Opening ----------------------------------------------------------------------------- */

static bool open_log(rt_run_log *log, const char *directory, int i, const char *mode, rt_error *e)
{
    char *path;

    if (asprintf(&path, "%s/%s", directory, name[i]) < 0)
        return rt_fail(e, "%s: out of memory", directory);
    errno = 0;
    log->out[i] = fopen(path, mode);
    free(path);
    return log->out[i] || cannot(directory, i, e);
}

bool rt_run_log_new(rt_run_log *log, const char *directory, const rt_writer *flow,
                    const rt_net *net, rt_error *e)
{
    *log = (rt_run_log){ .flow = flow, .started = rt_seconds() };
    for (int i = 0; i < RT_LOGS; i++)
        if (!open_log(log, directory, i, "wxe", e))
            return false;
    fputs(columns, log->out[RT_LOG_CSV]);
    rt_history_file_begin(log->out[RT_LOG_HISTORY], net);
    return rt_run_log_sync(log, directory, e);
}

/* The line's number behind `key`, or -1. */
static int64_t number_behind(const char *line, const char *key)
{
    const char *at = strstr(line, key);

    return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

/* The step of a line of one, or -1. */
static int64_t step_of(const char *line)
{
    if (!strncmp(line, "step,", 5))
        return strtoll(line + 5, NULL, 10);
    return strncmp(line, "{\"event\":\"step\",", 16) ? -1 : number_behind(line, "\"step\":");
}

/* Is the line whole, and of what came before the position? */
static bool is_line_before(const char *line, size_t length, const rt_position *at)
{
    if (length == 0 || line[length - 1] != '\n')
        return false;
    if (step_of(line) >= 0)
        return step_of(line) < at->step;
    if (!strncmp(line, "epoch,", 6))
        return number_behind(line + 6, ",") < at->epochs;
    if (!strncmp(line, "{\"event\":\"epoch\",", 17))
        return number_behind(line, "\"epoch\":") < at->epochs;
    return !strcmp(line, columns);
}

/* Bytes up to the first line that does not stand before the position.  *last: the last step in
 * them, or -1. */
static int64_t measure_lines(FILE *in, const rt_position *at, int64_t *last)
{
    char *line = NULL;
    size_t room = 0;
    int64_t length = 0;

    *last = -1;
    for (ssize_t n; (n = getline(&line, &room, in)) > 0; length += n) {
        if (!is_line_before(line, (size_t)n, at))
            break;
        const int64_t step = step_of(line);
        *last = step >= 0 ? step : *last;
    }
    free(line);
    return length;
}

static bool cut_log(rt_run_log *log, const char *directory, int i, int64_t length, rt_error *e)
{
    errno = 0;
    if (ftruncate(fileno(log->out[i]), (off_t)length) != 0
        || fseek(log->out[i], (long)length, SEEK_SET) != 0)
        return cannot(directory, i, e);
    return true;
}

/* A log that lacks a step that the history has was cut: what goes on in it would have a gap. */
static bool resume_lines(rt_run_log *log, const char *directory, int i, const rt_position *at,
                         const rt_history *h, rt_error *e)
{
    const rt_record *r = rt_history_at(h, -1);
    int64_t last;
    const int64_t length = measure_lines(log->out[i], at, &last);

    if (r && last < r->step)
        return rt_fail(e, "%s/%s: ends before step %" PRId64 " of the checkpoint", directory,
                       name[i], r->step);
    return cut_log(log, directory, i, length, e);
}

static bool resume_history(rt_run_log *log, const char *directory, const rt_position *at,
                           rt_history *h, rt_error *e)
{
    int64_t length;
    char *path;

    if (asprintf(&path, "%s/%s", directory, name[RT_LOG_HISTORY]) < 0)
        return rt_fail(e, "%s: out of memory", directory);
    const bool ok = rt_history_file_read(path, at, h, &length, &log->before, e);
    free(path);
    return ok && cut_log(log, directory, RT_LOG_HISTORY, length, e);
}

bool rt_run_log_resume(rt_run_log *log, const char *directory, const rt_writer *flow,
                       const rt_position *at, rt_history *h, rt_error *e)
{
    *log = (rt_run_log){ .flow = flow, .started = rt_seconds() };
    for (int i = 0; i < RT_LOGS; i++)
        if (!open_log(log, directory, i, "r+e", e))
            return false;
    if (!resume_history(log, directory, at, h, e))
        return false;
    for (int i = 0; i < RT_LOG_HISTORY; i++)
        if (!resume_lines(log, directory, i, at, h, e))
            return false;
    return true;
}

void rt_run_log_close(rt_run_log *log)
{
    for (int i = 0; i < RT_LOGS; i++)
        if (log->out[i])
            fclose(log->out[i]);
    *log = (rt_run_log){ .flow = NULL };
}
