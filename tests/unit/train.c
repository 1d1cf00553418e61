/* train.c -- the training loop: batches in parts, watched steps, lost values, signals. */
#include "../../runtime/train.h"

#include <signal.h>
#include <stdlib.h>

#include "../../runtime/evaluate.h"
#include "../../runtime/signals.h"
#include "test.h"
#include "tiny_model.h"

static const rt_model tiny = TINY_RECORD;
static rt_error error;

/* ---- A model of one layer, without batchnorm --------------------------------------------- */

enum { ROWS = 64 };
struct linear_params { rt_real weight[CLASSES][INPUT], bias[CLASSES]; };
struct linear_memory { rt_watch watch; rt_real y[ROWS][CLASSES]; };
struct linear_scratch { rt_real dy[ROWS][CLASSES]; };

static double linear_forward(rt_pass *c)
{
    const struct linear_params *p = c->params;
    struct linear_memory *m = c->memory;

    rt_affine(c, c->rows, CLASSES, INPUT, c->x, &p->weight[0][0], p->bias, NULL, &m->y[0][0]);
    rt_watch_output(c, &m->watch, RT_LINEAR, 0, c->rows, CLASSES, 1, &m->y[0][0], &m->y[0][0]);
    return rt_softmax_cross_entropy(c, c->rows, CLASSES, &m->y[0][0], c->labels);
}

static void linear_backward(rt_pass *c)
{
    struct linear_params *g = c->grads;
    struct linear_memory *m = c->memory;
    struct linear_scratch *s = c->scratch;

    rt_softmax_cross_entropy_dx(c, c->rows, CLASSES, &m->y[0][0], c->labels, &s->dy[0][0]);
    rt_watch_delta(c, &m->watch, c->rows, CLASSES, &s->dy[0][0]);
    rt_affine_dw(c, c->rows, CLASSES, INPUT, &s->dy[0][0], c->x, &g->weight[0][0]);
    rt_column_sum(c, c->rows, CLASSES, &s->dy[0][0], g->bias);
}

static const rt_tensor linear_tensors[] = {
    { .role = "weight", .offset = offsetof(struct linear_params, weight), .rank = 2,
      .shape = { CLASSES, INPUT }, .init = { RT_XAVIER_UNIFORM, 0, 0 }, .fan_in = INPUT,
      .fan_out = CLASSES, .is_weight = true },
    { .role = "bias", .offset = offsetof(struct linear_params, bias), .rank = 1,
      .shape = { CLASSES } },
};
static const rt_layer linear_layer = {
    .name = "logits", .kind = "dense", .rank = 1, .shape = { CLASSES }, .param = linear_tensors,
    .n_params = 2, .watched = true, .watch = offsetof(struct linear_memory, watch), .in_flow = true,
};
static const rt_member linear_members[] = { { .layer = &linear_layer } };
static const rt_unit linear_unit = { linear_members, 1 };

static rt_model linear_model(int batch)
{
    rt_model m = tiny;

    m.unit = &linear_unit;
    m.batch = batch;
    m.batch_statistics = false;
    m.output = offsetof(struct linear_memory, y);
    m.params_size = sizeof(struct linear_params);
    m.memory_size = sizeof(struct linear_memory);
    m.scratch_size = sizeof(struct linear_scratch);
    m.forward = linear_forward;
    m.backward = linear_backward;
    return m;
}

/* ---- Running ----------------------------------------------------------------------------- */

static const rt_writer silent = { .name = "silent" };
static const rt_style style = { .out = NULL };

static bool start(rt_run *run, const rt_model *model, const rt_settings *set)
{
    const bool ok = rt_run_new(run, model, NULL, set, 2, ".", &error);

    CHECK(ok);
    if (!ok)
        puts(error.text);
    return ok;
}

static rt_outcome train(rt_run *run, rt_gradient_log *log)
{
    rt_progress quiet;
    const rt_listeners to = { .writer = &silent, .style = &style, .progress = &quiet,
                              .gradients = log };

    rt_progress_start(&quiet, NULL, 0);
    return rt_train(run, &to, &error);
}

/* At weights that are the same: of the parts of a batch, what the whole has. */
static void check_same_watch(const rt_watch *whole, const rt_watch *parts)
{
    CHECK_NEAR(parts->act_mean, whole->act_mean, 1e-6);
    CHECK_NEAR(parts->act_rms, whole->act_rms, 1e-6);
    CHECK_NEAR(parts->act_unit_var, whole->act_unit_var, 1e-6);
    CHECK_NEAR(parts->delta_rms, whole->delta_rms, 1e-6);
    CHECK(parts->delta.count == whole->delta.count && whole->delta.count == 20 * CLASSES);
    CHECK_NEAR(parts->delta.sum_squares / whole->delta.sum_squares, 1, 1e-6);
}

TEST(a_batch_in_parts_is_the_same_batch)
{
    const rt_model whole = linear_model(ROWS), parts = linear_model(8);
    rt_settings set = model_settings;
    rt_run a, b;

    set.batch = 20;
    set.epochs = 2;
    set.l2 = 0.01;
    if (!start(&a, &whole, &set) || !start(&b, &parts, &set))
        return;
    CHECK(!a.sum && b.sum && b.rows == 8 && a.steps == 2 * 72 && b.steps == a.steps);
    CHECK(train(&a, NULL) == RT_TRAINED && train(&b, NULL) == RT_TRAINED);
    for (size_t i = 0; i < a.net.n_elements; i++)
        CHECK_NEAR(((rt_real *)b.pass.params)[i], ((rt_real *)a.pass.params)[i], 2e-5);
    for (int i = 0; i < 2; i++) {
        CHECK_NEAR(b.history.epoch[i].loss_train, a.history.epoch[i].loss_train, 1e-6);
        CHECK_NEAR(b.history.epoch[i].accuracy_test, a.history.epoch[i].accuracy_test, 0);
        CHECK_NEAR(b.history.epoch[i].loss_test, a.history.epoch[i].loss_test, 1e-5);
    }
    CHECK(a.history.epoch[1].accuracy_test > 0.85);
    CHECK_NEAR(b.history.record[0].norm_before, a.history.record[0].norm_before, 1e-6);
    check_same_watch(&a.history.record[0].layer[0].watch, &b.history.record[0].layer[0].watch);
    rt_run_free(&a);
    rt_run_free(&b);
}

TEST(watched_steps)
{
    rt_settings set = model_settings;
    rt_run run;

    set.steps = 113;
    if (!start(&run, &tiny, &set))
        return;
    CHECK(run.steps_per_epoch == 45 && run.steps == 113);
    CHECK(train(&run, NULL) == RT_TRAINED);
    CHECK(run.history.n_records == 10 + 2 + 1 && run.history.steps == 113);
    CHECK(run.history.record[10].step == 50 && run.history.record[11].step == 100);
    CHECK(run.history.record[12].step == 112 && run.history.record[12].epoch == 2);
    CHECK(run.history.n_epochs == 3 && run.history.epoch[2].step == 113);
    CHECK(run.history.record[0].norm_before > 1 && run.history.record[0].clipped);
    CHECK_NEAR(run.history.record[0].norm_after, 1, 1e-5);
    rt_run_free(&run);
}

TEST(the_loss_has_its_penalty)
{
    rt_settings set = model_settings;
    rt_run plain, with;

    set.steps = 1;
    if (!start(&plain, &tiny, &set))
        return;
    CHECK(train(&plain, NULL) == RT_TRAINED);
    set.l2 = 0.5;
    if (!start(&with, &tiny, &set))
        return;
    double squares = 0;
    for (int i = 0; i < with.net.n_params; i++) {
        const rt_slot *p = &with.net.param[i];
        for (size_t k = 0; p->tensor->is_weight && k < p->n; k++) {
            const double w = (double)((const rt_real *)with.pass.params)[p->at + k];
            squares += w * w;
        }
    }
    CHECK(train(&with, NULL) == RT_TRAINED);
    CHECK_NEAR(with.history.record[0].loss, plain.history.record[0].loss + 0.5 * squares, 1e-6);
    CHECK_NEAR(with.history.epoch[0].loss_train, with.history.record[0].loss, 1e-12);
    rt_run_free(&plain);
    rt_run_free(&with);
}

TEST(logged_gradients_have_the_penalty_and_no_clip)
{
    rt_settings set = model_settings;
    rt_gradient_log plain_log, with_log;
    rt_run plain, with;

    set.steps = 1;
    if (!start(&plain, &tiny, &set) || !rt_gradient_log_new(&plain_log, &plain, &error))
        return;
    CHECK(train(&plain, &plain_log) == RT_TRAINED && plain_log.n == 1);
    set.l2 = 0.5;
    if (!start(&with, &tiny, &set) || !rt_gradient_log_new(&with_log, &with, &error))
        return;
    const rt_real w = ((struct model_params *)with.pass.params)->h[1].weight[2][3];
    CHECK(train(&with, &with_log) == RT_TRAINED);
    const struct model_params *g = (void *)plain_log.values, *h = (void *)with_log.values;
    CHECK_NEAR(h->h[1].weight[2][3], g->h[1].weight[2][3] + w, 1e-6);
    CHECK_NEAR(h->h[1].bias[2], g->h[1].bias[2], 1e-7);
    double squares = 0;
    for (size_t i = 0; i < plain.net.n_elements; i++)
        squares += pow((double)((const rt_real *)g)[i], 2);
    CHECK_NEAR(sqrt(squares), plain.history.record[0].norm_before, 1e-5);
    rt_gradient_log_free(&plain_log);
    rt_gradient_log_free(&with_log);
    rt_run_free(&plain);
    rt_run_free(&with);
}

/* ---- Values that are not finite ---------------------------------------------------------- */

/* Poisons what the test asks for, at step 12: a layer's output, a gradient, or the loss. */
static enum { OUTPUT, GRADIENT, LOSS } poison;
static int passes_at_12;

static double poisoned_forward(rt_pass *c)
{
    struct linear_memory *m = c->memory;
    const double loss = linear_forward(c);

    passes_at_12 += c->step == 12 && c->training;
    if (c->step != 12 || !c->training)
        return loss;
    if (poison == OUTPUT) {
        m->y[1][1] = INFINITY;
        rt_watch_output(c, &m->watch, RT_LINEAR, 0, c->rows, CLASSES, 1, &m->y[0][0], &m->y[0][0]);
    }
    return poison == GRADIENT ? loss : (double)NAN;
}

static void poisoned_backward(rt_pass *c)
{
    linear_backward(c);
    if (c->step == 12 && poison == GRADIENT)
        ((struct linear_params *)c->grads)->bias[3] = NAN;
}

static void run_poisoned(rt_run *run, rt_on_nonfinite response, rt_outcome wanted)
{
    static rt_model model;
    static rt_settings set;

    model = linear_model(ROWS);
    model.forward = poisoned_forward;
    model.backward = poisoned_backward;
    set = model_settings;
    set.steps = 20;
    set.on_nonfinite = response;
    passes_at_12 = 0;
    if (start(run, &model, &set))
        CHECK(train(run, NULL) == wanted);
}

static bool is_at(const rt_run *run, int layer, const char *tensor)
{
    const rt_nonfinite *n = &run->history.nonfinite;

    return n->happened && n->step == 12 && n->layer == layer && !strcmp(n->tensor, tensor);
}

TEST(lost_values_are_located)
{
    rt_run run;

    poison = OUTPUT;
    run_poisoned(&run, RT_STOP, RT_DIVERGED);
    CHECK(is_at(&run, 0, "output") && passes_at_12 == 2);
    CHECK(run.history.steps == 12 && run.history.n_epochs == 1);
    CHECK(rt_history_at(&run.history, 12));
    rt_run_free(&run);
    poison = GRADIENT;
    run_poisoned(&run, RT_STOP, RT_DIVERGED);
    CHECK(is_at(&run, 0, "gradient"));
    rt_run_free(&run);
    poison = LOSS;
    run_poisoned(&run, RT_STOP, RT_DIVERGED);
    CHECK(is_at(&run, -1, "loss"));
    rt_run_free(&run);
}

TEST(skipped_updates_are_left_out)
{
    rt_run run;

    poison = GRADIENT;
    run_poisoned(&run, RT_SKIP, RT_TRAINED);
    CHECK(is_at(&run, 0, "gradient") && run.history.nonfinite.skipped == 1);
    CHECK(run.history.steps == 20 && run.update.step == 19);
    CHECK(isfinite(run.history.epoch[0].loss_train) && isfinite(run.history.epoch[0].loss_test));
    CHECK(rt_history_at(&run.history, 12)->layer[0].update_ratio == 0);
    rt_run_free(&run);
}

TEST(going_on_goes_on)
{
    rt_run run;

    poison = GRADIENT;
    run_poisoned(&run, RT_CONTINUE, RT_TRAINED);
    CHECK(is_at(&run, 0, "gradient") && run.history.nonfinite.skipped == 0);
    CHECK(run.history.steps == 20 && !isfinite(run.history.epoch[0].loss_test));
    rt_run_free(&run);
}

/* ---- Evaluation -------------------------------------------------------------------------- */

TEST(what_counts_as_a_hit)
{
    float out[] = { 0.6f, -1, 0.2f, (float)NAN }, target[] = { 1, 0, 0, 1 };
    float rows[] = { 0, 2, 1, 3, 3, 1, (float)NAN, 0, 1 };
    int32_t labels[] = { 1, 0, 2 };
    rt_model m = { .real_size = 4, .target = RT_TARGET_CLASS, .classes = 2, .one_hot = true,
                   .output_rank = 1, .output_shape = { 1 }, .loss = RT_BINARY_CROSS_ENTROPY };
    rt_run run = { .model = &m, .pass = { .rows = 4, .memory = out, .target = target } };

    CHECK(rt_hits(&run) == 2);          /* logits over 0 are class 1 */
    m.from_probabilities = true;
    CHECK(rt_hits(&run) == 3);          /* probabilities over 1/2 */
    m.loss = RT_SOFTMAX_CROSS_ENTROPY;
    m.output_shape[0] = 3;
    run.pass = (rt_pass){ .rows = 3, .memory = rows, .labels = labels };
    CHECK(rt_hits(&run) == 2);          /* the first of equals; never one with a NaN */
}

TEST(an_evaluation_changes_nothing)
{
    rt_settings set = model_settings;
    struct model_memory *m;
    double loss, accuracy;
    rt_run run;

    if (!start(&run, &tiny, &set))
        return;
    m = run.pass.memory;
    CHECK(m->stage.running_var[0] == 1 && m->stage.running_mean[0] == 0);
    CHECK(rt_evaluate(&run, &run.data.test, &loss, &accuracy, &error));
    CHECK(loss > 2 && loss < 3 && accuracy >= 0 && accuracy < 0.5);
    CHECK(m->stage.running_var[0] == 1 && m->stage.running_mean[0] == 0);
    CHECK(rt_evaluate(&run, &run.data.valid, &loss, &accuracy, &error));
    CHECK(isnan(loss) && isnan(accuracy));
    rt_run_free(&run);
}

/* ---- Numbers of words -------------------------------------------------------------------- */

static int words;

/* The linear model, which also reads the shades of a digit, 0 to 16, as words. */
static double reading_forward(rt_pass *c)
{
    static const rt_real table[17];
    static rt_real row[ROWS * INPUT];
    const struct linear_memory *m = c->memory;

    rt_embedding(c, &m->watch, c->rows * INPUT, words, 1, c->x, table, row);
    return linear_forward(c);
}

TEST(a_number_without_a_word_ends_the_run)
{
    const rt_line line = { "logits", 7 };
    const rt_notes notes = { .source = "read.net", .line = &line, .n_lines = 1 };
    const char *sentence = "logits (read.net:7): 16 is no word: wanted are the whole numbers from "
                           "0 to 15, after scale and normalize";
    rt_model model = linear_model(ROWS);
    rt_data shades = model_data;
    rt_settings set = model_settings;
    double loss, accuracy;
    rt_run run;

    shades.scale = 16;
    set.lr = 1e-3;
    model.data = &shades;
    model.forward = reading_forward;
    for (words = 16; words <= 17; words++) {
        CHECK(rt_run_new(&run, &model, &notes, &set, 2, ".", &error));
        error.text[0] = '\0';
        CHECK(train(&run, NULL) == (words == 17 ? RT_TRAINED : RT_BROKEN));
        CHECK_TEXT(error.text, words == 17 ? "" : sentence);
        CHECK(words == 17 || (run.history.steps == 0 && run.history.n_epochs == 0));
        run.pass.stray.words = 0;
        CHECK(rt_evaluate(&run, &run.data.test, &loss, &accuracy, &error) == (words == 17));
        CHECK_TEXT(error.text, words == 17 ? "" : sentence);
        rt_run_free(&run);
    }
}

/* ---- Signals: the last test, since a signal stays ---------------------------------------- */

static double interrupted_forward(rt_pass *c)
{
    if (c->step == 7 && c->training && !rt_signal())
        raise(SIGTERM);
    return linear_forward(c);
}

TEST(a_signal_ends_after_the_step)
{
    rt_model model = linear_model(ROWS);
    rt_run run;

    model.forward = interrupted_forward;
    if (!start(&run, &model, &model_settings))
        return;
    rt_signals_catch();
    CHECK(train(&run, NULL) == RT_INTERRUPTED && rt_signal() == SIGTERM);
    CHECK(run.history.steps == 8 && run.history.n_epochs == 1);
    CHECK(isfinite(run.history.epoch[0].loss_train) && isnan(run.history.epoch[0].loss_test));
    rt_run_free(&run);
}

int main(void)
{
    RUN(a_batch_in_parts_is_the_same_batch);
    RUN(watched_steps);
    RUN(the_loss_has_its_penalty);
    RUN(logged_gradients_have_the_penalty_and_no_clip);
    RUN(lost_values_are_located);
    RUN(skipped_updates_are_left_out);
    RUN(going_on_goes_on);
    RUN(what_counts_as_a_hit);
    RUN(an_evaluation_changes_nothing);
    RUN(a_number_without_a_word_ends_the_run);
    RUN(a_signal_ends_after_the_step);
    return test_done();
}
