/* verb_sweep.c -- netc sweep exp.net: runs every point of its sweep, and shows what came of it. */
#include <signal.h>
#include <string.h>

#include "runtime/pool.h"
#include "sweep.h"
#include "verbs.h"

/* So many runs at once, and of each so many threads, that every processor has work. */
static void share_processors(Sweep *s)
{
    const int processors = rt_default_threads();

    s->jobs = s->options->jobs ? s->options->jobs : processors;
    if (s->jobs > s->n_points)
        s->jobs = s->n_points;
    s->threads = processors > s->jobs ? processors / s->jobs : 1;
}

/* Of the programs' own options: --data is also where the forecast looks. */
static Options with_data(const Options *o)
{
    Options all = *o;
    const char *value;

    for (char **word = o->rest; word && *word; word++)
        if (sweep_word(word, &value) == WORD_DATA)
            all.data = value;
    return all;
}

static int exit_status(const Sweep *s)
{
    return sweep_count(s, POINT_DONE) == s->n_points ? EXIT_FINE : EXIT_POINT;
}

/* What is left is for Slurm. */
static int hand_over(Sweep *s)
{
    const int left = s->n_points - sweep_count(s, POINT_DONE) - sweep_count(s, POINT_UNEXPECTED)
                   - sweep_count(s, POINT_DIVERGED) - sweep_count(s, POINT_REFUSED);

    if (!sweep_write_results(s) || (left > 0 && !sweep_write_slurm(s)))
        return EXIT_USAGE;
    sweep_summary(s, true, stdout);
    if (left > 0)
        printf("%d to run: in %s, sbatch --time=... sweep.sbatch\n", left, s->folder);
    return sweep_count(s, POINT_REFUSED) > 0 ? EXIT_POINT : EXIT_FINE;
}

static int run(Sweep *s)
{
    sigset_t before;
    int end;

    sweep_hold_signals(&before);
    end = sweep_build(s, &before);
    if (!end && !s->options->slurm)
        end = sweep_run(s, &before);
    sweep_read(s);
    const bool written = !s->options->slurm && sweep_write_results(s);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (end) {
        fprintf(stderr, "netc: stopped; the same command goes on in %s\n", s->folder);
        raise(end);
        return 128 + end;
    }
    if (s->options->slurm)
        return hand_over(s);
    sweep_summary(s, written, stdout);
    return written ? exit_status(s) : EXIT_USAGE;
}

int verb_sweep(const Options *o, Arena *a)
{
    const Options all = with_data(o);
    Sweep s;
    const int status = sweep_open(&s, &all, a);

    if (status != EXIT_FINE)
        return status;
    if (!sweep_points(&s))
        return EXIT_SOURCE;
    share_processors(&s);
    return sweep_words(&s) && sweep_folder(&s) ? run(&s) : EXIT_USAGE;
}
