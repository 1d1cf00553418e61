/* history.c -- what is recorded of a watched step, and the first value that is not finite. */
#include "synthetic.h"
#include "test.h"

TEST(copies_watches)
{
    Synthetic *s = synthetic_new(4, 8);
    synthetic_step(s, 0.5, 0.5);
    s->tensor[1].weight_sum_squares = 64;               /* 64 weights of RMS 1 */
    s->tensor[1].change_sum_squares = 64e-4;
    s->tensor[1].grad.sum_squares = 4;
    s->u.clipped = true;
    const rt_record *r = synthetic_add(s, 0);
    CHECK(r != NULL && r->clipped);
    CHECK_NEAR(r->rate, 0.1, 0);
    CHECK_NEAR(r->layer[0].watch.delta_rms, 0.0625, 1e-15);
    CHECK_NEAR(r->layer[1].weight_rms, 1, 1e-15);
    CHECK_NEAR(r->layer[1].update_ratio, 0.01, 1e-15);
    CHECK_NEAR(r->layer[1].grad_norm, 2, 1e-15);
    CHECK_NEAR(r->layer[1].grad_rms, 0.25, 1e-15);
    CHECK(isnan(r->layer[1].bias_grad_norm));
    synthetic_free(s);
}

TEST(knows_nothing_without_watches)
{
    Synthetic *s = synthetic_new(3, 8);
    rt_error e;
    CHECK(rt_history_add(&s->h, 0, 0, 1.0, NULL, NULL, &e));
    const rt_layer_record *l = &rt_history_at(&s->h, 0)->layer[0];
    CHECK(isnan(l->watch.act_rms) && isnan(l->watch.delta_rms) && isnan(l->watch.dead));
    CHECK(isnan(l->grad_norm) && isnan(l->weight_rms) && isnan(l->update_ratio));
    CHECK(!s->h.nonfinite.happened);
    synthetic_free(s);
}

/* What does not exist is not 0: steps of what is not recurrent, the output of a join. */
TEST(knows_recurrent_layers_and_joins)
{
    Synthetic *s = synthetic_new(3, 8);
    rt_layer mem, join;
    synthetic_recur(s, 0, &mem, "lstm", 8);
    join = s->hidden;
    join.paths = 2;
    s->info[1].layer = &join;
    synthetic_step(s, 1, 1);
    synthetic_time(s, 0, 1, 0.5);
    s->watch[1] = (rt_watch){ .path_rms = { 0, 0 } };
    const rt_record *r = synthetic_add(s, 0);
    CHECK_NEAR(r->layer[0].watch.delta_first, pow(0.5, 7), 1e-15);
    CHECK(isnan(r->layer[1].watch.act_rms) && isnan(r->layer[1].watch.delta_rms));
    CHECK_NEAR(r->layer[1].watch.path_rms[1], 0, 0);
    CHECK(isnan(r->layer[2].watch.delta_first) && isnan(r->layer[2].watch.decades_per_step));
    s->watch[0].delta.nonfinite = 1;                    /* then single steps may still be known */
    s->watch[0].delta_first = NAN;
    r = synthetic_add(s, 1);
    CHECK(isnan(r->layer[0].watch.delta_first));
    CHECK_NEAR(r->layer[0].watch.delta_last, 1, 0);
    s->watch[0] = (rt_watch){ .act_rms = 1 };           /* nothing came back */
    CHECK(isnan(synthetic_add(s, 2)->layer[0].watch.delta_last));
    synthetic_free(s);
}

TEST(finds_steps)
{
    Synthetic *s = synthetic_new(3, 8);
    CHECK(rt_history_at(&s->h, -1) == NULL);
    synthetic_step(s, 1, 1);
    for (int i = 0; i < 100; i++)
        synthetic_add(s, i < 10 ? i : 50 * (i - 9));
    CHECK(rt_history_at(&s->h, 7) == &s->h.record[7]);
    CHECK(rt_history_at(&s->h, 50) == &s->h.record[10]);
    CHECK(rt_history_at(&s->h, 51) == NULL);
    CHECK(rt_history_at(&s->h, 5000) == NULL);
    CHECK(rt_history_at(&s->h, -1) == &s->h.record[99]);
    synthetic_free(s);
}

TEST(thins_long_histories)
{
    Synthetic *s = synthetic_new(3, 8);
    s->h.most_bytes = 100 * 4 * sizeof(rt_layer_record);
    synthetic_step(s, 1, 1);
    for (int i = 0; i < 1000; i++)
        synthetic_add(s, i);
    CHECK(s->h.n_records <= 102);
    for (int i = 0; i < 10; i++)
        CHECK(rt_history_at(&s->h, i) != NULL);
    for (int i = 1; i < s->h.n_records; i++)
        CHECK(s->h.record[i].step > s->h.record[i - 1].step);
    CHECK(rt_history_at(&s->h, -1)->step == 999);
    synthetic_free(s);
}

TEST(sees_equal_units)
{
    Synthetic *s = synthetic_new(3, 8);
    synthetic_step(s, 1, 1);
    for (int i = 0; i < 64; i++)
        s->w[64 + i] = (float)(i % 8);                  /* h[1]: eight equal rows */
    const rt_record *r = synthetic_add(s, 0);
    CHECK(!r->layer[0].same_units && r->layer[1].same_units && !r->layer[2].same_units);
    s->w[64 + 63] += 1e-6f;
    CHECK(!synthetic_add(s, 1)->layer[1].same_units);
    synthetic_free(s);
}

/* ---- Where a value stops being finite ------------------------------------------------------ */

static const rt_nonfinite *located(Synthetic *s, int64_t step)
{
    synthetic_add(s, step);
    return &s->h.nonfinite;
}

TEST(locates_the_first_output)
{
    Synthetic *s = synthetic_new(6, 8);
    synthetic_step(s, 1, 1);
    CHECK(!located(s, 0)->happened);
    for (int i = 0; i < 7; i++) {
        s->watch[i].act_nonfinite = i >= 3;
        s->watch[i].delta.nonfinite = 5;
    }
    const rt_nonfinite *n = located(s, 7);
    CHECK(n->happened && n->layer == 3 && n->step == 7);
    CHECK_TEXT(n->tensor, "output");
    CHECK(isnan(rt_history_at(&s->h, 7)->layer[3].watch.act_rms));
    CHECK(isnan(rt_history_at(&s->h, 7)->layer[0].watch.delta_rms));
    for (int i = 0; i < 7; i++)
        s->watch[i].act_nonfinite = 1;
    CHECK(located(s, 8)->layer == 3);                   /* the first stays */
    synthetic_free(s);
}

TEST(locates_gradients_from_the_output_back)
{
    Synthetic *s = synthetic_new(6, 8);
    synthetic_step(s, 1, 1);
    for (int i = 0; i <= 4; i++)
        s->watch[i].delta.nonfinite = s->tensor[i].grad.nonfinite = 1;
    CHECK(located(s, 2)->layer == 4);
    CHECK_TEXT(s->h.nonfinite.tensor, "delta");
    CHECK(isnan(rt_history_at(&s->h, 2)->layer[4].grad_norm));
    synthetic_free(s);

    s = synthetic_new(6, 8);
    synthetic_step(s, 1, 1);
    s->tensor[2].grad.nonfinite = 1;
    CHECK(located(s, 2)->layer == 2);
    CHECK_TEXT(s->h.nonfinite.tensor, "gradient");
    synthetic_free(s);
}

TEST(locates_weights)
{
    Synthetic *s = synthetic_new(6, 8);
    synthetic_step(s, 1, 1);
    s->tensor[5].change_sum_squares = INFINITY;
    CHECK(located(s, 2)->layer == 5);
    CHECK_TEXT(s->h.nonfinite.tensor, "weight");
    synthetic_free(s);

    s = synthetic_new(6, 8);
    synthetic_step(s, 1, 1);
    s->tensor[1].weight_sum_squares = NAN;              /* before the step: precedes the output */
    s->watch[1].act_nonfinite = 9;
    CHECK(located(s, 2)->layer == 1);
    CHECK_TEXT(s->h.nonfinite.tensor, "weight");
    synthetic_free(s);
}

TEST(locates_the_loss)
{
    Synthetic *s = synthetic_new(3, 8);
    rt_error e;
    synthetic_step(s, 1, 1);
    rt_history_add(&s->h, 4, 0, INFINITY, s->watch, &s->u, &e);
    CHECK(s->h.nonfinite.happened && s->h.nonfinite.layer == -1);
    CHECK_TEXT(s->h.nonfinite.tensor, "loss");
    synthetic_free(s);
}

int main(void)
{
    RUN(copies_watches);
    RUN(knows_nothing_without_watches);
    RUN(knows_recurrent_layers_and_joins);
    RUN(finds_steps);
    RUN(thins_long_histories);
    RUN(sees_equal_units);
    RUN(locates_the_first_output);
    RUN(locates_gradients_from_the_output_back);
    RUN(locates_weights);
    RUN(locates_the_loss);
    return test_done();
}
