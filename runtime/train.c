/* train.c -- the training loop.
 *
 * Step s computes the loss and the gradient on its batch, then makes update s: what is recorded of
 * step s is the state before that update, and the change that the update makes. */
#include "train.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "augment.h"
#include "evaluate.h"
#include "nonfinite.h"
#include "rate.h"
#include "reals.h"
#include "replay.h"
#include "signals.h"

/* A batch in parts numbers the random streams of its parts here: steps are under 2^40. */
enum { PART_SHIFT = 40 };

typedef struct {
    rt_run *run;
    const rt_listeners *to;
    rt_error *error;
    int64_t epoch, updates;
    int64_t ended;                  /* epochs that a resumed run does not end again */
    bool unheard;                   /* nobody reads standard output any more */
    double started;                 /* the epoch, in seconds of the clock */
    double loss;                    /* of this epoch, times rows */
    int64_t rows, hits;
} Training;

/* One batch. */
typedef struct {
    int64_t step, from;             /* its first sample, in the epoch's order */
    int64_t rows;
    double loss;                    /* without penalty */
    int64_t hits;
    bool watching, finite;
} Batch;

bool rt_is_watched(const rt_run *run, int64_t step)
{
    return step < 10 || step % run->set->every == 0 || step == run->steps - 1;
}

/* ---- The gradient of a batch ------------------------------------------------------------- */

/* The norm, which the update needs anyway, is finite only where all values are; where it is not, it
 * may be too large for a double. */
static bool is_finite_pass(rt_run *run, double loss)
{
    const rt_reals *reals = run->model->reals;
    const bool whole = run->update.g == run->pass.grads;

    return isfinite(loss)
        && ((whole && isfinite(reals->gradient_norm(&run->update)))
            || reals->all_finite(run->pool, run->pass.grads, run->net.n_elements));
}

/* For --replay.  That it could not be written changes nothing of how the run goes. */
static void keep_batch(const Training *t, double loss)
{
    rt_error e;

    if (!t->to->dir || rt_replay_save(rt_run_dir_path(t->to->dir), t->run, loss, &e))
        return;
    rt_progress_clear(t->to->progress);
    fprintf(stderr, "%s: warning: %s\n", t->run->model->name, e.text);
}

/* A pass that is not finite; the first of a run becomes a watched one. */
static void look_closer(Training *t, Batch *b, double loss)
{
    b->finite = false;
    if (t->run->history.nonfinite.happened)
        return;
    b->watching = true;
    rt_nonfinite_repeat(t->run);
    rt_nonfinite_locate(t->run, b->step, loss);
    keep_batch(t, loss);
}

/* A pass over rows of the batch: all of them, or a part, which joins the record of those before. */
static void pass_over(Training *t, Batch *b, int part, int64_t done, int rows)
{
    rt_run *run = t->run;
    rt_pass *c = &run->pass;

    rt_profile_turn(c->profile, RT_AT_DATA);
    rt_run_batch(run, &run->data.train, run->order, b->from + done, rows);
    rt_augment(run, b->step / run->steps_per_epoch, run->order + b->from + done, rows);
    c->training = true;
    c->watching = b->watching;
    c->parts = rows < b->rows ? &run->parts : NULL;
    c->step = (uint64_t)b->step | (uint64_t)part << PART_SHIFT;
    rt_profile_turn(c->profile, RT_AT_LOSS);
    const double loss = run->model->forward(c);
    if (rt_has_accuracy(run->model))
        b->hits += rt_hits(run);
    rt_run_backward(run);
    rt_profile_turn(c->profile, RT_AT_UPDATE);
    b->loss += loss * rows / (double)b->rows;
    run->update.measured = false;
    run->update.watching = b->watching;
    if (!is_finite_pass(run, loss))
        look_closer(t, b, loss);
    if (b->watching)
        run->parts.before += rows;
}

/* Forward and backward over the whole batch, in parts where it is larger than the compiled one. */
static void differentiate(Training *t, Batch *b)
{
    rt_run *run = t->run;
    int64_t done = 0;

    run->parts.whole = b->rows;
    run->parts.before = 0;
    if (run->sum)
        memset(run->sum, 0, run->net.n_elements * run->model->real_size);
    for (int part = 0; done < b->rows; part++) {
        const int rows = (int)(b->rows - done < run->rows ? b->rows - done : run->rows);
        pass_over(t, b, part, done, rows);
        if (run->sum)
            run->model->reals->add_scaled(run->pool, run->net.n_elements,
                                          (double)rows / (double)b->rows, run->pass.grads,
                                          run->sum);
        done += rows;
    }
}

/* ---- The step ---------------------------------------------------------------------------- */

static void update(Training *t, const Batch *b)
{
    rt_run *run = t->run;
    rt_update *u = &run->update;

    u->step = ++t->updates;
    u->rate = rt_rate(run->set, b->step, run->steps_per_epoch, run->steps);
    u->watching = b->watching;
    run->model->update(u);
    run->history.clipped_steps += u->clipped;
    run->history.steps = b->step + 1;
    rt_profile_turn(run->pass.profile, RT_AT_WATCHING);
}

static void leave_out(Training *t, const Batch *b)
{
    rt_nonfinite_leave_out(t->run, b->watching);
    if (t->run->set->on_nonfinite == RT_SKIP)
        t->run->history.steps = b->step + 1;
}

/* Lets the writer speak; false once nobody can hear it. */
static bool tell(Training *t, void (*event)(const rt_history *, const rt_style *))
{
    if (!t->to->events || !event)
        return true;
    rt_progress_clear(t->to->progress);
    event(&t->run->history, t->to->style);
    if (fflush(t->to->style->out) == 0 && !ferror(t->to->style->out))
        return true;
    t->unheard = true;
    return rt_fail(t->error, "standard output: %s", errno ? strerror(errno) : "cannot be written");
}

/* The first backward pass shows which layers the loss does not depend on. */
static bool leave_out_unused(rt_run *run, const rt_record *r, rt_error *e)
{
    for (int i = 0; i < run->net.n_layers; i++) {
        const rt_layer *l = run->net.layer[i].layer;
        if (l->in_flow && l->watched && r->layer[i].watch.delta.count == 0
            && !rt_net_leave_out(&run->net, i, e))
            return false;
    }
    return true;
}

static double accuracy_of(const rt_run *run, int64_t hits, int64_t rows)
{
    if (!rows || !rt_has_accuracy(run->model))
        return NAN;
    return (double)hits / ((double)rows * (double)rt_labels(run->model));
}

static bool record(Training *t, const Batch *b)
{
    rt_run *run = t->run;
    rt_history *h = &run->history;

    if (!rt_history_add(h, b->step, t->epoch, b->loss + run->update.penalty, run->pass.memory,
                        &run->update, t->error))
        return false;
    if (h->n_records == 1 && !leave_out_unused(run, &h->record[0], t->error))
        return false;
    if (h->nonfinite.happened && h->nonfinite.step == b->step) {
        rt_progress_clear(t->to->progress);
        rt_nonfinite_print(stderr, run);
        if (t->to->dir)
            fprintf(stderr, "  --replay %s/" RT_REPLAY " runs this step again\n",
                    rt_run_dir_path(t->to->dir));
    }
    if (t->to->dir
        && !rt_run_dir_step(t->to->dir, run, accuracy_of(run, b->hits, b->rows), t->error))
        return false;
    return tell(t, t->to->writer->step);
}

static void add_to_epoch(Training *t, const Batch *b)
{
    t->loss += (b->loss + t->run->update.penalty) * (double)b->rows;
    t->rows += b->rows;
    t->hits += b->hits;
}

/* Step `step` on the samples from `from`. */
static rt_outcome take_step(Training *t, int64_t step, int64_t from)
{
    rt_run *run = t->run;
    const int64_t left = run->data.train.n - from;
    Batch b = { .step = step, .from = from, .finite = true, .watching = rt_is_watched(run, step),
                .rows = left < run->set->batch ? left : run->set->batch };

    run->pass.profile = t->to->profile;
    rt_profile_start_step(run->pass.profile, b.rows);
    differentiate(t, &b);
    if (!rt_run_knows_words(run, t->error))
        return RT_BROKEN;
    if (t->to->gradients)
        rt_gradient_log_add(t->to->gradients, &run->update);
    const bool left_out = !b.finite && run->set->on_nonfinite != RT_CONTINUE;
    if (left_out)
        leave_out(t, &b);
    else
        update(t, &b);
    if (b.finite)
        rt_history_brief(&run->history, b.step, b.loss + run->update.penalty,
                         run->update.norm_before);
    if (!left_out || run->set->on_nonfinite == RT_STOP)
        add_to_epoch(t, &b);
    if (b.watching && !record(t, &b))
        return RT_BROKEN;
    if (run->history.nonfinite.happened && run->set->on_nonfinite == RT_STOP)
        return RT_DIVERGED;
    rt_profile_end_step(run->pass.profile, b.watching);
    rt_progress_step(t->to->progress, run, step, b.loss + run->update.penalty,
                     accuracy_of(run, t->hits, t->rows));
    return RT_TRAINED;
}

/* ---- The epochs -------------------------------------------------------------------------- */

static void begin_epoch(Training *t, int64_t epoch)
{
    rt_run *run = t->run;

    rt_data_order(run->set->seed, run->set->shuffle, epoch, run->data.train.n, run->order);
    t->epoch = epoch;
    t->started = rt_seconds();
    t->loss = 0;
    t->rows = t->hits = 0;
}

/* An epoch that a signal has cut short, or whose evaluation it has, is none to keep. */
static bool keep_epoch(Training *t)
{
    if (rt_signal())
        return true;
    t->ended++;
    return !t->to->dir || rt_run_dir_epoch(t->to->dir, t->run, t->error);
}

static bool end_epoch(Training *t)
{
    rt_run *run = t->run;
    rt_epoch epoch = { .epoch = t->epoch, .step = run->history.steps };

    run->pass.profile = NULL;       /* an evaluation is no step */
    epoch.loss_train = t->rows ? t->loss / (double)t->rows : NAN;
    epoch.accuracy_train = accuracy_of(run, t->hits, t->rows);
    if (!rt_evaluate(run, &run->data.test, &epoch.loss_test, &epoch.accuracy_test, t->error))
        return false;
    epoch.seconds = rt_seconds() - t->started;
    if (!rt_history_add_epoch(&run->history, &epoch, t->error))
        return false;
    rt_progress_epoch(t->to->progress, run, &epoch);
    return keep_epoch(t) && tell(t, t->to->writer->epoch);
}

/* ---- Going on, and stopping so that one can ------------------------------------------------ */

static rt_position position_of(const Training *t)
{
    const rt_history *h = &t->run->history;

    return (rt_position){ .step = h->steps, .epochs = t->ended, .updates = t->updates,
                          .clipped = h->clipped_steps, .loss = t->loss, .rows = t->rows,
                          .hits = t->hits, .nonfinite = h->nonfinite };
}

/* A checkpoint that a signal asks for, or that it is time for. */
static bool save_if_due(const Training *t)
{
    const rt_position at = position_of(t);
    const bool wanted = rt_signal_wants_checkpoint();

    if (wanted) {
        rt_progress_clear(t->to->progress);
        fprintf(stderr, "%s: step %" PRId64 ": %s\n", t->run->model->name, at.step,
                t->to->dir ? "SIGUSR1: a checkpoint" : "SIGUSR1: --no-out, so no checkpoint");
    }
    if (!t->to->dir)
        return true;
    return wanted ? rt_run_dir_save(t->to->dir, t->run, &at, t->error)
                  : rt_run_dir_save_if_due(t->to->dir, t->run, &at, t->error);
}

/* At the end, before the last epoch is closed: so more steps can follow.  The state of a run that
 * diverged is that of the middle of a step. */
static rt_outcome save_end(const Training *t, rt_outcome outcome)
{
    const rt_position at = position_of(t);
    rt_error second;

    if (!t->to->dir || outcome == RT_DIVERGED || (outcome == RT_BROKEN && !t->unheard))
        return outcome;
    if (outcome == RT_BROKEN)
        rt_run_dir_save(t->to->dir, t->run, &at, &second);
    else if (!rt_run_dir_save(t->to->dir, t->run, &at, t->error))
        return RT_BROKEN;
    return outcome;
}

/* The epoch that was under way, with its sums; a kill may have come between its last step and its
 * end. */
static bool go_on(Training *t, const rt_position *at)
{
    rt_run *run = t->run;
    const int64_t end = (at->epochs + 1) * run->steps_per_epoch;

    t->updates = at->updates;
    t->ended = at->epochs;
    t->epoch = at->epochs - 1;
    if (run->history.n_records && !leave_out_unused(run, &run->history.record[0], t->error))
        return false;
    if (at->step == at->epochs * run->steps_per_epoch)
        return true;
    begin_epoch(t, at->epochs);
    t->loss = at->loss;
    t->rows = at->rows;
    t->hits = at->hits;
    return at->step < end || at->step == run->steps || end_epoch(t);
}

static bool is_left_open(const Training *t)
{
    return t->rows + t->run->history.nonfinite.skipped > 0
        && t->run->history.n_epochs <= t->epoch;
}

static rt_outcome take_steps(Training *t)
{
    rt_run *run = t->run;
    rt_outcome outcome = RT_TRAINED;

    for (int64_t s = run->history.steps; s < run->steps && outcome == RT_TRAINED; s++) {
        const int64_t in_epoch = s % run->steps_per_epoch;
        if (rt_signal())
            return RT_INTERRUPTED;
        if (in_epoch == 0)
            begin_epoch(t, s / run->steps_per_epoch);
        outcome = take_step(t, s, in_epoch * run->set->batch);
        if (outcome == RT_TRAINED && in_epoch == run->steps_per_epoch - 1 && s < run->steps - 1
            && !end_epoch(t))
            outcome = RT_BROKEN;
        if (outcome == RT_TRAINED && !save_if_due(t))
            outcome = RT_BROKEN;
    }
    return outcome;
}

rt_outcome rt_train(rt_run *run, const rt_listeners *to, rt_error *e)
{
    Training t = { .run = run, .to = to, .error = e };
    const double started = rt_seconds() - (to->dir ? rt_run_dir_seconds(to->dir) : 0);

    rt_outcome outcome = to->from && !go_on(&t, to->from) ? RT_BROKEN : take_steps(&t);
    outcome = save_end(&t, outcome);
    if (outcome != RT_BROKEN && is_left_open(&t) && !end_epoch(&t))
        outcome = RT_BROKEN;
    if (outcome == RT_TRAINED && rt_signal())   /* in the last evaluation */
        outcome = RT_INTERRUPTED;
    run->history.seconds = rt_seconds() - started;
    rt_progress_clear(to->progress);
    return outcome;
}
