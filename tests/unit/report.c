/* report.c -- what the writers print: widths, folds, keys, values. */
#include <jansson.h>

#include "figures.h"
#include "fold.h"
#include "synthetic.h"
#include "table.h"
#include "test.h"

/* ---- Figures ------------------------------------------------------------------------------- */

TEST(prints_figures)
{
    char text[RT_FIGURE];
    CHECK_TEXT(rt_figure(text, 0), "0");
    CHECK_TEXT(rt_figure(text, 3.14159e-15), "3.1e-15");
    CHECK_TEXT(rt_figure(text, 0.00123456), "0.00123");
    CHECK_TEXT(rt_figure(text, 0.5), "0.500");
    CHECK_TEXT(rt_figure(text, 0.99999), "1.00");
    CHECK_TEXT(rt_figure(text, 99.96), "100");
    CHECK_TEXT(rt_figure(text, 4321.4), "4321");
    CHECK_TEXT(rt_figure(text, 1.25e5), "1.2e5");
    CHECK_TEXT(rt_figure(text, -0.25), "-0.250");
    CHECK_TEXT(rt_figure(text, NAN), "nan");
    CHECK_TEXT(rt_figure(text, INFINITY), "inf");
    CHECK_TEXT(rt_figure(text, 5e-324), "4.9e-324");
    CHECK_TEXT(rt_percent(text, 0.984), "98 %");
    CHECK_TEXT(rt_percent(text, 0.004), "0.4 %");
    CHECK_TEXT(rt_percent(text, 1e-9), "0.1 %");
    CHECK_TEXT(rt_percent(text, 0.996), "99.6 %");
    CHECK_TEXT(rt_percent(text, 1), "100 %");
    CHECK_TEXT(rt_grouped(text, 83978), "83,978");
    CHECK_TEXT(rt_grouped(text, 7), "7");
    CHECK_TEXT(rt_grouped(text, UINT64_MAX), "18,446,744,073,709,551,615");
    CHECK_TEXT(rt_amount(text, 1e-9), "1e-9");
    CHECK_TEXT(rt_loss_figure(text, 2.30338), "2.3034");
    CHECK_TEXT(rt_signed_decades(text, 0.184), "+0.18");
    CHECK_TEXT(rt_signed_decades(text, -12.34), "-12.3");
    CHECK_TEXT(rt_signed_decades(text, -0.004), "0.00");
    CHECK_TEXT(rt_signed_decades(text, -INFINITY), "<-99");
}

/* ---- Folding ------------------------------------------------------------------------------- */

static int shown_of(int depth, bool full, int *first_hidden)
{
    Synthetic *s = synthetic_new(depth, 8);
    bool shown[SYNTHETIC_MOST];
    int n = 0;
    rt_fold(&s->net, full, shown);
    *first_hidden = -1;
    for (int i = depth; i >= 0; i--) {
        n += shown[i];
        if (!shown[i])
            *first_hidden = i;
    }
    synthetic_free(s);
    return n;
}

TEST(folds_long_repeats)
{
    int hidden;
    CHECK(shown_of(5, false, &hidden) == 6 && hidden == -1);
    CHECK(shown_of(6, false, &hidden) == 4 && hidden == 1);
    CHECK(shown_of(50, false, &hidden) == 4 && hidden == 1);
    CHECK(shown_of(50, true, &hidden) == 51 && hidden == -1);
}

/* The first iteration stands apart, since its shape differs; the two members are one repeat. */
TEST(folds_peeled_repeats)
{
    Synthetic *s = synthetic_new(20, 8);
    bool shown[SYNTHETIC_MOST];
    const rt_member member[] = {
        { .unit = &s->body, .name = "", .is_repeat = true, .first = 0, .count = 1 },
        { .unit = &s->body, .name = "", .is_repeat = true, .first = 1, .count = 19 },
        { .layer = &s->output, .name = "logits", .count = 1 },
    };
    s->unit = (rt_unit){ member, 3 };
    rt_fold(&s->net, false, shown);
    for (int i = 0; i <= 20; i++)
        CHECK(shown[i] == (i == 0 || i == 10 || i == 19 || i == 20));
    synthetic_free(s);
}

/* Ten turns of two. */
TEST(folds_turns)
{
    Synthetic *s = synthetic_new(20, 8);
    bool shown[SYNTHETIC_MOST];
    const rt_member turn[] = {
        { .unit = &s->body, .name = "", .is_repeat = true, .first = 0, .count = 1 },
        { .unit = &s->body, .name = "", .is_repeat = true, .first = 1, .count = 1 },
    };
    const rt_unit turns = { turn, 2 };
    const rt_member member[] = {
        { .unit = &turns, .name = "", .is_repeat = true, .first = 0, .step = 2, .count = 10 },
        { .layer = &s->output, .name = "logits", .count = 1 },
    };
    s->unit = (rt_unit){ member, 2 };
    rt_fold(&s->net, false, shown);
    for (int i = 0; i <= 20; i++)
        CHECK(shown[i] == (i == 0 || i == 10 || i == 19 || i == 20));
    synthetic_free(s);
}

/* ---- Reports ------------------------------------------------------------------------------- */

static void two_conditions(rt_expect *e)
{
    const double flow = rt_quantity(e, "flow", NULL, -1, -1);
    rt_expected(e, "flow < 1e-3", rt_compare(e, flow, RT_LESS, 1e-3));
    rt_expected(e, "\"odd\\\" < 1\t", rt_compare(e, 2, RT_LESS, 1));
}

static Synthetic *sick(int depth)
{
    Synthetic *s = synthetic_new(depth, 64);
    rt_error e;
    s->output.kind = "residual";
    s->output.paths = 2;
    for (int i = 0; i < 4; i++) {
        synthetic_step(s, 0.03, 0.25);
        s->watch[depth].path_rms[0] = 0.2;
        s->watch[depth].path_rms[1] = 0.1;
        synthetic_add(s, i);
    }
    rt_history_add_epoch(&s->h, &(rt_epoch){ 0, 4, 2.0, 2.5, 0.3, 0.25, 1 }, &e);
    s->model.clip = "global_norm";
    s->model.expect = two_conditions;
    rt_expect_all(&s->h, NULL);
    return s;
}

/* A recurrent layer, a residual, and a parallel with more branches than are told apart. */
typedef struct {
    Synthetic *s;
    rt_layer mem, skip, inception;
} Sequence;

static void sequence(Sequence *q, double gain)
{
    Synthetic *s = q->s = synthetic_new(4, 64);
    synthetic_recur(s, 0, &q->mem, "rnn", 100);
    q->skip = q->inception = (rt_layer){ .name = "h", .kind = "residual", .watched = true,
                                         .rank = 1, .shape = { 64 }, .paths = 2 };
    q->inception.kind = "parallel";
    q->inception.paths = 11;
    s->info[1].layer = &q->skip;
    s->info[2].layer = &q->inception;
    for (int i = 0; i < 4; i++) {
        synthetic_step(s, 0.03, 1);
        synthetic_time(s, 0, 0.03, gain);
        s->watch[1] = (rt_watch){ .path_rms = { 0.03, 0.01 } };
        s->watch[2] = (rt_watch){ .path_rms = { 0.02, 0.01, 0, 0.01 } };
        memset(&s->tensor[1], 0, 2 * sizeof s->tensor[1]);
        synthetic_add(s, i);
    }
}

typedef void Write(const rt_history *h, const rt_style *s);

static char *written(const Synthetic *s, Write *write, rt_style style)
{
    char *text = NULL;
    size_t size = 0;
    style.out = open_memstream(&text, &size);
    write(&s->h, &style);
    fclose(style.out);
    return text;
}

/* Columns of the widest line; characters of UTF-8 count one. */
static int widest(const char *text)
{
    int most = 0, n = 0;
    for (; *text; text++) {
        n = *text == '\n' ? 0 : n + ((*text & 0xc0) != 0x80);
        most = n > most ? n : most;
    }
    return most;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

TEST(keeps_to_the_width)
{
    Synthetic *s = sick(20);
    for (int width = 60; width <= 132; width += 4) {
        for (int utf8 = 0; utf8 < 2; utf8++) {
            const rt_style style = { .utf8 = utf8, .width = width };
            char *text = written(s, rt_text_writer.summary, style);
            CHECK(widest(text) <= width);
            CHECK(utf8 || is_ascii(text));
            CHECK(!strchr(text, '\033') && !strstr(text, " \n"));
            free(text);
            text = written(s, rt_text_writer.step, style);
            CHECK(widest(text) <= width);
            free(text);
        }
    }
    synthetic_free(s);
}

TEST(says_what_a_reader_wants)
{
    Synthetic *s = sick(20);
    const rt_style style = { .width = 80 };
    char *text = written(s, rt_text_writer.summary, style);
    CHECK(strstr(text, "Gradient flow at step 0") && strstr(text, "Gradient flow at step 3"));
    CHECK(strstr(text, "\n... 9 more\n") && strstr(text, "\nh[10] "));
    CHECK(strstr(text, "flow 3.6e-12: 11.4 decades lost between h[19] and h[0]"));
    CHECK(strstr(text, "0.60 a layer (r2 1.00)"));
    CHECK(strstr(text, "vanishing   ") && strstr(text, "edit:  in h (line 9): act = relu"));
    CHECK(strstr(text, "holds  flow < 1e-3 (3.638e-12 against 0.001)"));
    CHECK(strstr(text, "FAILS  \"odd"));
    CHECK(strstr(text, "clip global_norm(1): changed the gradient in 0 % of the steps"));
    CHECK(strstr(text, "67 %"));                        /* of the gradient comes by the skip */
    free(text);
    const rt_style full = { .width = 80, .full = true, .color = true };
    text = written(s, rt_text_writer.summary, full);
    CHECK(!strstr(text, " more") && strstr(text, "\nh[7] ") && strchr(text, '\033'));
    free(text);
    synthetic_free(s);
}

TEST(tells_time_and_paths)
{
    Sequence q;
    sequence(&q, 0.8);
    for (int width = 60; width <= 132; width += 4) {
        for (int utf8 = 0; utf8 < 2; utf8++) {
            char *text = written(q.s, rt_text_writer.summary,
                                 (rt_style){ .utf8 = utf8, .width = width });
            CHECK(widest(text) <= width);
            CHECK((utf8 || is_ascii(text)) && !strstr(text, " \n"));
            free(text);
        }
    }
    char *text = written(q.s, rt_text_writer.summary, (rt_style){ .width = 80 });
    CHECK(strstr(text, "\nthrough time   first  middle    last  1e-12 "));
    CHECK(strstr(text, "\nh[0]         7.6e-12  4.3e-7  0.0300  ##..."));
    CHECK(strstr(text, "  0.0969 2.5e-10\n"));
    CHECK(strstr(text, "\nh[0]: 9.59 decades lost over 100 steps, 0.0969 a step\n"));
    CHECK(strstr(text, "\nresidual    skip    body  share of dL/dx by the skip\n"));
    CHECK(strstr(text, "\nh[1]      0.0300  0.0100  ####") && strstr(text, "  75 %\n"));
    CHECK(strstr(text, "\nparallel        dL/dx  share of dL/dx by the branch\n"));
    CHECK(strstr(text, "\nh[2] branch 0  0.0200  ####") && strstr(text, "  50 %\n"));
    CHECK(strstr(text, "\nh[2] branch 7       0   ") && strstr(text, "   0 %\n... 3 more\n"));
    CHECK(strstr(text, "shaded up to the last"));
    free(text);
    synthetic_free(q.s);
}

/* Gradients that vanish altogether, overflow, or reach no layer at all. */
TEST(tells_the_ends_of_time_and_paths)
{
    Sequence q;
    sequence(&q, 1);
    q.s->watch[0].delta_first = q.s->watch[0].delta_middle = 0;
    memset(q.s->watch[1].path_rms, 0, sizeof q.s->watch[1].path_rms);
    q.s->watch[2].path_rms[1] = NAN;
    synthetic_add(q.s, 4);
    char *text = written(q.s, rt_text_writer.summary, (rt_style){ .width = 80 });
    CHECK(strstr(text, "\nh[0]: nothing arrives at the first of 100 steps"));
    CHECK(strstr(text, "\nh[1]           0       0  no gradient\n"));
    CHECK(strstr(text, "\nh[2] branch 1     nan  not finite\n"));
    free(text);
    q.s->watch[0].delta_first = NAN;
    q.s->info[1].unused = true;
    synthetic_add(q.s, 5);
    text = written(q.s, rt_text_writer.summary, (rt_style){ .width = 80 });
    CHECK(strstr(text, "\nh[0]             nan       0  0.0300  ......"));
    CHECK(strstr(text, "\nh[1]           0       0  unused\n"));
    free(text);
    synthetic_free(q.s);
}

/* ---- Predicted beside measured --------------------------------------------------------------- */

enum { FORETOLD = 3 };

/* Of the hidden layers of a net three deep: the first is twice, the second hundred times off, of the
 * third there is none that is finite. */
typedef struct {
    Synthetic *s;
    rt_prediction of[FORETOLD + 1];
    rt_notes notes;
    rt_settings compiled;
} Foretold;

static void foretell(Foretold *f)
{
    Synthetic *s = f->s = synthetic_new(FORETOLD, 64);
    for (int i = 0; i < 2; i++) {
        synthetic_step(s, 0.03, 0.25);
        synthetic_add(s, i);
    }
    for (int i = 0; i < FORETOLD; i++) {
        const double delta = s->h.record[0].layer[i].watch.delta_rms;
        f->of[i] = (rt_prediction){ s->info[i].path, 0.5, delta, NAN, 0.1, NAN, NAN, NAN, true, 0 };
        s->info[i].predicted = &f->of[i];
    }
    f->of[0].delta_rms *= 2;
    f->of[1].delta_rms *= 100;
    f->of[2].delta_rms = INFINITY;
    f->of[2].act_rms = NAN;
    f->of[FORETOLD] = (rt_prediction){ .path = NULL };
    f->notes = (rt_notes){ .source = "deep.net", .prediction = f->of, .flow = 1e-3,
                           .decades_per_layer = -1.5, .spread = 0.25, .loss = 2.5,
                           .input = "unit normal inputs", .batch = s->set.batch };
    f->compiled = s->set;
    s->model.settings = &f->compiled;
    s->net.notes = &f->notes;
}

static char *summary_of(const Foretold *f, int width)
{
    return written(f->s, rt_text_writer.summary, (rt_style){ .width = width });
}

TEST(sets_predicted_beside_measured)
{
    Foretold f;
    foretell(&f);
    CHECK_NEAR(rt_deviation(&f.s->info[0], &f.s->h.record[0].layer[0]), -0.30103, 1e-5);
    CHECK(rt_deviation_mark(&f.s->info[0], &f.s->h.record[0].layer[0]) == ' ');
    CHECK(rt_deviation_mark(&f.s->info[1], &f.s->h.record[0].layer[1]) == '*');
    CHECK(isnan(rt_deviation(&f.s->info[2], &f.s->h.record[0].layer[2])));
    char *text = summary_of(&f, 80);
    CHECK(strstr(text, "\nlayer    output   pred.   dL/dz   pred.  1e-"));
    CHECK(strstr(text, "  -0.30\n") && strstr(text, "  -2.00*\n"));
    CHECK(strstr(text, "\npredicted loss 2.50; flow 0.00100: 3.00 +- 0.25 decades lost, 1.50 a "
                       "layer; for\n  unit normal inputs in batches of "));
    CHECK(strstr(text, "; 1 of 2 layers with weights within 0.1 + 3\n  spreads\n"));
    CHECK(!strstr(strstr(text, "at step 1"), "  pred."));
    CHECK(!strstr(text, "nan") && !strstr(text, "inf "));
    free(text);
    for (int width = 60; width <= 132; width += 4) {
        text = summary_of(&f, width);
        CHECK(widest(text) <= width && !strstr(text, " \n"));
        free(text);
    }
    synthetic_free(f.s);
}

/* Weights that were loaded are not those that were foretold; --batch, --data, --set change more. */
TEST(says_what_a_forecast_is_not_for)
{
    Foretold f;
    foretell(&f);
    f.s->h.loaded = true;
    char *text = summary_of(&f, 120);
    CHECK(!strstr(text, "  pred.") && strstr(text, "fresh weights: these were loaded, and are not "));
    CHECK(!strstr(text, "within 0.1"));
    free(text);
    f.s->h.loaded = false;
    f.s->h.other_data = true;
    f.s->set.batch = f.compiled.batch + 7;
    text = summary_of(&f, 200);
    CHECK(strstr(text, "(as compiled; here of ") && !strstr(text, "--data"));
    free(text);
    f.notes.input = "8 samples of train.csv";
    f.s->data.train.text[0] = "train.csv";
    f.notes.rough = "a softmax stands inside the model";
    text = summary_of(&f, 300);
    CHECK(strstr(text, "; --data may hold others)") && strstr(text, "; rough: a softmax"));
    free(text);
    f.s->h.record[0].loss = NAN;
    text = summary_of(&f, 400);
    CHECK(strstr(text, "a loss that is not finite leaves nothing to compare"));
    CHECK(strstr(text, "  pred.") && !strstr(text, "     off\n"));
    free(text);
    f.s->net.notes = NULL;
    text = summary_of(&f, 80);
    CHECK(!strstr(text, "pred"));
    free(text);
    synthetic_free(f.s);
}

TEST(prints_no_measures_where_there_are_none)
{
    Synthetic *s = synthetic_new(3, 8);
    rt_error e;
    rt_history_add_epoch(&s->h, &(rt_epoch){ 0, 4, NAN, NAN, NAN, NAN, 1 }, &e);
    char *text = written(s, rt_text_writer.summary, (rt_style){ .width = 80 });
    CHECK(!strstr(text, " \n") && !strstr(text, "loss"));
    free(text);
    synthetic_free(s);
}

TEST(prints_an_empty_history)
{
    Synthetic *s = synthetic_new(3, 8);
    char *text = written(s, rt_text_writer.summary, (rt_style){ .width = 80 });
    CHECK(strstr(text, "deep  ") && !strstr(text, "Verdicts"));
    free(text);
    text = written(s, rt_text_writer.step, (rt_style){ .width = 80 });
    CHECK_TEXT(text, "");
    free(text);
    synthetic_free(s);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *parsed(const Synthetic *s, Write *write)
{
    char *text = written(s, write, (rt_style){ .width = 80 });
    json_error_t error;
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    CHECK(j != NULL && strlen(text) > 0 && text[strlen(text) - 1] == '\n');
    CHECK(strchr(text, '\n') == text + strlen(text) - 1);
    free(text);
    return j;
}

static void has_keys(const json_t *j, const char *keys)
{
    char list[512];
    size_t n = 0;
    snprintf(list, sizeof list, "%s", keys);
    for (char *key = strtok(list, " "); key; key = strtok(NULL, " "), n++) {
        if (!json_object_get(j, key))
            printf("the key '%s' is missing\n", key);
        CHECK(json_object_get(j, key) != NULL);
    }
    CHECK(json_object_size(j) == n);
}

static double number_at(const json_t *layer, const char *key)
{
    return json_number_value(json_object_get(json_object_get(layer, "step0"), key));
}

TEST(writes_what_was_predicted)
{
    Foretold f;
    foretell(&f);
    f.s->h.loaded = true;                   /* the forecast of fresh weights stays what it is */
    json_t *j = parsed(f.s, rt_json_writer.summary);
    const json_t *layer = json_object_get(j, "layers");
    const json_t *none = json_object_get(json_array_get(layer, 2), "step0");
    CHECK_NEAR(json_number_value(json_object_get(j, "predicted_flow")), 1e-3, 1e-18);
    CHECK_NEAR(number_at(json_array_get(layer, 0), "predicted_act_rms"), 0.5, 0);
    CHECK_NEAR(number_at(json_array_get(layer, 0), "predicted_delta_rms"), f.of[0].delta_rms, 0);
    CHECK(json_is_null(json_object_get(none, "predicted_act_rms")));
    CHECK(json_is_null(json_object_get(none, "predicted_delta_rms")));
    CHECK(json_is_null(json_object_get(none, "predicted_grad_norm")));
    CHECK(json_array_size(json_object_get(j, "nonfinite")) == 0);
    json_decref(j);
    synthetic_free(f.s);
}

#define TIME_KEYS "delta_first delta_middle delta_last decades_per_step flow_through_time paths"

TEST(writes_the_summary_with_all_keys)
{
    Synthetic *s = sick(20);
    json_t *j = parsed(s, rt_json_writer.summary);
    has_keys(j, "event name seed threads steps epochs seconds parameters loss_train loss_test "
                "accuracy_train accuracy_test flow predicted_flow clip_fraction nonfinite verdicts "
                "expect layers");
    const json_t *layer = json_array_get(json_object_get(j, "layers"), 3);
    has_keys(layer, "name kind shape parameters line step0 last");
    has_keys(json_object_get(layer, "step0"), "act_rms delta_rms grad_norm predicted_act_rms "
                                              "predicted_delta_rms predicted_grad_norm " TIME_KEYS);
    has_keys(json_object_get(layer, "last"), "act_rms delta_rms grad_norm weight_rms update_ratio "
                                             "saturated dead zero subnormal " TIME_KEYS);
    has_keys(json_array_get(json_object_get(j, "verdicts"), 0), "layer verdict reason edit");
    const json_t *odd = json_array_get(json_object_get(j, "expect"), 1);
    has_keys(odd, "line text holds");
    CHECK_TEXT(json_string_value(json_object_get(odd, "text")), "\"odd\\\" < 1\t");
    CHECK(json_is_null(json_object_get(odd, "line")));
    CHECK(json_is_false(json_object_get(odd, "holds")));
    CHECK_NEAR(json_real_value(json_object_get(j, "flow")), rt_flow(&s->net, &s->h.record[3]), 0);
    CHECK_TEXT(json_string_value(json_object_get(layer, "name")), "h[3]");
    CHECK(json_array_size(json_object_get(j, "nonfinite")) == 0);
    CHECK(json_integer_value(json_object_get(j, "epochs")) == 1);
    json_decref(j);
    synthetic_free(s);
}

TEST(lists_what_is_not_finite)
{
    Synthetic *s = sick(4);
    s->watch[2].act_nonfinite = 1;
    s->u.norm_before = INFINITY;
    synthetic_add(s, 5);
    json_t *j = parsed(s, rt_json_writer.summary);
    const json_t *lost = json_object_get(j, "nonfinite");
    CHECK(json_array_size(lost) == 1);
    CHECK_TEXT(json_string_value(json_array_get(lost, 0)), "h[2].last.act_rms");
    json_decref(j);
    j = parsed(s, rt_json_writer.step);
    has_keys(j, "event step epoch loss rate grad_norm clipped flow layers nonfinite");
    lost = json_object_get(j, "nonfinite");
    CHECK(json_array_size(lost) == 4);                  /* grad_norm, and three of the output */
    CHECK_TEXT(json_string_value(json_array_get(lost, 0)), "grad_norm");
    json_decref(j);
    synthetic_free(s);
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static void check_time_and_paths(const json_t *mem, const json_t *skip, const json_t *inception)
{
    CHECK_NEAR(number_of(mem, "delta_last"), 0.03, 0);
    CHECK_NEAR(number_of(mem, "delta_first"), 0.03 * pow(0.8, 99), 0);
    CHECK_NEAR(number_of(mem, "decades_per_step"), -log10(0.8), 1e-15);
    CHECK_NEAR(number_of(mem, "flow_through_time") / pow(0.8, 99), 1, 1e-12);
    CHECK(json_is_null(json_object_get(mem, "paths")));
    CHECK(json_is_null(json_object_get(skip, "delta_first")));
    CHECK(json_is_null(json_object_get(skip, "flow_through_time")));
    const json_t *paths = json_object_get(skip, "paths");
    CHECK(json_array_size(paths) == 2);
    CHECK_NEAR(json_number_value(json_array_get(paths, 1)), 0.01, 0);
    paths = json_object_get(inception, "paths");
    CHECK(json_array_size(paths) == RT_PATHS);
    CHECK_NEAR(json_number_value(json_array_get(paths, 3)), 0.01, 0);
}

TEST(writes_time_and_paths)
{
    Sequence q;
    sequence(&q, 0.8);
    json_t *j = parsed(q.s, rt_json_writer.step);
    const json_t *layers = json_object_get(j, "layers");
    const json_t *skip = json_array_get(layers, 1), *inception = json_array_get(layers, 2);
    check_time_and_paths(json_array_get(layers, 0), skip, inception);
    CHECK_NEAR(number_of(skip, "skip_rms"), 0.03, 0);
    CHECK_NEAR(number_of(skip, "body_rms"), 0.01, 0);
    CHECK(json_is_null(json_object_get(inception, "skip_rms")));
    json_decref(j);
    j = parsed(q.s, rt_json_writer.summary);
    layers = json_object_get(j, "layers");
    for (int i = 0; i < 2; i++) {
        const char *when = i ? "last" : "step0";
        check_time_and_paths(json_object_get(json_array_get(layers, 0), when),
                             json_object_get(json_array_get(layers, 1), when),
                             json_object_get(json_array_get(layers, 2), when));
    }
    json_decref(j);
    q.s->watch[0].delta_first = NAN;
    q.s->watch[2].path_rms[1] = INFINITY;
    synthetic_add(q.s, 4);
    j = parsed(q.s, rt_json_writer.step);
    const json_t *lost = json_object_get(j, "nonfinite");
    CHECK(json_array_size(lost) == 2);
    CHECK_TEXT(json_string_value(json_array_get(lost, 0)), "h[0].delta_first");
    CHECK_TEXT(json_string_value(json_array_get(lost, 1)), "h[2].paths[1]");
    json_decref(j);
    synthetic_free(q.s);
}

TEST(writes_epochs_and_empty_summaries)
{
    Synthetic *s = sick(4);
    json_t *j = parsed(s, rt_json_writer.epoch);
    has_keys(j, "event epoch step loss_train loss_test accuracy_train accuracy_test seconds "
                "nonfinite");
    json_decref(j);
    synthetic_free(s);
    s = synthetic_new(3, 8);
    j = parsed(s, rt_json_writer.summary);
    CHECK(json_is_null(json_object_get(j, "flow")));
    CHECK(json_is_null(json_object_get(j, "loss_test")));
    CHECK(json_array_size(json_object_get(j, "nonfinite")) == 0);
    json_decref(j);
    synthetic_free(s);
}

TEST(writes_histograms)
{
    Synthetic *s = synthetic_new(2, 8);
    s->set.histograms = true;
    synthetic_step(s, 1, 1);
    s->watch[1].delta.bin[RT_BIN_ONE - 3] = 5;
    s->watch[1].delta.bin[RT_BIN_ONE - 1] = 7;
    synthetic_add(s, 0);
    json_t *j = parsed(s, rt_json_writer.step);
    const json_t *layer = json_array_get(json_object_get(j, "layers"), 1);
    const json_t *bins = json_object_get(layer, "delta_log2");
    const json_t *count = json_object_get(bins, "count");
    CHECK(json_integer_value(json_object_get(bins, "exponent")) == -3);
    CHECK(json_array_size(count) == 3 && json_integer_value(json_array_get(count, 2)) == 7);
    CHECK(json_array_size(json_object_get(json_object_get(layer, "grad_log2"), "count")) == 0);
    json_decref(j);
    synthetic_free(s);
}

TEST(finds_writers)
{
    CHECK(rt_writer_named("text") == &rt_text_writer && rt_writer_named("json") == &rt_json_writer);
    CHECK(rt_writer_named("xml") == NULL);
}

int main(void)
{
    RUN(prints_figures);
    RUN(folds_long_repeats);
    RUN(folds_peeled_repeats);
    RUN(folds_turns);
    RUN(keeps_to_the_width);
    RUN(says_what_a_reader_wants);
    RUN(tells_time_and_paths);
    RUN(tells_the_ends_of_time_and_paths);
    RUN(sets_predicted_beside_measured);
    RUN(says_what_a_forecast_is_not_for);
    RUN(prints_no_measures_where_there_are_none);
    RUN(prints_an_empty_history);
    RUN(writes_the_summary_with_all_keys);
    RUN(writes_what_was_predicted);
    RUN(lists_what_is_not_finite);
    RUN(writes_time_and_paths);
    RUN(writes_epochs_and_empty_summaries);
    RUN(writes_histograms);
    RUN(finds_writers);
    return test_done();
}
