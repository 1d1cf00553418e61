/* check_grad.c -- the gradients against differences of the loss, in double.
 *
 * The parameters that agree, are in noise, at a kink, or wrong (check_grad_weight.c) are counted
 * apart.  Where a vanished gradient leaves much in noise, or dying signals put much at kinks, the
 * same parameters are checked once more at weights of unit gain.  That also judges what looked
 * wrong among many kinks: those of several samples can cancel out. */
#include "check_grad.h"

#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check_grad_weight.h"
#include "philox.h"
#include "unit_gain.h"

enum { ROWS = 8, FEW_ROWS = 4, TRIALS = 8 };
/* Parameters. */
enum { ALL = 20000, SAMPLE = 2000, SAMPLE_TENSOR = 20, LEAST_TENSOR = 2, LEAST = 16 };
/* What is checked is cut to about TIME: by estimates of what each pass takes, so that it does not
 * depend on the machine. */
static const double TIME = 10, TIME_FIRST = 6;          /* seconds; until the second check */
static const double TIME_LAYER = 3e-6, TIME_VALUE = 2e-9, TIME_PRODUCT = 1.5e-10;
static const double LONG_PASS = 0.02;       /* longer ones are of FEW_ROWS */
static const double FLOOR = 1e-3;           /* of a tensor's RMS: errors are relative to no less */
static const double MOST_KINKS = 0.05;      /* share of what was checked */
static const double MOST_UNSEEN = 0.05;     /* share in noise or at kinks without a second check */
enum { KINKS_A_WRONG = 20 };        /* kinks that explain one of the wrong */

typedef struct {
    size_t checked, noise, kinks, wrong;
    double worst;                   /* relative error of those that agree or are wrong */
    double coarse;                  /* the largest rounding that one in noise was compared with */
} Tally;

typedef struct {
    Tally t;
    const char *where;              /* the tensor of t.worst */
    int left_out;                   /* tensors of which nothing was checked */
} Total;

/* ---- One tensor -------------------------------------------------------------------------- */

/* How often a weight meets a sample: at each place of an image, at each step. */
static double places(const rt_layer *l)
{
    double n = l->steps ? l->steps : 1;

    for (int i = 1; i < l->rank && !l->steps; i++)
        n *= l->shape[i];
    return n;
}

static double layer_time(const rt_layer *l, int rows)
{
    const double n = places(l);

    return (l->steps ? n : 1) * TIME_LAYER + n * l->shape[0] * rows * TIME_VALUE;
}

/* A pass over so many samples, in seconds. */
static double pass_time(const rt_net *net, int rows)
{
    double time = 0;

    for (int i = 0; i < net->n_layers; i++)
        time += layer_time(net->layer[i].layer, rows);
    for (int i = 0; i < net->n_params; i++)
        time += (double)net->param[i].n * places(net->layer[net->param[i].layer].layer)
              * rows * TIME_PRODUCT;
    return time;
}

/* Most parameters take two passes. */
static size_t choose_sample(const Check *c)
{
    const double affordable = TIME / (2 * c->pass);
    const size_t n = c->run->net.n_parameters;

    if (n <= ALL && (double)n <= affordable)
        return 0;
    return affordable < SAMPLE ? (size_t)affordable + 1 : SAMPLE;
}

/* How many of a tensor's n elements are checked. */
static size_t quota(const Check *c, size_t n)
{
    const rt_net *net = &c->run->net;

    if (c->sample == 0)
        return n;
    const size_t each = c->sample / (size_t)net->n_params;
    const size_t share = (size_t)ceil((double)c->sample * (double)n / (double)net->n_parameters);
    const size_t least = each < LEAST_TENSOR ? LEAST_TENSOR
                       : each < SAMPLE_TENSOR ? each : SAMPLE_TENSOR;
    const size_t wanted = share > least ? share : least;
    return wanted < n ? wanted : n;
}

static size_t planned(const Check *c)
{
    size_t n = 0;

    for (int i = 0; i < c->run->net.n_params; i++)
        n += quota(c, c->run->net.param[i].n);
    return n;
}

/* Element k of a sample of m out of n: one from each of m equal pieces. */
static size_t chosen(const rt_stream *stream, size_t k, size_t m, size_t n)
{
    if (m == n)
        return k;
    const double u = rt_random_uniform(stream, (uint32_t)k);
    return (size_t)(((double)k + u) * ((double)n / (double)m));
}

static double rms(const double *x, size_t n)
{
    double largest = 0, sum = 0;

    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i]));
    for (size_t i = 0; i < n && largest > 0; i++)
        sum += x[i] / largest * (x[i] / largest);
    return n ? largest * sqrt(sum / (double)n) : 0;
}

static void count(Tally *t, Finding finding, double error)
{
    t->checked++;
    t->noise += finding == IN_NOISE;
    t->kinks += finding == AT_KINK;
    t->wrong += finding == WRONG;
    if (finding == AGREES || finding == WRONG)
        t->worst = fmax(t->worst, error);
}

static size_t common_divisor(size_t a, size_t b)
{
    while (b) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Number k of m, all over them even if it ends early: in steps of m by the golden ratio. */
static size_t scattered(size_t k, size_t m)
{
    size_t step = (size_t)(0.618 * (double)m) | 1;

    while (step > 1 && common_divisor(step, m) != 1)
        step -= 2;
    return k * step % m;
}

/* As long as `until` is not spent. */
static Tally check_tensor(Check *c, const rt_slot *p, double until)
{
    const rt_run *run = c->run;
    const rt_stream stream = { run->set->seed, RT_FOR_CHECK, rt_stream_of(p->key), 0 };
    const size_t m = quota(c, p->n);
    const double floor = FLOOR * rms(c->gradient + p->at, p->n);
    Tally t = { 0 };

    for (size_t k = 0; k < m && c->spent <= until; k++) {
        const size_t at = p->at + chosen(&stream, scattered(k, m), m, p->n);
        double error = 0;
        const Finding finding = rt_check_weight(c, at, floor, &error, &t.coarse);
        count(&t, finding, error);
    }
    return t;
}

/* ---- All --------------------------------------------------------------------------------- */

/* How far the loss moves when every weight moves by a rounding: what a difference cannot see. */
static double measure_rounding(Check *c, double *copy)
{
    const size_t n = c->run->net.n_elements;
    const rt_stream stream = { c->run->set->seed, RT_FOR_CHECK, 0, 1 };
    double largest = DBL_EPSILON * fabs(c->loss);

    memcpy(copy, c->w, n * sizeof *copy);
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        for (size_t i = 0; i < n; i++) {
            const double u = rt_random_uniform(&stream, (uint32_t)(trial * n + i));
            c->w[i] = copy[i] * (1 + DBL_EPSILON * (u < 0.5 ? -1 : 1));
        }
        largest = fmax(largest, fabs(rt_check_loss(c) - c->loss));
    }
    memcpy(c->w, copy, n * sizeof *copy);
    return largest;
}

/* A few samples, and a pass over them that can be repeated. */
static void choose_batch(rt_run *run)
{
    const int64_t n = run->data.train.n < run->rows ? run->data.train.n : run->rows;

    rt_data_order(run->set->seed, run->set->shuffle, 0, run->data.train.n, run->order);
    const int most = pass_time(&run->net, ROWS) > LONG_PASS ? FEW_ROWS : ROWS;
    rt_run_batch(run, &run->data.train, run->order, 0, (int)(n < most ? n : most));
    run->pass.training = run->pass.frozen = true;
    run->pass.watching = false;
    run->pass.step = 0;
}

/* Loss, gradient and rounding at the weights as they are. */
static bool differentiate(Check *c, double *gradient, rt_error *e)
{
    rt_run *run = c->run;

    c->w = run->pass.params;
    c->loss = rt_check_loss(c);
    if (!rt_run_knows_words(run, e))
        return false;
    if (!isfinite(c->loss))
        return rt_fail(e, "check-grad: the loss at these weights is %g: there is nothing to "
                       "compare", c->loss);
    rt_check_gradient(c);
    c->rounding = measure_rounding(c, gradient);
    memcpy(gradient, run->pass.grads, run->net.n_elements * sizeof *gradient);
    c->gradient = gradient;
    return true;
}

/* ---- The table --------------------------------------------------------------------------- */

static void print_row(FILE *out, const char *key, const Tally *t)
{
    fprintf(out, "%-32s %9zu %9.1e", key, t->checked, t->worst);
    fprintf(out, " %9zu %7zu %7zu", t->noise, t->kinks, t->wrong);
    if (t->noise)
        fprintf(out, "  to %.0e", t->coarse);
    fputc('\n', out);
}

static void print_head(const Check *c, const char *where, FILE *out)
{
    const rt_run *run = c->run;

    fprintf(out, "check-grad: %s in double, %d samples, at %s: loss %.6g\n", run->model->name,
            run->pass.rows, where, c->loss);
    if (planned(c) < run->net.n_parameters)
        fprintf(out, "a sample of %zu of the %zu parameters, seed %" PRIu64 "\n", planned(c),
                run->net.n_parameters, run->set->seed);
    fprintf(out, "\n%-32s %9s %9s %9s %7s %7s\n", "tensor", "checked", "worst", "in noise",
            "at kink", "wrong");
}

static void add(Total *total, const Tally *t, const char *key)
{
    if (!total->where || t->worst > total->t.worst)
        total->where = key;
    total->t.worst = fmax(total->t.worst, t->worst);
    total->t.checked += t->checked;
    total->t.noise += t->noise;
    total->t.kinks += t->kinks;
    total->t.wrong += t->wrong;
}

static double unseen(const Tally *t) { return (double)(t->noise + t->kinks) / (double)t->checked; }

static void print_total(const Check *c, const Total *total, FILE *out)
{
    const Tally *t = &total->t;
    const size_t rest = planned(c) - t->checked;

    fprintf(out, "\n%zu checked: %zu agree, %zu in noise (compared absolutely), ", t->checked,
            t->checked - t->noise - t->kinks - t->wrong, t->noise);
    fprintf(out, "%zu at kinks (left out), %zu wrong\n", t->kinks, t->wrong);
    if (rest)
        fprintf(out, "%zu more of the sample would take too long", rest);
    if (total->left_out)
        fprintf(out, "; %d of %d tensors are left out", total->left_out,
                c->run->net.n_params);
    if (rest)
        fputc('\n', out);
}

/* All tensors at the weights as they are; each may take its share of the time that is left, and
 * what those before it have not taken. */
static void check_tensors(Check *c, double until, Total *total, FILE *out)
{
    const rt_net *net = &c->run->net;
    const double start = c->spent, most = (double)planned(c);
    const double time = fmax(until - start, LEAST * 2 * c->pass);
    double due = 0;

    for (int i = 0; i < net->n_params; i++) {
        const rt_slot *p = &net->param[i];

        due += (double)quota(c, p->n);
        const Tally t = check_tensor(c, p, start + time * due / most);
        total->left_out += t.checked == 0;
        if (t.checked)
            print_row(out, p->key, &t);
        fflush(out);
        add(total, &t, p->key);
    }
    print_total(c, total, out);
}

/* At the weights as they are, until so much time is spent. */
static bool check_point(Check *c, const char *where, double until, Total *total, FILE *out,
                        rt_error *e)
{
    double *gradient = calloc(c->run->net.n_elements + 1, sizeof *gradient);

    *total = (Total){ .where = NULL };
    if (!gradient)
        return rt_fail(e, "check-grad: out of memory");
    const bool ok = differentiate(c, gradient, e);
    if (ok) {
        print_head(c, where, out);
        check_tensors(c, until, total, out);
    }
    free(gradient);
    return ok;
}

static bool conclude(const Total *total, FILE *out)
{
    const bool kinky = (double)total->t.kinks > MOST_KINKS * (double)total->t.checked;
    const bool ok = total->t.wrong == 0 && !kinky;

    if (kinky)
        fprintf(out, "more than %.0f %% are at kinks\n", 100 * MOST_KINKS);
    fprintf(out, "check-grad: worst relative error %.1e in %s: %s\n", total->t.worst,
            total->where ? total->where : "nothing", ok ? "ok" : "FAILED");
    return ok;
}

bool rt_check_grad(rt_run *run, FILE *out, rt_error *e)
{
    Check c = { .run = run };
    Total total, again;

    e->text[0] = '\0';
    choose_batch(run);
    c.pass = pass_time(&run->net, run->pass.rows);
    c.sample = choose_sample(&c);
    if (!check_point(&c, "the weights as they are", TIME_FIRST, &total, out, e))
        return false;
    const bool explained = total.t.wrong * KINKS_A_WRONG <= total.t.kinks;
    if (explained && unseen(&total.t) > MOST_UNSEEN) {
        fprintf(out, "%.0f %% in noise or at kinks: once more where signals keep their size\n\n",
                100 * unseen(&total.t));
        rt_unit_gain(run);
        if (!check_point(&c, "weights of unit gain", TIME, &again, out, e))
            return false;
        if (!total.t.wrong && again.t.worst < total.t.worst) {
            again.t.worst = total.t.worst;
            again.where = total.where;
        }
        total = again;
    }
    return conclude(&total, out);
}
