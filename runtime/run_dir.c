/* run_dir.c -- the directory that a run leaves: run.json, logs, checkpoints. */
#include "run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "clock.h"
#include "run_events.h"
#include "run_facts.h"
#include "run_log.h"
#include "run_numbered.h"
#include "run_place.h"
#include "snapshot.h"

static const double PAUSE = 10;     /* seconds from one checkpoint to the next, at ends of epochs */

struct rt_run_dir {
    char *path, *last, *best_path;
    int lock;                       /* the directory, open */
    int64_t every, numbered;
    rt_run_log log;
    rt_run_events events;
    rt_run_facts facts;
    rt_best best;
    char *weights;                  /* of the best epoch ... */
    int64_t weights_step;
    bool unsaved;                   /* ... which are in no file */
    bool told;                      /* that no checkpoint is written */
    bool broken;                    /* a log lacks a line: no checkpoint may be ahead of it */
    double saved;                   /* when, in seconds of the clock */
};

static bool cannot(const char *path, const char *what, rt_error *e)
{
    return rt_fail(e, "%s: %s: %s", path, what, strerror(errno));
}

static bool name_files(rt_run_dir *d, const char *path)
{
    free(d->path);
    free(d->last);
    free(d->best_path);
    d->events.directory = d->path = strdup(path);
    if (asprintf(&d->last, "%s/checkpoints/last.safetensors", path) < 0)
        d->last = NULL;
    if (asprintf(&d->best_path, "%s/checkpoints/best.safetensors", path) < 0)
        d->best_path = NULL;
    return d->path && d->last && d->best_path;
}

static rt_run_dir *allocate(const rt_keeping *keep, const rt_run *run, const char *path,
                            rt_error *e)
{
    rt_run_dir *d = calloc(1, sizeof *d);

    if (!d || !name_files(d, path)) {
        rt_run_dir_free(d);
        rt_fail(e, "%s: out of memory", path);
        return NULL;
    }
    d->lock = -1;
    d->every = keep->every;
    d->numbered = keep->numbered;
    d->best.loss = INFINITY;
    d->saved = rt_seconds();
    d->weights = rt_alloc(rt_snapshot_size(run), 1, "the best weights", e);
    if (d->weights)
        return d;
    rt_run_dir_free(d);
    return NULL;
}

void rt_run_dir_free(rt_run_dir *d)
{
    if (!d)
        return;
    rt_run_log_close(&d->log);
    rt_run_events_close(&d->events);
    rt_run_facts_free(&d->facts);
    if (d->lock >= 0)
        close(d->lock);
    free(d->weights);
    free(d->path);
    free(d->last);
    free(d->best_path);
    free(d);
}

/* Held until the process ends, however it does. */
static bool lock(rt_run_dir *d, rt_error *e)
{
    d->lock = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (d->lock < 0)
        return cannot(d->path, "cannot be opened", e);
    if (flock(d->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return rt_fail(e, "%s: another process is running in it", d->path);
    return cannot(d->path, "cannot be locked", e);
}

/* ---- A run that begins ------------------------------------------------------------------- */

static bool make_checkpoints(const rt_run_dir *d, rt_error *e)
{
    char *path;

    if (asprintf(&path, "%s/checkpoints", d->path) < 0)
        return rt_fail(e, "%s: out of memory", d->path);
    const bool ok = mkdir(path, 0777) == 0 || cannot(path, "cannot be made", e);
    free(path);
    return ok;
}

static bool fill_new(rt_run_dir *d, const rt_keeping *keep, const rt_run *run, rt_error *e)
{
    const rt_position start = { .nonfinite.layer = -1 };

    return lock(d, e) && make_checkpoints(d, e)
        && rt_run_log_new(&d->log, d->path, keep->flow, &run->net, e)
        && rt_run_events_open(&d->events, d->path, run, NULL, e)
        && rt_snapshot_save(d->last, run, &start, &d->best, e)
        && rt_run_facts_new(&d->facts, run, keep->argc, keep->argv, e)
        && rt_run_facts_write(&d->facts, d->path, "running", -1, 0, e);
}

/* From where it was made to where it belongs. */
static bool move(rt_run_dir *d, rt_place *place, rt_error *e)
{
    return rt_place_take(place, e)
        && (name_files(d, place->path) || rt_fail(e, "%s: out of memory", place->path));
}

rt_run_dir *rt_run_dir_new(const rt_keeping *keep, const rt_run *run, rt_error *e)
{
    rt_run_dir *d = NULL;
    rt_place place;

    if (rt_place_make(&place, keep->path, run->model->name, run->set->seed, e))
        d = allocate(keep, run, place.beside, e);
    if (d && !(fill_new(d, keep, run, e) && move(d, &place, e))) {
        rt_run_dir_free(d);
        d = NULL;
    }
    rt_place_end(&place, d != NULL);
    return d;
}

/* ---- A run that goes on ------------------------------------------------------------------ */

/* "last.safetensors.Ab3dE9": a file that a kill kept from its name. */
static bool is_leftover(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && strlen(dot) == 7
        && (strstr(name, ".safetensors.") || !strncmp(name, "run.json.", 9)
            || !strncmp(name, "summary.json.", 13) || !strncmp(name, "report.html.", 12));
}

static void sweep(const char *path)
{
    DIR *directory = opendir(path);

    for (struct dirent *x; directory && (x = readdir(directory));)
        if (is_leftover(x->d_name))
            unlinkat(dirfd(directory), x->d_name, 0);
    if (directory)
        closedir(directory);
}

static void sweep_all(const rt_run_dir *d)
{
    char *checkpoints;

    sweep(d->path);
    if (asprintf(&checkpoints, "%s/checkpoints", d->path) < 0)
        return;
    sweep(checkpoints);
    free(checkpoints);
}

/* It tells of the end that the run goes on from: before run.json says that it runs. */
static bool drop_summary(const rt_run_dir *d, rt_error *e)
{
    char *path;

    if (asprintf(&path, "%s/summary.json", d->path) < 0)
        return rt_fail(e, "%s: out of memory", d->path);
    const bool ok = unlink(path) == 0 || errno == ENOENT || cannot(path, "cannot be removed", e);
    free(path);
    return ok;
}

static void put_position(rt_run *run, const rt_position *at)
{
    run->history.steps = at->step;
    run->history.clipped_steps = at->clipped;
    run->history.nonfinite = at->nonfinite;
}

static bool take_up(rt_run_dir *d, const rt_keeping *keep, rt_run *run, rt_position *at,
                    rt_error *e)
{
    if (!lock(d, e) || !rt_snapshot_load(d->last, run, at, &d->best, e)
        || !rt_run_facts_resume(&d->facts, d->path, run, at, e))
        return false;
    if (run->steps < at->step)
        return rt_fail(e, "--resume: %" PRId64 " steps are done, more than the %" PRId64
                       " that are asked for", at->step, run->steps);
    sweep_all(d);
    put_position(run, at);
    return rt_run_log_resume(&d->log, d->path, keep->flow, at, &run->history, e)
        && rt_run_events_open(&d->events, d->path, run, at, e) && drop_summary(d, e)
        && rt_run_facts_write(&d->facts, d->path, "running", -1, at->step, e);
}

rt_run_dir *rt_run_dir_resume(const rt_keeping *keep, rt_run *run, rt_position *at, rt_error *e)
{
    rt_run_dir *d = allocate(keep, run, keep->path, e);

    if (!d || take_up(d, keep, run, at, e))
        return d;
    rt_run_dir_free(d);
    return NULL;
}

double rt_run_dir_seconds(const rt_run_dir *d) { return d->log.before; }

const char *rt_run_dir_path(const rt_run_dir *d) { return d->path; }

/* ---- While it runs ----------------------------------------------------------------------- */

bool rt_run_dir_step(rt_run_dir *d, const rt_run *run, double accuracy, rt_error *e)
{
    d->broken = !rt_run_log_step(&d->log, d->path, &run->history, accuracy, e)
             || !rt_run_events_step(&d->events, &run->history, accuracy, e);
    return !d->broken;
}

/* By test loss where there is a test set. */
bool rt_run_dir_epoch(rt_run_dir *d, const rt_run *run, rt_error *e)
{
    const rt_epoch *x = &run->history.epoch[run->history.n_epochs - 1];
    const double loss = run->data.test.n ? x->loss_test : x->loss_train;

    if (loss < d->best.loss && rt_snapshot_is_finite(run)) {
        rt_snapshot_copy(run, d->weights);
        d->weights_step = x->step;
        d->best = (rt_best){ loss, x->epoch };
        d->unsaved = true;
    }
    d->broken = !rt_run_log_epoch(&d->log, d->path, &run->history, e)
             || !rt_run_events_epoch(&d->events, &run->history, e);
    return !d->broken;
}

static bool write_best(rt_run_dir *d, const rt_run *run, rt_error *e)
{
    if (d->unsaved && !rt_snapshot_save_copy(d->best_path, run, d->weights, d->weights_step, e))
        return false;
    d->unsaved = false;
    return true;
}

/* The last one under its number too, and the oldest of these away. */
static bool number_last(rt_run_dir *d, const rt_run *run, const rt_position *at, rt_error *e)
{
    char *path;

    if (d->numbered == 0)
        return true;
    if (asprintf(&path, "%s/checkpoints/" RT_NUMBERED, d->path, at->step) < 0)
        return rt_fail(e, "%s: out of memory", d->path);
    unlink(path);
    const bool ok = link(d->last, path) == 0 || rt_snapshot_save(path, run, at, &d->best, e);
    free(path);
    if (ok)
        rt_numbered_thin(d->path, at->step, d->numbered);
    return ok;
}

/* The best one first: `last` tells which it is. */
static bool write_checkpoints(rt_run_dir *d, const rt_run *run, const rt_position *at, rt_error *e)
{
    return write_best(d, run, e) && rt_run_log_sync(&d->log, d->path, e)
        && rt_run_events_sync(&d->events, e) && rt_snapshot_save(d->last, run, at, &d->best, e)
        && number_last(d, run, at, e);
}

bool rt_run_dir_save(rt_run_dir *d, const rt_run *run, const rt_position *at, rt_error *e)
{
    d->saved = rt_seconds();
    if (d->broken)
        return true;
    if (rt_snapshot_is_finite(run))
        return write_checkpoints(d, run, at, e);
    if (!d->told)
        fprintf(stderr, "%s: warning: the weights are not finite: %s stays as it was\n",
                run->model->name, d->last);
    d->told = true;
    return true;
}

bool rt_run_dir_save_if_due(rt_run_dir *d, const rt_run *run, const rt_position *at, rt_error *e)
{
    const bool due = d->every ? at->step % d->every == 0
                              : at->step % run->steps_per_epoch == 0
                                && rt_seconds() - d->saved > PAUSE;

    return !due || rt_run_dir_save(d, run, at, e);
}

bool rt_run_dir_end(rt_run_dir *d, const rt_run *run, const char *status, int exit_status,
                    rt_error *e)
{
    const bool saved = d->broken || (write_best(d, run, e)
                                     && rt_run_events_end(&d->events, &run->history, status, e));

    return rt_run_facts_write(&d->facts, d->path, status, exit_status, run->history.steps, e)
        && saved;
}
