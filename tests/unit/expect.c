/* expect.c -- the quantities and conditions of `expect`. */
#include "synthetic.h"
#include "test.h"

/* What a program's `expect` function would do, one condition at a time. */
typedef struct {
    const char *quantity, *layer;
    int64_t step, epoch;
} Query;
static Query query;
static double answer;

static void ask(rt_expect *e)
{
    answer = rt_quantity(e, query.quantity, query.layer, query.step, query.epoch);
    rt_expected(e, "q < 1e300", rt_compare(e, answer, RT_LESS, 1e300));
}

static double value_of(Synthetic *s, const char *quantity, const char *layer, int64_t step,
                       int64_t epoch)
{
    query = (Query){ quantity, layer, step, epoch };
    s->model.expect = ask;
    const bool holds = rt_expect_all(&s->h, NULL);
    CHECK(holds == !!isfinite(answer));
    CHECK(!isfinite(answer) == (s->h.expectation[s->h.n_expectations - 1].note[0] != '\0'));
    return answer;
}

static const char *note(const Synthetic *s)
{
    return s->h.expectation[s->h.n_expectations - 1].note;
}

/* Steps 0 .. 4 and 50, with delta halved from layer to layer; two epochs. */
static Synthetic *trained(void)
{
    Synthetic *s = synthetic_new(4, 8);
    rt_error e;
    for (int i = 0; i < 6; i++) {
        synthetic_step(s, 1 + i, 0.5);
        for (int k = 0; k < 4; k++)
            s->watch[k].dead = 0.1 * k;
        s->u.clipped = i == 2;
        synthetic_add(s, i < 5 ? i : 50);
    }
    s->h.steps = 80;
    s->h.clipped_steps = 20;
    rt_history_add_epoch(&s->h, &(rt_epoch){ 0, 40, 2.0, 2.5, 0.3, 0.25, 1 }, &e);
    rt_history_add_epoch(&s->h, &(rt_epoch){ 1, 80, 1.0, 1.5, 0.8, 0.75, 1 }, &e);
    return s;
}

TEST(reads_epochs)
{
    Synthetic *s = trained();
    CHECK_NEAR(value_of(s, "loss.train", NULL, -1, -1), 1.0, 0);
    CHECK_NEAR(value_of(s, "loss.test", NULL, -1, -1), 1.5, 0);
    CHECK_NEAR(value_of(s, "accuracy.train", NULL, -1, -1), 0.8, 0);
    CHECK_NEAR(value_of(s, "accuracy.test", NULL, -1, 0), 0.25, 0);
    CHECK(isnan(value_of(s, "accuracy.test", NULL, -1, 7)));
    CHECK_TEXT(note(s), "epoch 7 is not one of those of the run, 0 to 1");
    CHECK(isnan(value_of(s, "accuracy.test", NULL, 3, -1)));
    CHECK_TEXT(note(s), "accuracy.test is measured after an epoch, not at a step");
    CHECK_NEAR(value_of(s, "loss.train", NULL, 3, -1), 2.3, 0);
    synthetic_free(s);
}

TEST(reads_steps)
{
    Synthetic *s = trained();
    CHECK_NEAR(value_of(s, "flow", NULL, -1, -1), 0.125, 1e-15);
    CHECK_NEAR(value_of(s, "flow", "h", 0, -1), 0.125, 1e-15);
    CHECK_NEAR(value_of(s, "delta", "h[3]", 0, -1), 1, 0);
    CHECK_NEAR(value_of(s, "delta", "h[3]", -1, -1), 6, 0);
    CHECK_NEAR(value_of(s, "delta", "h[3]", -1, 0), 5, 0);      /* the last before step 40 */
    CHECK(isnan(value_of(s, "delta", "h", 77, -1)));
    CHECK_TEXT(note(s), "step 77 was not watched (watched: 0, 1, 2, 3, 4, 50)");
    CHECK_NEAR(value_of(s, "clip.fraction", NULL, -1, -1), 0.25, 0);
    CHECK_NEAR(value_of(s, "clip.fraction", NULL, 2, -1), 1, 0);
    CHECK_NEAR(value_of(s, "clip.fraction", NULL, 3, -1), 0, 0);
    synthetic_free(s);
}

TEST(gathers_layers)
{
    Synthetic *s = trained();
    double squares = 0;
    for (int i = 0; i < 4; i++)
        squares += 36 * pow(0.25, i);
    CHECK_NEAR(value_of(s, "dead", "h", -1, -1), 0.15, 1e-15);
    CHECK_NEAR(value_of(s, "dead", "h[2]", -1, -1), 0.2, 1e-15);
    CHECK_NEAR(value_of(s, "saturated", "h", -1, -1), 0, 0);
    CHECK_NEAR(value_of(s, "update_ratio", "h", -1, -1), 1e-3, 1e-15);
    CHECK_NEAR(value_of(s, "grad", "h", -1, -1), sqrt(squares), 1e-12);
    CHECK_NEAR(value_of(s, "delta", "h", -1, -1), sqrt(squares / 4), 1e-12);
    CHECK(isnan(value_of(s, "grad", "nothing", -1, -1)));
    CHECK_TEXT(note(s), "'nothing' is no layer that is watched");
    synthetic_free(s);
}

TEST(knows_what_it_does_not_know)
{
    Synthetic *s = trained();
    CHECK(isnan(value_of(s, "predicted.flow", NULL, -1, -1)));
    CHECK_TEXT(note(s), "the program was built without its forecast");
    CHECK(isnan(value_of(s, "flow_through_time", "mem", -1, -1)));
    CHECK_NEAR(value_of(s, "nonfinite", NULL, -1, -1), 0, 0);
    s->watch[1].act_nonfinite = 1;
    synthetic_add(s, 60);
    CHECK_NEAR(value_of(s, "nonfinite", NULL, -1, -1), 1, 0);
    s->h.nonfinite.skipped = 17;
    CHECK_NEAR(value_of(s, "nonfinite", NULL, -1, -1), 17, 0);
    synthetic_free(s);

    s = synthetic_new(3, 8);                            /* nothing has run */
    CHECK(isnan(value_of(s, "flow", NULL, -1, -1)));
    CHECK_TEXT(note(s), "no step was watched");
    CHECK(isnan(value_of(s, "loss.test", NULL, -1, -1)));
    CHECK_TEXT(note(s), "no epoch has ended");
    synthetic_free(s);
}

TEST(reads_the_flow_through_time)
{
    Synthetic *s = synthetic_new(4, 8);
    rt_layer mem, other;
    synthetic_recur(s, 1, &mem, "gru", 21);
    synthetic_recur(s, 2, &other, "gru", 21);
    for (int i = 0; i < 2; i++) {
        synthetic_step(s, 1, 1);
        synthetic_time(s, 1, 1, i ? 1.2 : 0.5);
        synthetic_time(s, 2, 1, 0.9);
        synthetic_add(s, i);
    }
    CHECK_NEAR(value_of(s, "flow_through_time", "h[1]", 0, -1), pow(0.5, 20), 1e-15);
    CHECK_NEAR(value_of(s, "flow_through_time", "h[1]", -1, -1), pow(1.2, 20), 1e-9);
    CHECK_NEAR(value_of(s, "flow_through_time", "h[2]", -1, -1), pow(0.9, 20), 1e-12);
    CHECK_NEAR(value_of(s, "flow_through_time", "h", -1, -1), pow(1.2, 20), 1e-9);
    CHECK(isnan(value_of(s, "flow_through_time", "h[0]", -1, -1)));
    CHECK_TEXT(note(s), "'h[0]' takes in no recurrent layer that reaches the loss");
    s->watch[1].delta_first = NAN;
    synthetic_add(s, 2);
    CHECK(isnan(value_of(s, "flow_through_time", "h", -1, -1)));
    CHECK_TEXT(note(s), "the flow through time of h[1] is not known at step 2: the gradient of its "
                        "first or last step was not measured or is not finite");
    synthetic_free(s);
}

/* ---- Conditions ---------------------------------------------------------------------------- */

static void conditions(rt_expect *e)
{
    const double nan = rt_quantity(e, "predicted.flow", NULL, -1, -1);
    rt_expected(e, "1 < 2", rt_compare(e, 1, RT_LESS, 2));
    rt_expected(e, "2 <= 1", rt_compare(e, 2, RT_LESS_EQUAL, 1));
    rt_expected(e, "2 > 1", rt_compare(e, 2, RT_GREATER, 1));
    rt_expected(e, "1 >= 1", rt_compare(e, 1, RT_GREATER_EQUAL, 1));
    rt_expected(e, "1 == 1", rt_compare(e, 1, RT_EQUAL, 1));
    rt_expected(e, "1 != 1", rt_compare(e, 1, RT_NOT_EQUAL, 1));
    rt_expected(e, "p != 1", rt_compare(e, nan, RT_NOT_EQUAL, 1));
    rt_expected(e, "!(p < 1)", !rt_compare(e, nan, RT_LESS, 1));
    rt_expected(e, "p < 1 || 0 < 1",
                rt_compare(e, nan, RT_LESS, 1) || rt_compare(e, 0, RT_LESS, 1));
    rt_expected(e, "!(1 < 0)", !rt_compare(e, 1, RT_LESS, 0));
}

TEST(judges_conditions)
{
    static const bool holds[] = { true, false, true, true, true, false, false, false, true, true };
    static const rt_line line[] = { { "h", 5 }, { "1 < 2", 31 }, { "2 > 1", 33 } };
    const rt_notes notes = { .source = "deep.net", .directory = "/tmp", .line = line,
                             .n_lines = 3 };
    Synthetic *s = trained();
    s->model.expect = conditions;
    CHECK(!rt_expect_all(&s->h, &notes));
    CHECK(s->h.n_expectations == 10);
    for (int i = 0; i < s->h.n_expectations; i++)
        CHECK(s->h.expectation[i].holds == holds[i]);
    CHECK(s->h.expectation[0].line == 31 && s->h.expectation[1].line == 0);
    CHECK(s->h.expectation[2].line == 33);
    CHECK_NEAR(s->h.expectation[1].left, 2, 0);
    CHECK_NEAR(s->h.expectation[1].right, 1, 0);
    synthetic_free(s);
}

TEST(expects_nothing)
{
    Synthetic *s = trained();
    CHECK(rt_expect_all(&s->h, NULL));
    CHECK(s->h.n_expectations == 0);
    synthetic_free(s);
}

static void divide_by_zero(rt_expect *e)
{
    volatile double zero = 0;
    rt_expected(e, "1 / 0 > 1", rt_compare(e, 1 / zero, RT_GREATER, 1));
}

static void divide_and_negate(rt_expect *e)
{
    volatile double zero = 0;
    rt_expected(e, "!(1 / 0 < 1)", !rt_compare(e, 1 / zero, RT_LESS, 1));
}

/* Infinity is over everything, and still nothing to hold to. */
TEST(infinite_sides_fail)
{
    Synthetic *s = trained();
    s->model.expect = divide_by_zero;
    CHECK(!rt_expect_all(&s->h, NULL));
    CHECK_TEXT(note(s), "a side is not a finite number");
    s->model.expect = divide_and_negate;
    CHECK(!rt_expect_all(&s->h, NULL));
    CHECK_TEXT(note(s), "a side is not a finite number");
    synthetic_free(s);
}

int main(void)
{
    RUN(reads_epochs);
    RUN(reads_steps);
    RUN(gathers_layers);
    RUN(knows_what_it_does_not_know);
    RUN(infinite_sides_fail);
    RUN(reads_the_flow_through_time);
    RUN(judges_conditions);
    RUN(expects_nothing);
    return test_done();
}
