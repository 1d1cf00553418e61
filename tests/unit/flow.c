/* flow.c -- the flow of gradients with known gains. */
#include "synthetic.h"
#include "test.h"

TEST(is_the_product_of_the_gains)
{
    Synthetic *s = synthetic_new(20, 8);
    double r2;
    synthetic_step(s, 0.03, 0.25);
    const rt_record *r = synthetic_add(s, 0);
    CHECK_NEAR(rt_flow(&s->net, r) / pow(0.25, 19), 1, 1e-12);
    CHECK_NEAR(rt_decades_per_layer(&s->net, r, &r2), log10(0.25), 1e-12);
    CHECK_NEAR(r2, 1, 1e-12);
    synthetic_step(s, 0.03, 3);
    r = synthetic_add(s, 1);
    CHECK_NEAR(rt_flow(&s->net, r) / pow(3, 19), 1, 1e-12);
    CHECK_NEAR(rt_decades_per_layer(&s->net, r, &r2), log10(3), 1e-12);
    synthetic_free(s);
}

TEST(leaves_the_output_out)
{
    Synthetic *s = synthetic_new(5, 8);
    int first, last;
    synthetic_step(s, 1, 1);
    s->watch[5].delta_rms = 1e9;
    CHECK(rt_flow_ends(&s->net, &first, &last));
    CHECK(first == 0 && last == 4);
    CHECK_NEAR(rt_flow(&s->net, synthetic_add(s, 0)), 1, 0);
    synthetic_free(s);
}

TEST(is_1_with_fewer_than_two_hidden_layers)
{
    Synthetic *s = synthetic_new(1, 8);
    int first, last;
    double r2;
    synthetic_step(s, 1, 1);
    s->watch[0].delta_rms = 1e-9;
    const rt_record *r = synthetic_add(s, 0);
    CHECK(!rt_flow_ends(&s->net, &first, &last));
    CHECK_NEAR(rt_flow(&s->net, r), 1, 0);
    CHECK(isnan(rt_decades_per_layer(&s->net, r, &r2)));
    synthetic_free(s);
}

TEST(knows_zero_from_unknown)
{
    Synthetic *s = synthetic_new(4, 8);
    synthetic_step(s, 1, 1);
    s->watch[0].delta_rms = 0;
    CHECK_NEAR(rt_flow(&s->net, synthetic_add(s, 0)), 0, 0);
    s->watch[3].delta_rms = 0;
    CHECK_NEAR(rt_flow(&s->net, synthetic_add(s, 1)), 0, 0);
    s->watch[0].delta_rms = 1;
    CHECK(isnan(rt_flow(&s->net, synthetic_add(s, 2))));
    s->watch[3].delta.nonfinite = 1;
    CHECK(isnan(rt_flow(&s->net, synthetic_add(s, 3))));
    synthetic_free(s);
}

/* h[0], a residual around h[2] and one in it around h[4]. */
TEST(looks_past_bodies_that_are_scaled_down)
{
    Synthetic *s = synthetic_new(6, 8);
    rt_layer join = s->hidden;
    join.kind = "residual";
    join.paths = 2;
    join.in_flow = false;
    s->info[1].layer = s->info[3].layer = &join;
    s->info[2].inside = s->info[3].inside = 1;
    s->info[4].inside = s->info[5].inside = 2;
    synthetic_step(s, 1e-6, 1);
    s->watch[0].delta_rms = 1;
    s->watch[1].path_rms[0] = 0.5;
    s->watch[3].path_rms[0] = 1e-3;
    const rt_record *r = synthetic_add(s, 0);
    CHECK_NEAR(rt_flow(&s->net, r), 1e6, 1e-3);
    CHECK_NEAR(rt_carried(&s->net, r, 0), 0, 0);
    CHECK_NEAR(rt_carried(&s->net, r, 2), 0.5, 0);
    CHECK_NEAR(rt_carried(&s->net, r, 5), 0.5, 0);
    CHECK_NEAR(rt_gained(&s->net, r), log10(2), 1e-12);
    s->watch[1].path_rms[0] = 0;
    CHECK_NEAR(rt_gained(&s->net, synthetic_add(s, 1)), 3, 1e-12);
    s->watch[3].path_rms[0] = 0;
    CHECK_NEAR(rt_gained(&s->net, synthetic_add(s, 2)), 6, 1e-12);
    synthetic_free(s);
}

TEST(fits_what_can_be_fitted)
{
    Synthetic *s = synthetic_new(10, 8);
    double r2;
    synthetic_step(s, 1, 0.1);
    s->watch[0].delta_rms = 0;                          /* no logarithm: left out */
    s->watch[4].delta.nonfinite = 1;
    CHECK_NEAR(rt_decades_per_layer(&s->net, synthetic_add(s, 0), &r2), -1, 1e-12);
    synthetic_step(s, 1, 1);
    CHECK_NEAR(rt_decades_per_layer(&s->net, synthetic_add(s, 1), &r2), 0, 1e-12);
    for (int i = 0; i < 10; i++)
        s->watch[i].delta_rms = i % 2 ? 1 : 10;
    rt_decades_per_layer(&s->net, synthetic_add(s, 2), &r2);
    CHECK(r2 < 0.1);
    synthetic_free(s);
}

TEST(goes_by_name)
{
    Synthetic *s = synthetic_new(5, 8);
    synthetic_step(s, 1, 0.5);
    const rt_record *r = synthetic_add(s, 0);
    CHECK_NEAR(rt_flow_of(&s->net, r, "h"), pow(0.5, 4), 1e-15);
    CHECK_NEAR(rt_flow_of(&s->net, r, "h[3]"), 1, 0);
    CHECK_NEAR(rt_flow_of(&s->net, r, "logits"), 1, 0);
    CHECK(isnan(rt_flow_of(&s->net, r, "g")));
    synthetic_free(s);
}

TEST(takes_in_paths)
{
    CHECK(rt_takes_in("h", "h") && rt_takes_in("h", "h[3]") && rt_takes_in("h[3]", "h[3]"));
    CHECK(rt_takes_in("h", "h[3][1]") && rt_takes_in("h[3]", "h[3][1]"));
    CHECK(rt_takes_in("stage", "stage[1].unit.bn") && rt_takes_in("stage[1]", "stage[1].unit.bn"));
    CHECK(rt_takes_in("stage.unit", "stage[1].unit.bn"));
    CHECK(rt_takes_in("stage.unit.bn", "stage[12].unit[3].bn"));
    CHECK(!rt_takes_in("h[3]", "h[30]") && !rt_takes_in("h[3]", "h[2]"));
    CHECK(!rt_takes_in("h", "hh") && !rt_takes_in("h", "h_2") && !rt_takes_in("hh", "h[0]"));
    CHECK(!rt_takes_in("stage[1]", "stage[0].unit") && !rt_takes_in("stage.unit", "stage[1]"));
}

TEST(goes_through_time)
{
    Synthetic *s = synthetic_new(4, 8);
    rt_layer lstm, rnn;
    synthetic_recur(s, 1, &lstm, "lstm", 101);
    synthetic_recur(s, 2, &rnn, "rnn", 11);
    synthetic_step(s, 1, 1);
    CHECK(rt_furthest_in_time(&s->net, synthetic_add(s, 0), "h[0]") == -1);
    synthetic_time(s, 1, 0.3, 0.9);
    synthetic_time(s, 2, 0.2, 3);
    const rt_record *r = synthetic_add(s, 1);
    CHECK_NEAR(rt_flow_through_time(&r->layer[1].watch) / pow(0.9, 100), 1, 1e-12);
    CHECK_NEAR(rt_flow_through_time(&r->layer[2].watch) / pow(3, 10), 1, 1e-12);
    CHECK(rt_furthest_in_time(&s->net, r, NULL) == 2);          /* 4.8 decades against 4.6 */
    CHECK(rt_furthest_in_time(&s->net, r, "h[1]") == 1);
    s->watch[1].delta_first = 0;
    r = synthetic_add(s, 2);
    CHECK_NEAR(rt_flow_through_time(&r->layer[1].watch), 0, 0);
    CHECK(rt_furthest_in_time(&s->net, r, "h") == 1);
    s->watch[2].delta_first = NAN;                              /* not known goes first */
    CHECK(rt_furthest_in_time(&s->net, synthetic_add(s, 3), "h") == 2);
    s->info[2].unused = true;
    CHECK(rt_furthest_in_time(&s->net, synthetic_add(s, 4), "h") == 1);
    synthetic_free(s);
}

int main(void)
{
    RUN(is_the_product_of_the_gains);
    RUN(leaves_the_output_out);
    RUN(is_1_with_fewer_than_two_hidden_layers);
    RUN(knows_zero_from_unknown);
    RUN(looks_past_bodies_that_are_scaled_down);
    RUN(fits_what_can_be_fitted);
    RUN(goes_by_name);
    RUN(takes_in_paths);
    RUN(goes_through_time);
    return test_done();
}
