/* verdict.c -- verdicts on histories whose ailment is known. */
#include "findings.h"
#include "synthetic.h"
#include "gravity.h"
#include "test.h"

static rt_verdict found[32];
static int n_found;

static const rt_verdict *verdict_of(const Synthetic *s, const char *name)
{
    n_found = rt_verdicts(&s->h, found, 32);
    for (int i = 0; i < n_found; i++)
        if (!strcmp(found[i].verdict, name))
            return &found[i];
    return NULL;
}

static bool says(const rt_verdict *v, const char *words)
{
    return v && strstr(v->reason, words);
}

TEST(finds_nothing_wrong_with_health)
{
    Synthetic *s = synthetic_new(20, 64);
    synthetic_run(s, 0.03, 0.97);
    CHECK(rt_verdicts(&s->h, found, 32) == 0);
    synthetic_free(s);
}

TEST(vanishes_through_sigmoids)
{
    Synthetic *s = synthetic_new(20, 64);
    synthetic_run(s, 0.03, 0.25);
    const rt_verdict *v = verdict_of(s, "vanishing");
    CHECK(v && n_found == 1 && v->gravity == 3);
    CHECK(says(v, "0.0300 at h[19]") && says(v, "0.60 decades a layer (r2 1.00)"));
    CHECK(says(v, "Each layer of h multiplies it by 0.250: the weights (xavier_uniform) by 1.00"));
    CHECK(says(v, "the slope of sigmoid, which is at most 0.25, by 0.250"));
    CHECK_TEXT(v ? v->edit : "", "in h (line 9): act = relu, init = he_normal");
    synthetic_free(s);
}

TEST(vanishes_by_small_weights)
{
    Synthetic *s = synthetic_new(20, 64);
    s->hidden.act = RT_RELU;
    s->weight.init = (rt_init){ RT_NORMAL, 0.01, 0 };
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 0.08 * sqrt(0.5));
        for (int k = 0; k < 21; k++)
            s->tensor[k].weight_sum_squares = 1e-4 * (double)s->slot[k].n;
        synthetic_add(s, i);
    }
    const rt_verdict *v = verdict_of(s, "vanishing");
    CHECK(says(v, "the weights (normal(0.01)) by 0.0800, the slope of relu by 0.707"));
    CHECK_TEXT(v ? v->edit : "", "in h (line 9): init = he_normal");
    synthetic_free(s);
}

TEST(vanishes_by_xavier_before_relu)
{
    Synthetic *s = synthetic_new(20, 64);
    s->hidden.act = RT_RELU;
    synthetic_run(s, 0.03, sqrt(0.5));
    CHECK_TEXT(verdict_of(s, "vanishing") ? found[0].edit : "", "in h (line 9): init = he_normal");
    s->weight.init.kind = RT_HE_NORMAL;
    CHECK(verdict_of(s, "vanishing") && strstr(found[0].edit, "residual"));
    synthetic_free(s);
}

TEST(names_the_layer_where_it_dies)
{
    Synthetic *s = synthetic_new(10, 64);
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 0.9);
        for (int k = 0; k <= 4; k++)
            s->watch[k].delta_rms = 0;
        synthetic_add(s, i);
    }
    const rt_verdict *v = verdict_of(s, "vanishing");
    CHECK(v && v->gravity == 3 && says(v, "It is exactly zero from h[4] down"));
    synthetic_free(s);
}

TEST(blames_the_one_bad_layer)
{
    Synthetic *s = synthetic_new(10, 64);
    const rt_layer bad = s->hidden;
    s->info[6].layer = &bad;
    s->info[6].pattern = "bottle";
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 1);
        for (int k = 0; k <= 6; k++)
            s->watch[k].delta_rms *= 1e-5;
        synthetic_add(s, i);
    }
    const rt_verdict *v = verdict_of(s, "vanishing");
    CHECK(v && v->layer == 6 && says(v, "h[6] multiplies it by 1.0e-5"));
    synthetic_free(s);
}

TEST(has_more_patience_with_adam)
{
    Synthetic *s = synthetic_new(11, 64);
    synthetic_run(s, 0.03, pow(10, -0.15));             /* 1.5 decades */
    CHECK(verdict_of(s, "vanishing") && found[0].gravity == 1);
    s->model.optimizer = "adam";
    CHECK(!verdict_of(s, "vanishing"));
    synthetic_free(s);
}

TEST(does_not_judge_by_one_step)
{
    Synthetic *s = synthetic_new(11, 64);
    for (int i = 0; i < 6; i++) {
        synthetic_step(s, 0.03, i == 4 ? 0.1 : 1);
        if (i == 5)
            s->watch[3].dead = 0.9;
        s->watch[4].saturated = i == 3 ? 0.9 : 0.1;
        synthetic_add(s, i);
    }
    CHECK(rt_verdicts(&s->h, found, 32) == 0);
    synthetic_free(s);
}

TEST(tells_when_it_has_healed)
{
    Synthetic *s = synthetic_new(11, 64);
    for (int i = 0; i < 6; i++) {
        synthetic_step(s, 0.03, i == 0 ? 0.3 : 1);
        synthetic_add(s, i);
    }
    CHECK(says(verdict_of(s, "vanishing"), "; at step 5 the flow is 1.00"));
    synthetic_free(s);
}

/* ---- Through time -------------------------------------------------------------------------- */

static const rt_tensor recurrent[] = {
    { .role = "weight_ih_l0", .rank = 2, .shape = { 64, 2 }, .init = { RT_XAVIER_UNIFORM, 0, 0 },
      .is_weight = true },
    { .role = "weight_hh_l0", .rank = 2, .shape = { 64, 64 }, .init = { RT_ORTHOGONAL, 1, 0 },
      .is_weight = true },
    { .role = "bias_hh_l0", .rank = 1, .shape = { 256 }, .init = { RT_FORGET_GATE, 1, 0 } },
};

/* h[0] is recurrent, with three tensors at the end of the list; the others are none of it. */
typedef struct {
    Synthetic *s;
    rt_layer mem;
    rt_tensor tensor[3];
    rt_slot slot[SYNTHETIC_MOST];
} Memory;

static Synthetic *remember(Memory *m, const char *kind, int steps)
{
    Synthetic *s = m->s = synthetic_new(3, 64);
    memcpy(m->tensor, recurrent, sizeof recurrent);
    memcpy(m->slot, s->slot, sizeof s->slot);
    synthetic_recur(s, 0, &m->mem, kind, steps);
    for (int i = 0; i < 3; i++)
        m->slot[4 + i] = (rt_slot){ .key = "mem", .tensor = &m->tensor[i] };
    s->net.param = m->slot;
    s->info[0].param = 4;
    s->info[0].n_params = 3;
    return s;
}

static void run_in_time(Synthetic *s, int n, double gain_at_0, double gain)
{
    for (int i = 0; i < n; i++) {
        synthetic_step(s, 0.03, 1);
        for (int k = 0; k < s->net.n_layers; k++)
            if (s->info[k].layer->steps)
                synthetic_time(s, k, 0.03, i ? gain : gain_at_0);
        synthetic_add(s, i);
    }
}

TEST(vanishes_through_time)
{
    Memory m;
    Synthetic *s = remember(&m, "rnn", 100);
    s->model.optimizer = "adam";                /* does not help the first steps */
    run_in_time(s, 3, 0.93, 0.93);
    const rt_verdict *v = verdict_of(s, "vanishing");
    CHECK(v && n_found == 1 && v->gravity == 2 && v->layer == 0);
    CHECK(says(v, "through time at step 0: dL/dz of h[0] (line 9) is 0.0300 at the last of its 100 "
                  "steps and 2.3e-5 at the first: 3.12 decades lost, 0.0315 a step"));
    CHECK(says(v, ". Each step multiplies it by 0.930: the recurrent weights (orthogonal) by 1.00, "
                  "the slope of tanh by 0.930"));
    CHECK_TEXT(v ? v->edit : "", "in mem (line 9): gru(64) in its place, or lstm(64) with a clip; "
                                 "or act = relu, recurrent_init = identity");
    m.mem.act = RT_RELU;
    m.tensor[1].init.kind = RT_IDENTITY;
    CHECK(verdict_of(s, "vanishing"));
    CHECK_TEXT(found[0].edit, "in mem (line 9): gru(64) in its place, or lstm(64) with a clip");
    s->info[0].unused = true;
    CHECK(!verdict_of(s, "vanishing"));
    synthetic_free(s);
}

/* The limits are those of the compiler's warnings. */
TEST(agrees_with_the_forecast)
{
    static const struct { const char *name; double limit[3]; } row[] = {
#define NEVER INFINITY
#define WARNING(rule, message, name, about, explains, behind, means, stands, measure, \
                noted, warned, grave, reason) \
        { name, { noted, warned, grave } },
#include "compiler/warnings.def"
#undef WARNING
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        for (int k = 0; k < 3; k++) {
            if (!strcmp(row[i].name, "recurrent-vanishing"))
                CHECK_NEAR(row[i].limit[k], rt_lost_limit[k], 0);
            if (!strcmp(row[i].name, "recurrent-clip"))
                CHECK_NEAR(row[i].limit[k], rt_gained_limit[k], 0);
            if (!strcmp(row[i].name, "vanishing-gradient")
                || !strcmp(row[i].name, "exploding-gradient"))
                CHECK_NEAR(row[i].limit[k], rt_flow_limit[k], 0);
        }
}

TEST(knows_how_gates_forget)
{
    Memory m;
    Synthetic *s = remember(&m, "lstm", 100);
    run_in_time(s, 3, 0.7, 0.7);
    CHECK(says(verdict_of(s, "vanishing"), "its forget gates start at sigmoid(1) = 0.731"));
    CHECK_TEXT(found[0].edit, "in mem (line 9): forget_bias = 3.0: gates that start open");
    m.tensor[2].init.a = 5;
    m.tensor[1].init.kind = RT_NORMAL;
    CHECK(verdict_of(s, "vanishing"));
    CHECK_TEXT(found[0].edit, "in mem (line 9): recurrent_init = orthogonal");
    m.tensor[1].init.kind = RT_ORTHOGONAL;
    CHECK(verdict_of(s, "vanishing") && strstr(found[0].edit, "shorter sequences"));
    synthetic_free(s);
    s = remember(&m, "gru", 100);
    run_in_time(s, 1, 0.2, 0.2);
    CHECK(says(verdict_of(s, "vanishing"), "its update gates start by keeping about half"));
    CHECK_TEXT(found[0].edit, "in mem (line 9): lstm(64, forget_bias = 3.0)");
    synthetic_free(s);
}

TEST(explodes_through_time)
{
    Memory m;
    Synthetic *s = remember(&m, "rnn", 100);
    m.tensor[1].init = (rt_init){ RT_NORMAL, 0.2, 0 };
    run_in_time(s, 3, 1.2, 1.2);
    const rt_verdict *v = verdict_of(s, "exploding");
    CHECK(v && n_found == 1 && v->gravity == 3);
    CHECK(says(v, ": 7.84 decades gained, 0.0792 a step"));
    CHECK(says(v, "the recurrent weights (normal(0.2)) by 1.60, the slope of tanh by 0.750"));
    CHECK_TEXT(v ? v->edit : "", "in mem (line 9): recurrent_init = orthogonal; or in train: "
                                 "clip = global_norm(1.0)");
    s->model.clip = "global_norm";
    m.tensor[1].init = (rt_init){ RT_ORTHOGONAL, 1.2, 0 };
    CHECK(verdict_of(s, "exploding"));
    CHECK_TEXT(found[0].edit, "in mem (line 9): recurrent_init = orthogonal(1)");
    m.tensor[1].init = (rt_init){ RT_IDENTITY, 1, 0 };
    CHECK(verdict_of(s, "exploding"));
    CHECK_TEXT(found[0].edit, "in mem (line 9): recurrent_init = identity(0.9)");
    synthetic_free(s);
}

TEST(overflows_through_time)
{
    Memory m;
    Synthetic *s = remember(&m, "rnn", 1000);
    synthetic_step(s, 0.03, 1);
    synthetic_time(s, 0, 0.03, 1.2);
    s->watch[0].delta_first = NAN;
    s->watch[0].delta.nonfinite = 9;
    synthetic_add(s, 0);
    CHECK(says(verdict_of(s, "exploding"), "1000 steps and not finite at the first, 0.0792 a step"));
    CHECK(says(verdict_of(s, "diverged"), "the delta of h[0]") && strstr(found[1].edit, "clip"));
    synthetic_free(s);
}

TEST(overflows_on_the_way_through_time)
{
    Memory m;
    Synthetic *s = remember(&m, "rnn", 1000);
    m.tensor[1].init = (rt_init){ RT_NORMAL, 0.5, 0 };
    synthetic_step(s, 0.03, 1);
    s->watch[0].act_nonfinite = 9;
    for (int i = 0; i < 4; i++) {
        s->watch[i].delta.nonfinite = 9;
        s->watch[i].delta_last = s->watch[i].delta_first = NAN;
    }
    synthetic_add(s, 0);
    CHECK(says(verdict_of(s, "diverged"), "its state grows over the 1000 steps of the sequence"));
    CHECK(n_found == 1);
    CHECK_TEXT(found[0].edit, "in mem (line 9): recurrent_init = orthogonal");
    s->h.nonfinite.step = 3;                            /* then updates have had their part */
    CHECK(verdict_of(s, "diverged") && strstr(found[0].edit, "clip = global_norm(1.0)"));
    synthetic_free(s);
}

TEST(does_not_judge_time_by_one_step)
{
    Memory m;
    Synthetic *s = remember(&m, "gru", 100);
    run_in_time(s, 6, 1, 1);
    synthetic_time(s, 0, 0.03, 0.5);
    synthetic_add(s, 6);
    CHECK(rt_verdicts(&s->h, found, 32) == 0);
    synthetic_add(s, 7);
    CHECK(rt_verdicts(&s->h, found, 32) == 0);
    synthetic_add(s, 8);
    const rt_verdict *v = verdict_of(s, "vanishing");
    CHECK(v && v->gravity == 3 && says(v, "through time at step 8") && !says(v, "update gates"));
    synthetic_free(s);
}

/* What training has mended is a note, with the flow that it has now. */
TEST(tells_when_time_has_healed)
{
    Memory m;
    Synthetic *s = remember(&m, "lstm", 100);
    run_in_time(s, 6, 0.8, 0.99);
    const rt_verdict *v = verdict_of(s, "vanishing");
    CHECK(v && n_found == 1 && v->gravity == 1);
    CHECK(says(v, "9.59 decades lost") && says(v, "; at step 5 the flow through time is 0.370"));
    for (int i = 0; i < 3; i++) {                       /* nothing comes back: that is no cure */
        rt_watch *w = &s->h.record[3 + i].layer[0].watch;
        w->delta_first = w->delta_middle = w->delta_last = 0;
    }
    v = verdict_of(s, "vanishing");
    CHECK(v && v->gravity == 2 && !says(v, "; at step 5"));
    synthetic_free(s);
}

/* The delta of all steps together is small because that of the first ones is: that is told once.
 * Layers of another pattern are told apart, those of one pattern together. */
TEST(tells_of_time_once)
{
    Memory m;
    Synthetic *s = remember(&m, "rnn", 100);
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 1);
        synthetic_time(s, 0, 0.03, 0.5);
        s->watch[0].delta_rms = 1e-5;
        synthetic_add(s, i);
    }
    CHECK(verdict_of(s, "vanishing") && n_found == 1);
    CHECK(says(&found[0], "through time"));
    synthetic_time(s, 0, 0.03, 1);                              /* then it is lost on the way in */
    for (int i = 0; i < 3; i++)
        s->h.record[i].layer[0].watch = s->watch[0];
    CHECK(verdict_of(s, "vanishing") && n_found == 1 && says(&found[0], "h[0] multiplies it by"));
    synthetic_free(s);

    s = remember(&m, "rnn", 100);
    rt_layer second, third;
    synthetic_recur(s, 1, &second, "rnn", 100);
    synthetic_recur(s, 2, &third, "rnn", 200);
    s->info[2].pattern = "other";
    run_in_time(s, 3, 0.5, 0.5);
    CHECK(verdict_of(s, "vanishing") && n_found == 2);
    CHECK(found[0].layer == 0 && says(&found[0], "; so it is in 2 layers of mem"));
    CHECK(found[1].layer == 2 && !says(&found[1], "so it is"));
    synthetic_free(s);
}

TEST(lets_unused_layers_be)
{
    Synthetic *s = synthetic_new(4, 64);
    s->hidden.act = RT_RELU;
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 1);
        s->watch[0].dead = 0.9;
        synthetic_add(s, i);
    }
    CHECK(verdict_of(s, "dead"));
    s->info[0].unused = true;
    CHECK(!verdict_of(s, "dead"));
    synthetic_free(s);
}

/* ---- Explosions ---------------------------------------------------------------------------- */

TEST(explodes)
{
    Synthetic *s = synthetic_new(20, 64);
    s->hidden.act = RT_RELU;
    s->weight.init = (rt_init){ RT_NORMAL, 1, 0 };
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 8 * sqrt(0.5));
        for (int k = 0; k < 21; k++)
            s->tensor[k].weight_sum_squares = (double)s->slot[k].n;
        synthetic_add(s, i);
    }
    const rt_verdict *v = verdict_of(s, "exploding");
    CHECK(v && n_found == 1 && v->gravity == 3);
    CHECK(says(v, "the weights (normal(1)) by 8.00, the slope of relu by 0.707"));
    CHECK_TEXT(v ? v->edit : "", "in h (line 9): init = he_normal");
    synthetic_free(s);
}

/* The signal grows by 5.66 a layer and overflows in h[12]; the update is left out. */
TEST(explodes_until_it_overflows)
{
    Synthetic *s = synthetic_new(20, 64);
    s->hidden.act = RT_RELU;
    s->weight.init = (rt_init){ RT_NORMAL, 1, 0 };
    synthetic_step(s, 0.03, 1);
    for (int i = 0; i < 21; i++) {
        s->watch[i].act_rms = 1e28 * pow(8 * sqrt(0.5), i);
        s->watch[i].act_nonfinite = i >= 12;
        s->watch[i].delta.nonfinite = 9;
        s->tensor[i].weight_sum_squares = (double)s->slot[i].n;
    }
    synthetic_add(s, 0);
    const rt_verdict *v = verdict_of(s, "diverged");
    CHECK(says(v, "the output of h[12] (line 9) was the first value that is not finite"));
    CHECK(says(v, ", at step 0"));
    v = verdict_of(s, "exploding");
    CHECK(says(v, "the weights (normal(1)) by 8.00, relu by 0.707"));
    CHECK_TEXT(v ? v->edit : "", "in h (line 9): init = he_normal");
    synthetic_free(s);
}

TEST(finds_where_the_signal_is_lost)
{
    Synthetic *s = synthetic_new(20, 64);
    s->hidden.act = RT_RELU;
    s->weight.init = (rt_init){ RT_NORMAL, 0.01, 0 };
    synthetic_step(s, 0.03, 1);
    for (int i = 0; i < 21; i++) {
        s->watch[i].act_rms = i < 15 ? 1e-10 * pow(0.08 * sqrt(0.5), i) : i < 20 ? 0 : 1;
        s->watch[i].delta_rms = i < 20 ? 0 : 0.3;
        s->tensor[i].weight_sum_squares = 1e-4 * (double)s->slot[i].n;
    }
    synthetic_add(s, 0);
    const rt_verdict *v = verdict_of(s, "underflow");
    CHECK(says(v, "at h[14] at step 0 and is exactly zero behind it"));
    CHECK(says(v, "the weights (normal(0.01)) by 0.0800, relu by 0.707"));
    CHECK_TEXT(v ? v->edit : "", "in h (line 9): init = he_normal");
    CHECK(!verdict_of(s, "stalled"));
    synthetic_free(s);
}

TEST(diverges)
{
    Synthetic *s = synthetic_new(6, 8);
    synthetic_run(s, 0.03, 1);
    s->u.norm_before = NAN;
    for (int i = 0; i < 7; i++)
        s->watch[i].delta.nonfinite = 1 + (unsigned)i;
    synthetic_add(s, 37);
    s->h.nonfinite.skipped = 4;
    const rt_verdict *v = verdict_of(s, "diverged");
    CHECK(v && v->layer == 6 && says(v, "the delta of logits (line 12)") && says(v, "at step 37"));
    CHECK(says(v, "at step 2 the norm of all gradients was 0.500"));
    CHECK(says(v, "4 updates were skipped"));
    CHECK_TEXT(v ? v->edit : "", "in train: clip = global_norm(1.0), or lr = 0.01");
    synthetic_free(s);
}

/* No rate has done anything yet, and no clip. */
TEST(diverges_before_any_update)
{
    Synthetic *s = synthetic_new(6, 8);
    synthetic_step(s, 0.03, 1);
    for (int i = 0; i < 7; i++)
        s->watch[i].act_nonfinite = s->watch[i].delta.nonfinite = 3;
    synthetic_add(s, 0);
    const rt_verdict *v = verdict_of(s, "diverged");
    CHECK(says(v, "the output of h[0] (line 9)") && says(v, "before any update"));
    CHECK_TEXT(v ? v->edit : "", "in data: normalize = standard, or a smaller scale");
    s->weight.init = (rt_init){ RT_NORMAL, 1e30, 0 };
    CHECK(verdict_of(s, "diverged"));
    CHECK_TEXT(found[0].edit, "in h (line 9): init = xavier_uniform");
    s->weight.init.kind = RT_XAVIER_UNIFORM;
    s->h.nonfinite.layer = 3;
    CHECK(verdict_of(s, "diverged"));
    CHECK_TEXT(found[0].edit, "in h (line 9): put `layernorm;` before it");
    s->h.nonfinite.layer = -1;
    s->h.nonfinite.tensor = "loss";
    s->model.target = RT_TARGET_VECTOR;
    CHECK(verdict_of(s, "diverged") && strstr(found[0].edit, "targets"));
    s->h.loaded = true;
    CHECK(says(verdict_of(s, "diverged"), "as they were loaded"));
    CHECK_TEXT(found[0].edit, "other weights than those that were loaded");
    synthetic_free(s);
}

TEST(finds_the_dead)
{
    Synthetic *s = synthetic_new(8, 64);
    s->hidden.act = RT_RELU;
    for (int i = 0; i < 5; i++) {
        synthetic_step(s, 0.03, 1);
        for (int k = 0; k < 8; k++)
            s->watch[k].dead = i >= 2 && k >= 5 ? 0.5 + 0.06 * k : 0.4;
        synthetic_add(s, i);
    }
    const rt_verdict *v = verdict_of(s, "dead");
    CHECK(v && n_found == 1 && v->layer == 7);
    CHECK(says(v, "92 % of the units of h[7] (line 9) have slope 0"));
    CHECK(says(v, "at step 4 and the two watched before") && says(v, "3 of the 8 layers of h"));
    synthetic_free(s);
}

TEST(finds_the_saturated)
{
    Synthetic *s = synthetic_new(8, 64);
    s->hidden.act = RT_TANH;
    synthetic_step(s, 0.03, 1);
    s->watch[0].saturated = s->watch[8].saturated = 0.8;
    synthetic_add(s, 0);
    const rt_verdict *v = verdict_of(s, "saturated");
    CHECK(v && n_found == 1 && v->layer == 0 && says(v, "at step 0"));
    CHECK_TEXT(v ? v->edit : "", "in data: normalize = standard");
    s->hidden.act = RT_RELU;                            /* half of a ReLU is flat, and healthy */
    CHECK(!verdict_of(s, "saturated"));
    synthetic_free(s);
}

/* A tanh whose slope rounds to 0 is saturated, not dead and not stalled besides. */
TEST(tells_saturation_once)
{
    Synthetic *s = synthetic_new(4, 64);
    s->hidden.act = RT_TANH;
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 1);
        s->watch[1].saturated = s->watch[1].dead = 1;
        s->tensor[1].change_sum_squares = 0;
        synthetic_add(s, i);
    }
    CHECK(verdict_of(s, "saturated") && n_found == 1 && found[0].layer == 1);
    for (int i = 0; i < 3; i++)
        s->h.record[i].layer[1].watch.saturated = s->h.record[i].layer[1].watch.dead = 0;
    CHECK(verdict_of(s, "stalled") && n_found == 1);
    s->hidden.act = RT_RELU;
    for (int i = 0; i < 3; i++)
        s->h.record[i].layer[1].watch.dead = 1;
    CHECK(verdict_of(s, "dead") && n_found == 1);
    rt_layer mem;
    synthetic_recur(s, 1, &mem, "rnn", 1);
    s->h.record[0].layer[1].watch.dead = 0;
    s->h.record[0].layer[1].update_ratio = 1e-3;
    for (int i = 1; i < 3; i++)
        s->h.record[i].layer[1].watch.saturated = 1;
    synthetic_step(s, 0.03, 1);
    s->watch[1].saturated = 1;
    synthetic_add(s, 3);
    CHECK(verdict_of(s, "saturated") && n_found == 1);
    CHECK_TEXT(found[0].edit, "in train: clip = global_norm(1.0), or a smaller lr than 0.1");
    s->model.clip = "norm";
    CHECK(verdict_of(s, "saturated"));
    CHECK_TEXT(found[0].edit, "in train: a smaller lr than 0.1");
    synthetic_free(s);
}

TEST(finds_symmetry)
{
    Synthetic *s = synthetic_new(4, 16);
    s->weight.init = (rt_init){ RT_ZEROS, 0, 0 };
    memset(s->w, 0, s->net.n_elements * sizeof *s->w);
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0, 1);
        for (int k = 0; k < 5; k++)
            s->tensor[k].weight_sum_squares = s->tensor[k].change_sum_squares = 0;
        synthetic_add(s, i);
    }
    const rt_verdict *v = verdict_of(s, "symmetric");
    CHECK(v && n_found == 1 && says(v, "all 16 units of h[0] (line 9) have the same weights"));
    CHECK(says(v, "zeros starts them equal") && says(v, "4 of the 4 layers of h"));
    CHECK_TEXT(v ? v->edit : "", "in h (line 9): init = xavier_uniform");
    synthetic_free(s);
}

TEST(breaks_symmetry)
{
    Synthetic *s = synthetic_new(4, 16);
    for (int i = 0; i < 4; i++) {           /* h[1] starts at zero and learns to differ */
        synthetic_step(s, 0.03, 1);
        memset(s->w + 256, 0, 256 * sizeof *s->w);
        s->w[256] = i > 0;
        synthetic_add(s, i);
    }
    CHECK(!verdict_of(s, "symmetric"));
    synthetic_free(s);
}

TEST(finds_underflow)
{
    Synthetic *s = synthetic_new(20, 64);
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 1e-30, 0.1);
        for (int k = 0; k < 20; k++) {
            s->watch[k].delta.subnormal = k < 12 ? 2000 : 0;
            s->watch[k].delta.zero = k < 8 ? 2048 : 0;
            s->watch[k].delta_rms = k < 8 ? 0 : s->watch[k].delta_rms;
        }
        synthetic_add(s, i);
    }
    const rt_verdict *v = verdict_of(s, "underflow");
    CHECK(says(v, "too small for a float") && says(v, "100 % of it is zero"));
    CHECK(says(v, "12 of the 20 layers of h"));
    CHECK(verdict_of(s, "vanishing") != NULL);
    synthetic_free(s);
}

TEST(takes_the_zeros_of_relu_for_what_they_are)
{
    Synthetic *s = synthetic_new(8, 64);
    s->hidden.act = RT_RELU;
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 1);
        for (int k = 0; k < 8; k++)
            s->watch[k].delta.zero = 1500;
        synthetic_add(s, i);
    }
    CHECK(rt_verdicts(&s->h, found, 32) == 0);
    synthetic_free(s);
}

TEST(finds_what_is_bound_by_the_clip)
{
    Synthetic *s = synthetic_new(4, 16);
    s->model.clip = "global_norm";
    s->u.norm_before = 37;
    synthetic_run(s, 0.03, 1);
    s->h.steps = 100;
    s->h.clipped_steps = 90;
    CHECK(!verdict_of(s, "clip-bound"));
    s->h.clipped_steps = 95;
    const rt_verdict *v = verdict_of(s, "clip-bound");
    CHECK(says(v, "global_norm(1) changed the gradient in 95 % of the 100 steps"));
    CHECK(says(v, "whose norm was 37.0 at step 2"));
    CHECK_TEXT(v ? v->edit : "", "in train: clip = global_norm(10), or a smaller lr");
    synthetic_free(s);
}

static void slow_steps(Synthetic *s)
{
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 1);
        s->tensor[2].change_sum_squares = 1e-16 * s->tensor[2].weight_sum_squares;
        synthetic_add(s, i);
    }
}

TEST(finds_what_stalls)
{
    Synthetic *s = synthetic_new(4, 16);
    slow_steps(s);
    const rt_verdict *v = verdict_of(s, "stalled");
    CHECK(v && v->layer == 2 && says(v, "by 1.0e-8 of their size"));
    synthetic_free(s);
    s = synthetic_new(4, 16);
    s->u.rate = 1e-6;                                   /* the end of a schedule: no wonder */
    slow_steps(s);
    CHECK(!verdict_of(s, "stalled"));
    synthetic_free(s);
}

/* Behind an output whose weights start at 0 nothing moves in the first step. */
TEST(waits_for_weights_that_start_at_0)
{
    for (int zeros = 0; zeros < 2; zeros++) {
        Synthetic *s = synthetic_new(4, 16);
        s->weight.init.kind = zeros ? RT_ZEROS : RT_HE_NORMAL;
        synthetic_step(s, 0.03, 1);
        s->watch[1].delta_rms = s->tensor[1].change_sum_squares = 0;
        synthetic_add(s, 0);
        CHECK((verdict_of(s, "stalled") == NULL) == (zeros == 1));
        synthetic_free(s);
    }
}

/* ---- Residuals ------------------------------------------------------------------------------ */

/* h[0], eight blocks of a residual around a layer, and one more layer in the last of them. */
typedef struct {
    rt_layer join;
    rt_tensor scale;
} Blocks;

static Synthetic *blocks(Blocks *b, double scale)
{
    Synthetic *s = synthetic_new(18, 64);
    s->hidden.act = RT_RELU;
    s->weight.init.kind = RT_HE_NORMAL;
    b->join = s->hidden;
    b->join.kind = "residual";
    b->join.in_flow = false;
    b->join.paths = 2;
    b->scale = (rt_tensor){ .role = "scale", .init = { RT_CONSTANT, scale, 0 } };
    for (int i = 1; i < 17; i += 2) {
        s->info[i].layer = &b->join;
        s->info[i].pattern = "block";
        s->slot[i].tensor = &b->scale;
        s->info[i + 1].inside = 1;
    }
    s->info[17].inside = 1;
    return s;
}

/* Skips carry `skip`, bodies `body` times as much; all is times `gain` a layer on the way back. */
static void run_blocks(Synthetic *s, double skip, double body, double gain)
{
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, skip * body, gain);
        for (int k = 1; k < 17; k += 2) {
            s->watch[k].delta.count = 0;
            s->watch[k].path_rms[0] = skip * pow(gain, 17 - k);
            s->watch[k].path_rms[1] = body * s->watch[k].path_rms[0];
        }
        s->watch[0].delta_rms = skip * pow(gain, 17);
        synthetic_add(s, i);
    }
}

TEST(finds_nothing_wrong_with_scaled_bodies)
{
    Blocks b;
    Synthetic *s = blocks(&b, 1e-4);
    run_blocks(s, 0.1, 1e-4, 1);
    CHECK(rt_verdicts(&s->h, found, 32) == 0);
    synthetic_free(s);
}

TEST(scales_down_what_explodes)
{
    Blocks b;
    Synthetic *s = blocks(&b, 0.5);
    run_blocks(s, 0.1, 0.5, 1.4);
    const rt_verdict *v = verdict_of(s, "exploding");
    CHECK(v && v->gravity == 2 && says(v, "0.196 on the skip around h[17] and 30.5 at h[0]"));
    CHECK_TEXT(v ? v->edit : "", "in block (line 9): a smaller step in each block: "
                                 "scale = learn(0.05)");
    b.scale.role = "bias";                              /* none that is trained */
    CHECK(verdict_of(s, "exploding") && strstr(found[0].edit, "a tenth of its scale"));
    synthetic_free(s);
}

/* Before its first update a body that is scaled down has not learned; later it should have. */
TEST(waits_for_a_scale_to_grow)
{
    Blocks b;
    Synthetic *s = blocks(&b, 1e-4);
    synthetic_step(s, 1e-5, 1);
    for (int i = 0; i < 18; i++) {
        s->watch[i].path_rms[0] = s->info[i].layer == &b.join ? 0.1 : 0;
        s->tensor[i].change_sum_squares *= 1e-10;
    }
    s->watch[0].delta_rms = 0.1;
    synthetic_add(s, 0);
    CHECK(verdict_of(s, "stalled") && found[0].layer == 0);
    s->tensor[0].change_sum_squares *= 1e10;
    rt_history_free(&s->h);
    rt_history_init(&s->h, &s->net, &s->set, 1);
    synthetic_add(s, 0);
    CHECK(!verdict_of(s, "stalled"));
    for (int i = 1; i < 4; i++)
        synthetic_add(s, i);
    const rt_verdict *v = verdict_of(s, "stalled");
    CHECK_TEXT(v ? v->edit : "", "in h (line 9): a larger scale of the residual around it, "
                                 "or a learned one");
    synthetic_free(s);
}

TEST(puts_the_gravest_first)
{
    Synthetic *s = synthetic_new(20, 64);
    s->model.clip = "norm";
    for (int i = 0; i < 3; i++) {
        synthetic_step(s, 0.03, 0.25);
        s->watch[5].saturated = 0.9;
        synthetic_add(s, i);
    }
    s->h.steps = s->h.clipped_steps = 50;
    CHECK(rt_verdicts(&s->h, found, 32) == 3);
    CHECK_TEXT(found[0].verdict, "vanishing");
    CHECK(found[0].gravity >= found[1].gravity && found[1].gravity >= found[2].gravity);
    CHECK(rt_verdicts(&s->h, found, 1) == 1);
    CHECK_TEXT(found[0].verdict, "vanishing");
    synthetic_free(s);
}

/* No slope of tanh is over 1: the reason does not claim one. */
TEST(claims_no_slope_that_cannot_be)
{
    Memory m;
    Synthetic *s = remember(&m, "rnn", 100);
    run_in_time(s, 3, 1.1, 1.1);
    const rt_verdict *v = verdict_of(s, "exploding");
    CHECK(says(v, "the recurrent weights (orthogonal) by 1.00, and what they stretch most, or steps "
                  "with a loss of their own, by 1.10: more than the slope of tanh lets through"));
    synthetic_free(s);
}

/* A loss that is a hundred times as large as at the start wants no larger rate. */
TEST(tells_a_loss_that_grows)
{
    Synthetic *s = synthetic_new(4, 8);
    for (int i = 0; i < 8; i++) {
        synthetic_step(s, 1, 1);
        for (int k = 0; k < 4; k++)
            s->tensor[k].change_sum_squares = 0;
        synthetic_add(s, i);
    }
    CHECK(verdict_of(s, "stalled"));
    for (int i = 0; i < 8; i++)
        s->h.record[i].loss = pow(10, 2 * i);
    const rt_verdict *v = verdict_of(s, "diverged");
    CHECK_TEXT(v ? v->edit : "", "in train: clip = global_norm(1.0), or lr = 0.01");
    s->h.record[0].layer[1].update_ratio = 3e29;        /* a tenth of the rate would diverge too */
    s->h.record[0].layer[2].update_ratio = INFINITY;
    v = verdict_of(s, "diverged");
    CHECK_TEXT(v ? v->edit : "", "in train: lr = 1e-32");
    CHECK(v && v->gravity == 3);
    CHECK(says(v, "the loss grew from 1.00 at step 0 to 1.0e14 at step 7: the steps are too long"));
    CHECK(!verdict_of(s, "stalled"));
    s->h.record[7].loss = 1;                            /* it came back, and stands still there */
    v = verdict_of(s, "stalled");
    CHECK_TEXT(v ? v->edit : "", "in train: a smaller lr than 0.1: the loss was 1.0e12");
    synthetic_free(s);
}

int main(void)
{
    RUN(finds_nothing_wrong_with_health);
    RUN(vanishes_through_sigmoids);
    RUN(vanishes_by_small_weights);
    RUN(vanishes_by_xavier_before_relu);
    RUN(names_the_layer_where_it_dies);
    RUN(blames_the_one_bad_layer);
    RUN(has_more_patience_with_adam);
    RUN(does_not_judge_by_one_step);
    RUN(tells_when_it_has_healed);
    RUN(vanishes_through_time);
    RUN(agrees_with_the_forecast);
    RUN(claims_no_slope_that_cannot_be);
    RUN(tells_a_loss_that_grows);
    RUN(knows_how_gates_forget);
    RUN(explodes_through_time);
    RUN(overflows_through_time);
    RUN(overflows_on_the_way_through_time);
    RUN(does_not_judge_time_by_one_step);
    RUN(tells_when_time_has_healed);
    RUN(tells_of_time_once);
    RUN(lets_unused_layers_be);
    RUN(explodes);
    RUN(explodes_until_it_overflows);
    RUN(finds_where_the_signal_is_lost);
    RUN(diverges);
    RUN(diverges_before_any_update);
    RUN(finds_the_dead);
    RUN(finds_the_saturated);
    RUN(tells_saturation_once);
    RUN(finds_symmetry);
    RUN(breaks_symmetry);
    RUN(finds_underflow);
    RUN(takes_the_zeros_of_relu_for_what_they_are);
    RUN(finds_what_is_bound_by_the_clip);
    RUN(finds_what_stalls);
    RUN(waits_for_weights_that_start_at_0);
    RUN(finds_nothing_wrong_with_scaled_bodies);
    RUN(scales_down_what_explodes);
    RUN(waits_for_a_scale_to_grow);
    RUN(puts_the_gravest_first);
    return test_done();
}
