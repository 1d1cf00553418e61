/* rt_main.c -- main() of every generated program. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "check_grad.h"
#include "checkpoint.h"
#include "evaluate.h"
#include "options.h"
#include "page.h"
#include "predict.h"
#include "profile_report.h"
#include "reals.h"
#include "replay.h"
#include "run_dir.h"
#include "run_facts.h"
#include "run_place.h"
#include "run_plan.h"
#include "run_source.h"
#include "run_summary.h"
#include "signals.h"
#include "style.h"
#include "train.h"
#include "version.h"

enum { EXIT_DONE = 0, EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_DIVERGED = 3, EXIT_EXPECT = 4 };

/* A program holds one precision or both, and may hold notes. */
extern const rt_model rt_model_f32 __attribute__((weak));
extern const rt_model rt_model_f64 __attribute__((weak));
extern const rt_notes rt_model_notes __attribute__((weak));

typedef struct {
    rt_run run;
    rt_options options;
    rt_settings set;
    rt_style style;
    const rt_writer *writer;
    int argc;
    char *const *argv;
    rt_run_dir *dir;                /* of a training, without --no-out; or NULL */
    rt_position from;               /* --resume: where */
    rt_notes notes;                 /* --param: the program's with other values */
    rt_error error;
} Program;

static int fail(const Program *p, const rt_model *model, int status)
{
    fprintf(stderr, "%s: error: %s\n", model->name, p->error.text);
    return status;
}

/* ---- What a run can be asked for --------------------------------------------------------- */

static int evaluate(Program *p)
{
    rt_run *run = &p->run;
    rt_epoch epoch = { .loss_train = NAN, .accuracy_train = NAN, .loss_test = NAN,
                       .accuracy_test = NAN };
    const bool ok = run->data.test.n
        ? rt_evaluate(run, &run->data.test, &epoch.loss_test, &epoch.accuracy_test, &p->error)
        : rt_evaluate(run, &run->data.train, &epoch.loss_train, &epoch.accuracy_train, &p->error);

    if (!ok || !rt_history_add_epoch(&run->history, &epoch, &p->error))
        return fail(p, run->model, EXIT_ERROR);
    p->writer->summary(&run->history, &p->style);
    if (isfinite(run->data.test.n ? epoch.loss_test : epoch.loss_train))
        return EXIT_DONE;
    rt_fail(&p->error, "the loss at these weights is not finite");
    return fail(p, run->model, EXIT_DIVERGED);
}

static int predict(Program *p)
{
    return rt_predict(&p->run, p->options.predict, &p->error) ? EXIT_DONE
                                                              : fail(p, p->run.model, EXIT_ERROR);
}

/* 0 where every value is finite now. */
static int replay(Program *p, const rt_model *model, int threads)
{
    bool finite;

    if (!rt_replay_open(&p->run, model, &rt_model_notes, &p->set, threads, p->options.replay,
                        &p->error)
        || !rt_replay_run(&p->run, p->options.replay, &p->style, &finite, &p->error))
        return fail(p, model, EXIT_ERROR);
    return finite ? EXIT_DONE : EXIT_DIVERGED;
}

static int check_gradients(Program *p)
{
    if (rt_check_grad(&p->run, stdout, &p->error))
        return EXIT_DONE;
    return p->error.text[0] ? fail(p, p->run.model, EXIT_ERROR) : EXIT_ERROR;
}

/* ---- Training ---------------------------------------------------------------------------- */

/* A good file is not replaced by weights that are lost. */
static bool save_weights(Program *p)
{
    const rt_run *run = &p->run;

    if (!p->options.save)
        return true;
    if (!run->model->reals->all_finite(run->pool, run->pass.params, run->net.n_elements))
        return rt_fail(&p->error, "%s: not written, the weights are not finite", p->options.save);
    return rt_checkpoint_save(p->options.save, &run->net, run->pass.params, run->pass.memory,
                              run->history.steps, &p->error);
}

/* Files are written however the training ended. */
static bool save(Program *p, const rt_gradient_log *log)
{
    return save_weights(p)
        && (!p->options.save_grads || rt_gradient_log_save(log, p->options.save_grads, &p->error));
}

/* In the last epoch: no update could be made, or they led nowhere. */
static bool is_lost(const rt_run *run)
{
    const rt_history *h = &run->history;
    const rt_epoch *end = h->n_epochs ? &h->epoch[h->n_epochs - 1] : NULL;

    return !end || !isfinite(end->loss_train)
        || (run->data.test.n > 0 && !isfinite(end->loss_test));
}

/* on_nonfinite = skip and continue leave it to the `expect` block what a good run is; without one,
 * a run that ends with a loss is good. */
static int status_of(Program *p, rt_outcome outcome)
{
    rt_run *run = &p->run;

    if (outcome == RT_BROKEN)
        return fail(p, run->model, EXIT_ERROR);
    if (outcome == RT_INTERRUPTED)
        return 128 + rt_signal();
    const bool as_expected = rt_expect_all(&run->history, run->notes);
    if (outcome == RT_DIVERGED || (!run->model->expect && is_lost(run)))
        return EXIT_DIVERGED;
    return as_expected ? EXIT_DONE : EXIT_EXPECT;
}

static int finish(Program *p, rt_outcome outcome, const rt_gradient_log *log)
{
    rt_run *run = &p->run;
    const int status = status_of(p, outcome);

    if (outcome != RT_BROKEN)
        p->writer->summary(&run->history, &p->style);
    if (save(p, log))
        return status;
    fail(p, run->model, EXIT_ERROR);
    return status == EXIT_DIVERGED ? EXIT_DIVERGED : EXIT_ERROR;
}

/* What a run that has ended leaves of itself: the status, the summary, the page. */
static bool write_end(Program *p, const char *word, int status)
{
    const char *path = rt_run_dir_path(p->dir);

    return rt_run_dir_end(p->dir, &p->run, word, status, &p->error)
        && rt_run_summary_write(path, &p->run.history, &p->error)
        && rt_page_write(path, &p->error);
}

/* What fails there is told once. */
static int end_directory(Program *p, int status)
{
    const char *word = status == EXIT_ERROR ? "failed" : status == EXIT_DIVERGED ? "diverged"
                     : status > 128 ? "stopped" : "done";
    const bool ended = !p->dir || write_end(p, word, status);

    rt_run_dir_free(p->dir);
    p->dir = NULL;
    return ended || status == EXIT_ERROR ? status : fail(p, p->run.model, EXIT_ERROR);
}

/* Then the rate only rises, and the schedule is not what it was meant to be. */
static void warn_of_warmup(const rt_run *run)
{
    const rt_settings *set = run->set;
    const bool warms = set->schedule == RT_RATE_COSINE || set->schedule == RT_RATE_LINEAR;

    if (warms && set->warmup > (double)run->steps)
        fprintf(stderr, "%s: warning: the warmup takes %g steps, the run %" PRId64 ": the rate "
                "never reaches lr = %g\n", run->model->name, set->warmup, run->steps, set->lr);
}

static void report_profile(const Program *p, rt_profile *profile, double peak)
{
    const int threads = rt_pool_threads(p->run.pool);

    if (p->options.json)
        rt_profile_json(profile, threads, peak, &p->style);
    else
        rt_profile_text(profile, threads, peak, &p->style);
}

/* Trains; with --profile, tells then where the time went. */
static rt_outcome train_profiled(Program *p, rt_listeners to)
{
    rt_run *run = &p->run;
    rt_profile profile = { .net = NULL };

    if (!p->options.profile)
        return rt_train(run, &to, &p->error);
    if (!rt_profile_new(&profile, &run->net, run->pass.memory, &p->error))
        return RT_BROKEN;
    const double peak = run->model->reals->peak(run->pool);
    to.profile = &profile;
    const rt_outcome outcome = rt_train(run, &to, &p->error);
    if (outcome != RT_BROKEN)
        report_profile(p, &profile, peak);
    rt_profile_free(&profile);
    return outcome;
}

static bool open_directory(Program *p)
{
    const rt_options *o = &p->options;
    const rt_keeping keep = { .path = o->out ? o->out : o->resume, .every = o->checkpoint_every,
                              .numbered = o->keep,
                              .flow = &rt_json_writer, .argc = p->argc, .argv = p->argv };

    if (o->no_out)
        return true;
    p->dir = o->resume ? rt_run_dir_resume(&keep, &p->run, &p->from, &p->error)
                       : rt_run_dir_new(&keep, &p->run, &p->error);
    if (p->dir && !o->quiet)
        fprintf(stderr, "%s: the run is kept in %s\n", p->run.model->name,
                rt_run_dir_path(p->dir));
    return p->dir != NULL;
}

static int train(Program *p)
{
    const rt_options *o = &p->options;
    rt_progress progress;
    rt_gradient_log log = { .net = NULL };

    if ((o->save_grads && !rt_gradient_log_new(&log, &p->run, &p->error)) || !open_directory(p))
        return fail(p, p->run.model, EXIT_ERROR);
    rt_progress_start(&progress, o->quiet ? NULL : stderr, p->from.step);
    const rt_listeners to = { .writer = p->writer, .style = &p->style, .progress = &progress,
                              .events = o->json || o->every, .gradients = log.net ? &log : NULL,
                              .dir = p->dir, .from = o->resume ? &p->from : NULL };
    warn_of_warmup(&p->run);
    rt_signals_catch();
    const int status = end_directory(p, finish(p, train_profiled(p, to), &log));
    rt_gradient_log_free(&log);
    return status;
}

/* ---- The program ------------------------------------------------------------------------- */

/* Files that are to be written at the end have to be possible at the start. */
static bool can_write(const rt_options *o, rt_error *e)
{
    return (!o->save || rt_atomic_file_possible(o->save, e))
        && (!o->save_grads || rt_atomic_file_possible(o->save_grads, e))
        && (!o->predict || rt_atomic_file_possible(o->predict, e));
}

/* NULL: none, or see p->error. */
static const rt_notes *notes_of(Program *p)
{
    const rt_options *o = &p->options;

    if (o->n_params == 0)
        return &rt_model_notes;
    p->notes = &rt_model_notes ? rt_model_notes : (rt_notes){ .source = "" };
    return rt_run_params(&p->notes, o->param, o->n_params, &p->error) ? &p->notes : NULL;
}

static int run_program(Program *p, const rt_model *model)
{
    const rt_options *o = &p->options;
    const rt_notes *notes = notes_of(p);
    const char *directory = o->data ? o->data : notes && notes->directory ? notes->directory : ".";
    const int threads = o->threads ? (int)o->threads : rt_default_threads();

    if (o->n_params && !notes)
        return fail(p, model, EXIT_USAGE);
    if (o->replay)
        return replay(p, model, threads);
    if (!can_write(o, &p->error)
        || !rt_run_new(&p->run, model, notes, &p->set, threads, directory, &p->error))
        return fail(p, model, EXIT_ERROR);
    if (o->load && !rt_checkpoint_load(o->load, &p->run.net, p->run.pass.params, p->run.pass.memory,
                                       &p->error))
        return fail(p, model, EXIT_ERROR);
    p->run.pass.gemm = o->gemm;
    p->run.history.loaded = o->load != NULL;
    p->run.history.other_data = o->data != NULL;
    if (o->dry_run)
        return rt_print_plan(&p->run, o->json), EXIT_DONE;
    return o->check_grad ? check_gradients(p) : o->eval ? evaluate(p)
         : o->predict ? predict(p) : train(p);
}

/* The arguments over the settings of the run that goes on, most of which they cannot change. */
static bool read_again(Program *p, const rt_model *model)
{
    rt_settings kept = *model->settings;

    if (!rt_run_facts_settings(p->options.resume, model, &kept, &p->error))
        return false;
    p->set = kept;
    return rt_options_read(p->argc, p->argv, model, &p->options, &p->set, &p->error)
        && rt_run_facts_agree(model, &kept, &p->set, &p->error);
}

static bool read_options(Program *p, const rt_model *model)
{
    p->set = *model->settings;
    if (!rt_options_read(p->argc, p->argv, model, &p->options, &p->set, &p->error))
        return false;
    if (p->options.help || p->options.version)
        return true;
    if (p->options.predict && !rt_predict_knows(p->options.predict, &p->error))
        return false;
    return (!p->options.resume || read_again(p, model))
        && (!p->options.out || rt_place_is_free(p->options.out, &p->error));
}

static int run_options(Program *p, const rt_model *model, int argc, char **argv)
{
    p->argc = argc;
    p->argv = argv;
    if (!read_options(p, model))
        return fail(p, model, EXIT_USAGE);
    if (p->options.help)
        return rt_options_help(stdout, &p->set, model), EXIT_DONE;
    if (p->options.version)
        return printf("%s (netc %s)\n", model->name, RT_VERSION), EXIT_DONE;
    if (p->options.check_grad) {
        if (!&rt_model_f64) {
            rt_fail(&p->error,
                    "--check-grad: this program holds no double build; compile it with netc");
            return fail(p, model, EXIT_ERROR);
        }
        model = &rt_model_f64;
    }
    p->style = rt_style_of(&p->options);
    p->writer = p->options.json ? &rt_json_writer : &rt_text_writer;
    const int status = run_program(p, model);
    rt_run_free(&p->run);
    free((void *)p->notes.param);
    return status;
}

/* What was lost on the way out would otherwise be lost in silence. */
static bool close_output(const rt_model *model, bool say)
{
    const bool lost = ferror(stdout) != 0;

    if (fclose(stdout) == 0 && !lost)
        return true;
    if (say)
        fprintf(stderr, "%s: error: standard output: %s\n", model->name,
                lost ? "not all of it was written" : strerror(errno));
    return false;
}

int main(int argc, char **argv)
{
    const rt_model *model = &rt_model_f32 ? &rt_model_f32 : &rt_model_f64;
    Program p = { .run.model = NULL };

    rt_signals_ignore_writes();
    if (!model) {
        fputs("this program holds no model\n", stderr);
        return EXIT_ERROR;
    }
    const int status = run_options(&p, model, argc, argv);
    return close_output(model, status != EXIT_ERROR) ? status : EXIT_ERROR;
}
