/* warn_slow.c -- warnings of runs that get nowhere: gradients too faint, rates too low, warmups
 * that do not end. */
#include "warn.h"

#include <inttypes.h>
#include <math.h>

/* ---- The run ------------------------------------------------------------------------------- */

typedef struct {
    double steps;                   /* 0: not known */
    int64_t samples, epoch;         /* steps of one */
} Course;

static Course course_of(const Warn *w)
{
    const Settings *set = &w->model->settings;
    const int64_t samples = w->forecast->input.facts.samples, batch = set->batch;
    const int64_t epoch = samples ? (samples + batch - 1) / batch : 0;

    return (Course){ set->steps ? (double)set->steps : (double)set->epochs * (double)epoch, samples,
                  epoch };
}

static void note_course(const Warn *w, const Course *course, Message *m)
{
    const Settings *set = &w->model->settings;

    if (set->steps)
        diag_note(m, warn_setting(set->decl, "steps"), "the run is this long");
    else
        diag_note(m, warn_setting(set->decl, "epochs"), "%" PRId64 " epochs of %" PRId64 " steps: "
                  "%" PRId64 " samples in batches of %" PRId64, set->epochs, course->epoch,
                  course->samples, set->batch);
}

static bool falls_to_zero(const Value *schedule)
{
    return word_is(schedule, "COSINE") || word_is(schedule, "LINEAR");
}

void warn_warmup(Warn *w)
{
    const Value *schedule = &w->model->settings.schedule;
    const Course course = course_of(w);
    const double warmup = falls_to_zero(schedule)
                        ? (double)value_arg(schedule, "warmup")->integer : 0;
    Message *m;

    if (!(course.steps > 0) || !warn_reaches(w, warmup / course.steps))
        return;
    m = warn_say(w, warmup / course.steps, warn_setting(w->model->settings.decl, "schedule"), "the "
                 "warmup takes %.10g steps, the run %.10g: the rate ends at %.2g times lr", warmup,
                 course.steps, fmin(course.steps / warmup, 1));
    note_course(w, &course, m);
}

/* ---- Gradients that are too faint ---------------------------------------------------------- */

/* By rates over 1 a net is not brought along that would bear them no more once it has learned
 * something.  Losses of vectors may be small, and their gradients with them. */
void warn_faint(Warn *w)
{
    const Settings *set = &w->model->settings;
    double at_one;
    Message *m;

    if (w->adaptive || w->model->target.kind != TARGET_CLASS || w->model->target.one_hot ||
        w->forecast->input.facts.constant >= 1)
        return;
    at_one = warn_share(w) / w->rate / sqrt(1 - value_arg(&set->optimizer, "momentum")->real);
    if (!warn_reaches(w, at_one))
        return;
    m = warn_say(w, at_one, warn_at(w->site[0].row), "the gradient is too faint for any rate: at "
                 "lr = 1 an update is %.2g of the weights", at_one);
    diag_note(m, warn_optimizer(w, "lr"), "added up over %d layers; at lr = %.2g it is %.2g", w->n,
              w->rate, at_one * w->rate);
}

/* ---- Rates that are too low ---------------------------------------------------------------- */

/* Sum over t of 1 / sqrt(1 - alpha^t), which the mean square of equal gradients falls short by: its
 * integral, in units of the first. */
static double of_mean_squares(double alpha, double steps, double n)
{
    const double first = sqrt(1 - alpha);

    return alpha > 0 ? first * (n - 2 * log1p(sqrt(1 - pow(alpha, steps))) / log(alpha)) : n;
}

/* Updates as long as the first that all of them add up to, at the most. */
static double full_updates(const Warn *w, double steps)
{
    const Value *optimizer = &w->model->settings.optimizer;
    const double n = falls_to_zero(&w->model->settings.schedule) ? steps / 2 : steps;

    if (word_is(optimizer, "ADAGRAD"))
        return 2 * sqrt(steps);     /* sum of 1 / sqrt(t) */
    if (word_is(optimizer, "SGD"))
        return n / (1 - value_arg(optimizer, "momentum")->real);
    if (word_is(optimizer, "RMSPROP"))
        return of_mean_squares(value_arg(optimizer, "alpha")->real, steps, n)
             / (1 - value_arg(optimizer, "momentum")->real);
    return n;
}

/* Over all of a batch's gradient in a layer, the norm of that of all samples. */
static double agrees(const Warn *w, const Forecast *all, const Site *p)
{
    return fmin(all->layer[p->row - w->forecast->layer].loss_norm / p->row->loss_norm, 1);
}

/* The update of a batch times the gradient of all samples, of which a batch's is more: what it has
 * of its own makes steps longer, but takes nothing off the loss.  Of an update that is as long as
 * the rate in each weight the mean of |g|, which of normal g is sqrt(2 / pi) of the RMS. */
static double first_decrease(const Warn *w, const Forecast *all)
{
    const double mean_size = w->adaptive ? sqrt(2 / acos(-1)) : 1;
    double sum = 0;

    for (int i = 0; i < w->n; i++) {
        const Site *p = &w->site[i];
        const double norm = all->layer[p->row - w->forecast->layer].loss_norm;
        const double decrease = norm * norm * warn_first_update(w, p) / warn_gradient_rms(p);

        sum += isfinite(decrease) ? mean_size * decrease : 0;
    }
    return sum;
}

/* What the others' gradients go with: weights as drawn; of the usual size where they start at 0 and
 * others do not wait for them, or count as if they had grown. */
static double weight_to_move(const Warn *w, int i)
{
    const Site *p = &w->site[i];
    const double drawn = warn_weight_rms(p);

    return drawn == 0 && (i == w->n - 1 || warn_starts_at_zero(p)) ? warn_usual_weight(w, i)
                                                                   : drawn;
}

/* So many of a layer's updates over its weights: what all batches agree in adds up, what they have
 * of their own goes nowhere. */
static double moves(const Warn *w, const Forecast *all, int i, const Course *course)
{
    const Site *p = &w->site[i];
    const double updates = full_updates(w, course->steps), along = agrees(w, all, p);

    return updates * hypot(along, sqrt((1 - along * along) / course->steps))
         * warn_first_update(w, p) / weight_to_move(w, i);
}

/* By the layer that moves furthest. */
static double largest_move(const Warn *w, const Forecast *all, const Course *course)
{
    double most = 0;

    for (int i = 0; i < w->n; i++) {
        const double far = moves(w, all, i, course);

        most = isnan(far) ? most : fmax(most, far);
    }
    return most;
}

/* Of a guess at classes that are equally frequent; or what the run starts from, if that is less. */
static double loss_of_guess(const Warn *w)
{
    const Target *t = &w->model->target;
    const bool is_class = t->kind == TARGET_CLASS && !t->one_hot;

    return is_class ? fmin(w->forecast->loss, log((double)t->classes)) : w->forecast->loss;
}

/* A run of few steps is made to look at gradients, not to train; of long steps the first tells
 * nothing of the others, nor does a loss that is no number. */
static bool is_judged(const Warn *w, const Course *course)
{
    const InputMoments *input = &w->forecast->input;

    return !input->why && w->forecast->loss < w->largest && course->samples > 0 &&
           input->facts.constant < 1 && course->steps >= FEW_STEPS &&
           !(w->forecast->step_length > MOST_LENGTH);
}

/* How vectors go with inputs is known by their moments alone, so that a batch's gradient is taken
 * for what samples have of their own: they may all agree. */
static const Forecast *of_all_samples(const Warn *w, int64_t samples, double *more)
{
    const bool is_class = w->model->target.kind == TARGET_CLASS;

    *more = is_class ? 1 : (double)w->forecast->batch;
    return is_class ? warn_grown(forecast(w->program, &w->forecast->input, samples, w->session),
                                 w->session->arena) : w->forecast;
}

/* To first order, which holds while weights move little; what batches have of their own makes it
 * less. */
void warn_rate_low(Warn *w)
{
    const Course course = course_of(w);
    const double updates = full_updates(w, course.steps);
    const double loss = w->forecast->loss, guess = loss_of_guess(w);
    const double length = w->forecast->step_length;
    const Forecast *all;
    double decrease, left, more;
    Message *m;

    if (!is_judged(w, &course))
        return;
    all = of_all_samples(w, course.samples, &more);
    if (largest_move(w, all, &course) > MOST_MOVES)
        return;
    decrease = more * first_decrease(w, all);
    left = loss - updates * decrease;
    if (!warn_reaches(w, 1 - left / guess))
        return;
    m = warn_say(w, 1 - left / guess, warn_optimizer(w, "lr"), "at this rate the whole run takes "
                 "%.2g %% off the loss, at the most", 100 * (1 - left / loss));
    diag_note(m, warn_optimizer(w, "lr"), "%.10g steps add up to %.3g of the first, which takes "
              "%.2g of the loss%s", course.steps, updates, decrease / loss,
              isnan(length) ? "" : arena_printf(w->session->arena, ", and is %.2g of what such a "
                                                "net bears", length));
    if (guess < loss)
        diag_note(m, w->model->target.at, "of %.3g at least %.3g is left; a guess at one of %"
                  PRId64 " classes has %.3g", loss, left, w->model->target.classes, guess);
    note_course(w, &course, m);
}
