/* check_grad.c -- the gradient check: right gradients pass, wrong ones do not. */
#define RT_DOUBLE
#include "../../runtime/check_grad.h"

#include <stdlib.h>

#include "test.h"
#include "tiny_model.h"

static const rt_model tiny = TINY_RECORD;
static rt_error error;

/* Runs the check on a copy of the tiny program; its table goes to `table`. */
static bool check(const rt_model *model, const rt_settings *set, char *table, size_t size)
{
    rt_run run;
    bool ok = false;

    CHECK(rt_run_new(&run, model, NULL, set, 1, ".", &error));
    FILE *out = fmemopen(table, size, "w");
    if (out) {
        ok = rt_check_grad(&run, out, &error);
        fclose(out);
    }
    rt_run_free(&run);
    return ok;
}

TEST(right_gradients_pass)
{
    rt_settings set = model_settings;
    char table[4096];

    CHECK(check(&tiny, &set, table, sizeof table));
    CHECK(strstr(table, "1786 checked: 1786 agree, 0 in noise (compared absolutely), 0 at kinks"));
    CHECK(strstr(table, "check-grad: worst relative error "));
    set.l1 = 0.01;
    set.l2 = 0.1;
    set.seed = 7;
    CHECK(check(&tiny, &set, table, sizeof table));
}

/* ---- Planted faults ---------------------------------------------------------------------- */

static int fault;
enum { FAULTS = 6 };

static void wrong_backward(rt_pass *c)
{
    struct model_params *g = c->grads;

    model_backward(c);
    switch (fault) {
    case 0: g->first_weight[3][20] *= 1 + 1e-5; break;
    case 1: g->h[0].weight[2][5] = -g->h[0].weight[2][5]; break;
    case 2: g->h[1].bias[9] = 0; break;
    case 3: g->stage.bn_bias[0] += 1e-6; break;
    case 4: g->logits_bias[9] = NAN; break;
    case 5:
        for (int i = 0; i < CLASSES; i++)
            g->logits_weight[i][0] *= 2;
        break;
    }
}

TEST(planted_faults_are_found)
{
    rt_model model = tiny;
    char table[4096];

    model.backward = wrong_backward;
    for (fault = 0; fault < FAULTS; fault++) {
        CHECK(!check(&model, &model_settings, table, sizeof table));
        CHECK(strstr(table, "FAILED"));
    }
}

/* ---- A loss without a slope, and one with kinks ------------------------------------------ */

static double flat_forward(rt_pass *c)
{
    (void)c;
    return 1;
}

static void flat_backward(rt_pass *c) { memset(c->grads, 0, sizeof(struct model_params)); }

/* Gradients so small that no difference shows them. */
static void faint_backward(rt_pass *c)
{
    double *g = c->grads;

    for (size_t i = 0; i < sizeof(struct model_params) / sizeof *g; i++)
        g[i] = 1e-30;
}

TEST(a_faint_gradient_is_said_to_be_in_noise)
{
    rt_model model = tiny;
    char table[4096];

    model.forward = flat_forward;
    model.backward = flat_backward;
    CHECK(check(&model, &model_settings, table, sizeof table));
    CHECK(strstr(table, "1786 checked: 1786 agree, 0 in noise"));
    model.backward = faint_backward;
    CHECK(check(&model, &model_settings, table, sizeof table));
    CHECK(strstr(table, "1786 checked: 0 agree, 1786 in noise"));
}

/* Sum of |b| over the biases of the output, which start at a kink, and of 3 w over all else. */
static double kinked_forward(rt_pass *c)
{
    const double *w = c->params;
    const size_t n = sizeof(struct model_params) / sizeof *w;
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += i < n - CLASSES ? 3 * w[i] : fabs(w[i]);
    return sum;
}

static void kinked_backward(rt_pass *c)
{
    double *g = c->grads;
    const size_t n = sizeof(struct model_params) / sizeof *g;

    for (size_t i = 0; i < n; i++)
        g[i] = i < n - CLASSES ? 3 : 1;
}

static int wrong_at = -1;

static void wrong_kinked_backward(rt_pass *c)
{
    kinked_backward(c);
    ((double *)c->grads)[wrong_at] += 0.01;
}

TEST(kinks_are_left_out_and_counted)
{
    rt_model model = tiny;
    char table[4096];

    model.forward = kinked_forward;
    model.backward = kinked_backward;
    CHECK(check(&model, &model_settings, table, sizeof table));
    CHECK(strstr(table,
                 "1776 agree, 0 in noise (compared absolutely), 10 at kinks (left out), 0 wrong"));
    model.backward = wrong_kinked_backward;
    wrong_at = 100;
    CHECK(!check(&model, &model_settings, table, sizeof table));
    CHECK(strstr(table, "10 at kinks (left out), 1 wrong"));
}

/* 3 w over all, and of the output's biases, which are 0, as relu(b) - relu(-b): no loss shows these
 * kinks, but the slope of relu at 0 is 0. */
static double hidden_kinks_forward(rt_pass *c)
{
    const double *w = c->params;
    double sum = 0;

    for (size_t i = 0; i < sizeof(struct model_params) / sizeof *w; i++)
        sum += 3 * w[i];
    return sum;
}

static void hidden_kinks_backward(rt_pass *c)
{
    const double *w = c->params;
    double *g = c->grads;
    const size_t n = sizeof(struct model_params) / sizeof *g;

    for (size_t i = 0; i < n; i++)
        g[i] = i < n - CLASSES ? 3 : 3 * ((w[i] > 0) + (w[i] < 0));
}

static void wrong_hidden_kinks_backward(rt_pass *c)
{
    hidden_kinks_backward(c);
    ((double *)c->grads)[wrong_at] += 1e-5;
}

TEST(kinks_that_cancel_out_are_told_by_the_gradient)
{
    rt_model model = tiny;
    char table[4096];

    model.forward = hidden_kinks_forward;
    model.backward = hidden_kinks_backward;
    CHECK(check(&model, &model_settings, table, sizeof table));
    CHECK(strstr(table,
                 "1776 agree, 0 in noise (compared absolutely), 10 at kinks (left out), 0 wrong"));
    model.backward = wrong_hidden_kinks_backward;
    wrong_at = 100;
    CHECK(!check(&model, &model_settings, table, sizeof table));
    CHECK(strstr(table, "10 at kinks (left out), 1 wrong"));
}

static double infinite_forward(rt_pass *c)
{
    (void)c;
    return (double)INFINITY;
}

TEST(an_infinite_loss_cannot_be_checked)
{
    rt_model model = tiny;
    char table[4096];

    model.forward = infinite_forward;
    CHECK(!check(&model, &model_settings, table, sizeof table));
    CHECK_TEXT(error.text,
               "check-grad: the loss at these weights is inf: there is nothing to compare");
}

static double illiterate_forward(rt_pass *c)
{
    c->stray.value = 3.5;
    c->stray.words = 8;
    return model_forward(c);
}

TEST(numbers_without_words_cannot_be_checked)
{
    rt_model model = tiny;
    char table[4096];

    model.forward = illiterate_forward;
    CHECK(!check(&model, &model_settings, table, sizeof table));
    CHECK_TEXT(error.text, "embedding: 3.5 is no word: wanted are the whole numbers from 0 to 7, "
                           "after scale and normalize");
}

int main(void)
{
    RUN(right_gradients_pass);
    RUN(planted_faults_are_found);
    RUN(a_faint_gradient_is_said_to_be_in_noise);
    RUN(kinks_are_left_out_and_counted);
    RUN(kinks_that_cancel_out_are_told_by_the_gradient);
    RUN(an_infinite_loss_cannot_be_checked);
    RUN(numbers_without_words_cannot_be_checked);
    return test_done();
}
