/* check_grad.c -- the gradients against differences of the loss, in double.
 *
 * The derivative by a parameter w is estimated from four losses, to fourth order:
 *
 *     f' = (8 (f(w + h) - f(w - h)) - (f(w + 2h) - f(w - 2h))) / 12 h  +  O(h^4 f''''')
 *
 * A long step drowns the rounding of the losses, but may cross a kink of a ReLU; so steps are tried
 * from long to short.  A parameter
 *
 *     agrees       at the first step where estimate and gradient differ by at most LIMIT, relative
 *                  to the larger of them, but to no less than FLOOR times the tensor's RMS gradient;
 *     is in noise  where no step agrees, but one differs by no more than the rounding of the losses
 *                  explains: the difference is then checked absolutely, and says no more;
 *     is at a kink where neither holds, and the loss is not smooth even within the shortest step;
 *     is wrong     else.
 *
 * The four are counted apart. */
#include "check_grad.h"

#include <float.h>
#include <inttypes.h>
#include <stdlib.h>

#include "philox.h"
#include "reals.h"

enum { ROWS = 8, TRIALS = 8, STEPS = 5 };
enum { ALL = 20000, SAMPLE = 2000, SAMPLE_TENSOR = 20 };    /* parameters */
static const double LIMIT = 1e-6, FLOOR = 1e-3;
static const double STEP[STEPS] = { 1e-3, 1.25e-4, 1.6e-5, 2e-6, 2.5e-7 };     /* times max(1, |w|) */
static const double MOST_KINKS = 0.05;      /* share of what was checked */
static const double NOISE = 10;             /* roundings that a difference may be off by */

typedef enum { AGREES, IN_NOISE, AT_KINK, WRONG } Finding;

typedef struct {
    rt_run *run;
    double *w;
    const double *gradient;
    double loss, rounding;          /* at the weights; what rounding does to it */
} Check;

typedef struct {
    size_t checked, noise, kinks, wrong;
    double worst;                   /* relative error of those that agree or are wrong */
    double coarse;                  /* the largest rounding that one in noise was compared with */
} Tally;

static double loss_of(Check *c)
{
    return c->run->model->forward(&c->run->pass)
         + c->run->model->reals->penalty_value(&c->run->update);
}

/* ---- One parameter ---------------------------------------------------------------------------------- */

/* Losses around w[i]: f[k] at w + (k - 2) h; the weight is put back. */
static void losses(Check *c, size_t i, double h, double f[5])
{
    const double w = c->w[i];

    for (int k = 0; k < 5; k++) {
        c->w[i] = w + (k - 2) * h;
        f[k] = k == 2 ? c->loss : loss_of(c);
    }
    c->w[i] = w;
}

/* Does the slope change within the step?  On a smooth loss the second difference over h falls with h
 * and both slopes agree to second order; across a kink neither does. */
static bool has_kink(const double f[5], double h, double noise)
{
    const double near = (f[3] - f[1]) / (2 * h), far = (f[4] - f[0]) / (4 * h);
    const double bend = (f[3] - 2 * f[2] + f[1]) / h, wide = (f[4] - 2 * f[2] + f[0]) / (2 * h);
    const double slack = NOISE * noise + LIMIT * (fabs(near) + fabs(far));

    return fabs(near - far) > slack || (fabs(bend) > slack && fabs(wide) < 1.5 * fabs(bend));
}

static Finding compare(Check *c, size_t i, double floor, double *error, double *coarse)
{
    const double a = c->gradient[i], scale = fmax(1, fabs(c->w[i]));
    double best = INFINITY;
    bool in_noise = false, kink = false;

    for (int s = 0; s < STEPS; s++) {
        double f[5];
        const double h = (c->w[i] + scale * STEP[s]) - c->w[i];     /* exact in double */
        const double noise = 1.5 * c->rounding / h;
        losses(c, i, h, f);
        const double n = (8 * (f[3] - f[1]) - (f[4] - f[0])) / (12 * h);
        const double off = fabs(a - n), relative = off / fmax(fmax(fabs(a), fabs(n)), floor);
        if (off == 0 || relative <= LIMIT) {
            *error = off == 0 ? 0 : relative;
            return AGREES;
        }
        if (off <= NOISE * noise && !in_noise) {
            in_noise = true;
            *coarse = fmax(*coarse, NOISE * noise);
        }
        best = fmin(best, relative);
        kink = has_kink(f, h, noise);
    }
    *error = best;
    return in_noise ? IN_NOISE : kink ? AT_KINK : WRONG;
}

/* ---- One tensor -------------------------------------------------------------------------------------- */

/* How many of a tensor's n elements are checked. */
static size_t quota(const rt_net *net, size_t n)
{
    if (net->n_parameters <= ALL)
        return n;
    const size_t share = (size_t)ceil((double)SAMPLE * (double)n / (double)net->n_parameters);
    const size_t wanted = share > SAMPLE_TENSOR ? share : SAMPLE_TENSOR;
    return wanted < n ? wanted : n;
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

static Tally check_tensor(Check *c, const rt_slot *p)
{
    const rt_run *run = c->run;
    const rt_stream stream = { run->set->seed, RT_FOR_CHECK, rt_stream_of(p->key), 0 };
    const size_t m = quota(&run->net, p->n);
    const double floor = FLOOR * rms(c->gradient + p->at, p->n);
    Tally t = { 0 };

    for (size_t k = 0; k < m; k++) {
        double error = 0;
        const Finding finding = compare(c, p->at + chosen(&stream, k, m, p->n), floor, &error, &t.coarse);
        count(&t, finding, error);
    }
    return t;
}

/* ---- All --------------------------------------------------------------------------------------------- */

/* How far the loss moves when every weight moves by a rounding: what a difference cannot see. */
static double measure_rounding(Check *c, double *copy)
{
    const size_t n = c->run->net.n_elements;
    const rt_stream stream = { c->run->set->seed, RT_FOR_CHECK, 0, 1 };
    double largest = DBL_EPSILON * fabs(c->loss);

    for (size_t i = 0; i < n; i++)
        copy[i] = c->w[i];
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        for (size_t i = 0; i < n; i++) {
            const double u = rt_random_uniform(&stream, (uint32_t)(trial * n + i));
            c->w[i] = copy[i] * (1 + DBL_EPSILON * (u < 0.5 ? -1 : 1));
        }
        largest = fmax(largest, fabs(loss_of(c) - c->loss));
    }
    for (size_t i = 0; i < n; i++)
        c->w[i] = copy[i];
    return largest;
}

static bool prepare(Check *c, double *gradient, rt_error *e)
{
    rt_run *run = c->run;
    rt_pass *p = &run->pass;
    const int64_t n = run->data.train.n < run->rows ? run->data.train.n : run->rows;

    rt_data_order(run->set->seed, run->set->shuffle, 0, run->data.train.n, run->order);
    rt_run_batch(run, &run->data.train, run->order, 0, (int)(n < ROWS ? n : ROWS));
    p->training = p->frozen = true;
    p->watching = false;
    p->step = 0;
    c->w = p->params;
    c->loss = loss_of(c);
    if (!isfinite(c->loss))
        return rt_fail(e, "check-grad: the loss at these weights is %g: there is nothing to compare",
                       c->loss);
    run->model->backward(p);
    run->update.g = p->grads;
    run->model->reals->penalty(&run->update);
    c->rounding = measure_rounding(c, gradient);
    for (size_t i = 0; i < run->net.n_elements; i++)
        gradient[i] = ((const double *)p->grads)[i];
    c->gradient = gradient;
    return true;
}

static void print_row(FILE *out, const char *key, const Tally *t)
{
    fprintf(out, "%-32s %9zu %9.1e", key, t->checked, t->worst);
    fprintf(out, " %9zu %7zu %7zu", t->noise, t->kinks, t->wrong);
    if (t->noise)
        fprintf(out, "  to %.0e", t->coarse);
    fputc('\n', out);
}

static void print_head(const Check *c, FILE *out)
{
    const rt_run *run = c->run;

    fprintf(out, "check-grad: %s in double, %d samples, loss %.6g\n", run->model->name,
            run->pass.rows, c->loss);
    if (run->net.n_parameters > ALL)
        fprintf(out, "a sample of the %zu parameters, seed %" PRIu64 "\n", run->net.n_parameters,
                run->set->seed);
    fprintf(out, "\n%-32s %9s %9s %9s %7s %7s\n", "tensor", "checked", "worst", "in noise", "at kink",
            "wrong");
}

static bool conclude(FILE *out, const Tally *all, const char *worst)
{
    const bool kinky = (double)all->kinks > MOST_KINKS * (double)all->checked;
    const bool ok = all->wrong == 0 && !kinky;

    fprintf(out, "\n%zu checked: %zu agree, %zu in noise (compared absolutely), %zu at kinks (left "
            "out), %zu wrong\n", all->checked, all->checked - all->noise - all->kinks - all->wrong,
            all->noise, all->kinks, all->wrong);
    if (kinky)
        fprintf(out, "more than %.0f %% are at kinks\n", 100 * MOST_KINKS);
    fprintf(out, "check-grad: worst relative error %.1e in %s: %s\n", all->worst, worst,
            ok ? "ok" : "FAILED");
    return ok;
}

static bool check_all(Check *c, FILE *out)
{
    const rt_net *net = &c->run->net;
    const char *worst = net->n_params ? net->param[0].key : "nothing";
    Tally all = { 0 };

    print_head(c, out);
    for (int i = 0; i < net->n_params; i++) {
        const Tally t = check_tensor(c, &net->param[i]);
        print_row(out, net->param[i].key, &t);
        fflush(out);
        if (t.worst > all.worst)
            worst = net->param[i].key;
        all.worst = fmax(all.worst, t.worst);
        all.checked += t.checked;
        all.noise += t.noise;
        all.kinks += t.kinks;
        all.wrong += t.wrong;
    }
    return conclude(out, &all, worst);
}

bool rt_check_grad(rt_run *run, FILE *out, rt_error *e)
{
    Check c = { .run = run };
    double *gradient = calloc(run->net.n_elements + 1, sizeof *gradient);

    e->text[0] = '\0';
    if (!gradient)
        return rt_fail(e, "check-grad: out of memory");
    const bool ok = prepare(&c, gradient, e) && check_all(&c, out);
    free(gradient);
    return ok;
}
