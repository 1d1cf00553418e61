/* check.c -- declarations, imports, settings, data, sweeps, expectations. */
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "checked.h"

#define SMALL "model { input [64]; target class(10); dense(10); } "
#define DIGITS "data = digits(split = 0.8); "

TEST(params_and_lets)
{
    Checked c = check_text("param depth: int = 2 * 3; let w = depth + 1; param p: real = w;"
                           "param phi: activation = leaky_relu(0.2); param b: bool = depth > 5;"
                           "param s: string = \"x\"; param l: layer = lstm(3);" TRAIN
                           "model { input [64]; target class(10); repeat depth { dense(w); }"
                           " if b { phi; } dropout(p / 100); dense(10); }");

    CHECK(c.model->n_params == 6);
    CHECK(c.model->param[0].value.integer == 6);
    CHECK(c.model->param[1].value.kind == VALUE_REAL && c.model->param[1].value.real == 7);
    CHECK_TEXT(value_text(&c.model->param[2].value, c.s.arena), "leaky_relu(0.2)");
    CHECK(c.model->param[3].value.integer == 1);
    CHECK(diag_errors(c.s.diag) == 0);
    checked_free(&c);
}

TEST(wrong_declarations)
{
    CHECK(says_once("param n: integer = 3; " MODEL("dense(10);"), "did you mean 'int'"));
    CHECK(says_once("param n: int; " MODEL("dense(n);"), "set it with -D n="));
    CHECK(says_once("param n: int = 2.5; " MODEL("dense(n); dense(10);"), "wants an int"));
    CHECK(says_once("let a = b; let b = 1; " MODEL("dense(a); dense(10);"), "further down"));
    CHECK(says_once("let a = 1; let a = 2; " MODEL("dense(a); dense(10);"), "declared twice"));
    CHECK(says_once("param a: int = a; " MODEL("dense(a); dense(10);"), "unknown name 'a'"));
    CHECK(says_once("block relu() { dense(3); } " MODEL("dense(10);"), "activation of the language"));
    CHECK(says_once("block b(n: int, n: int) { dense(n); } " MODEL("b(1); dense(10);"), "already"));
    CHECK(says_once("block b(n: number) { dense(n); } " MODEL("b(1); dense(10);"), "unknown kind"));
    CHECK(says_once("allow unusd; " MODEL("dense(10);"), "did you mean 'unused'"));
    CHECK(says_once(MODEL("dense(10);") SMALL, "a second 'model'"));
}

TEST(defines)
{
    const Define good[] = { { "n", "3 + 4", false } }, other[] = { { "m", "1", false } };
    const Define wrong[] = { { "n", "relu", false } }, broken[] = { { "n", "3 +", false } };
    const char *text = "param n: int; " MODEL("dense(n); dense(10);");
    Checked c = check_defined(text, good, 1);

    CHECK(c.ok && c.model->param[0].value.integer == 7 && c.model->param[0].from_command_line);
    checked_free(&c);
    c = check_defined(text, wrong, 1);
    CHECK(!c.ok && strstr(c.messages, "wants an int") == NULL && strstr(c.messages, "NET0203"));
    checked_free(&c);
    c = check_defined(text, broken, 1);
    CHECK(!c.ok && count_text(c.messages, "[NET") == 1);
    checked_free(&c);
    c = check_defined("param n: int = 1; " MODEL("dense(n); dense(10);"), other, 1);
    CHECK(!c.ok && strstr(c.messages, "NET0222"));
    checked_free(&c);
}

/* ---- Imports ---- */

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    CHECK(f != NULL);
    if (f) {
        fputs(text, f);
        fclose(f);
    }
}

static Checked check_file(const char *path)
{
    Checked c = { .s = new_session() };
    const char *why = NULL;
    const Source *source = source_read(path, c.s.arena, &why);

    c.model = check(parse(source, &c.s), NULL, 0, &c.s);
    c.ok = infer(c.model, &c.s);
    c.messages = messages_of(&c.s);
    return c;
}

TEST(imports)
{
    char dir[] = "/tmp/netc-check-XXXXXX";
    char path[100];

    CHECK(mkdtemp(dir) != NULL && chdir(dir) == 0 && mkdir("parts", 0777) == 0);
    snprintf(path, sizeof path, "%s/main.net", dir);
    write_file("parts/deep.net", "let base = 8; ");
    write_file("parts/blocks.net", "import \"deep.net\"; param width: int = base * 2;"
               " block two(n: int) { dense(n); dense(n); }");
    write_file("main.net", "import \"parts/blocks.net\"; import \"parts/deep.net\"; "
               MODEL("two(width); dense(10);"));
    Checked c = check_file(path);
    CHECK(c.ok && !*c.messages);
    CHECK(c.model->param[0].value.integer == 16);
    CHECK(c.model->file->n_imported == 2 && c.model->file->imported[0]->n_imported == 1);
    CHECK(c.model->file->imported[1] == c.model->file->imported[0]->imported[0]);
    CHECK(c.model->n_layers == 3);
    checked_free(&c);
    write_file("parts/deep.net", "import \"blocks.net\"; let base = 8; ");
    c = check_file(path);
    CHECK(!c.ok && count_text(c.messages, "NET0224") == 1);
    checked_free(&c);
    write_file("main.net", "import \"missing.net\"; " MODEL("dense(10);"));
    c = check_file(path);
    CHECK(!c.ok && count_text(c.messages, "[NET") == 1 && strstr(c.messages, "NET0223"));
    checked_free(&c);
}

TEST(imports_are_limited)
{
    for (int depth = 16; depth <= 17; depth++) {
        char name[40], text[60];
        for (int i = 0; i < depth; i++) {
            snprintf(name, sizeof name, "chain%d.net", i);
            snprintf(text, sizeof text, "import \"chain%d.net\"; let l%d = 1; ", i + 1, i);
            write_file(name, text);
        }
        snprintf(name, sizeof name, "chain%d.net", depth);
        write_file(name, "let last = 1;");
        Checked c = check_file("chain0.net");
        CHECK((strstr(c.messages, "NET0225") != NULL) == (depth == 17));
        checked_free(&c);
    }
}

/* ---- Settings ---- */

TEST(settings_have_defaults)
{
    Checked c = check_text(MODEL("dense(10);"));
    const Settings *set = &c.model->settings;

    CHECK(set->batch == 32 && set->epochs == 10 && set->steps == 0 && set->seed == 1);
    CHECK(set->shuffle && !set->double_precision);
    CHECK_TEXT(set->on_nonfinite, "stop");
    CHECK(word_is(&set->schedule, "CONSTANT") && word_is(&set->clip, "NONE"));
    CHECK(word_is(&set->optimizer, "ADAM") && value_arg(&set->optimizer, "lr")->real == 0.001);
    CHECK(c.model->data.split == 0.8 && c.model->data.scale == 1 && c.model->observe.every == 50);
    checked_free(&c);
}

TEST(settings_are_read)
{
    Checked c = check_text(
        "data { train = moons(200, 0.1); test = moons(100, 0.1); scale = 1/255; limit = 100; }"
        "model { input [2]; target class(2); dense(1, act = sigmoid); }"
        "train { loss = binary_cross_entropy; optimizer = sgd(0.1, momentum = 0.9, nesterov = true);"
        " schedule = step(at = [3, 6], factor = 0.5); clip = global_norm(1); regularize = l2(1e-4);"
        " batch = 8; steps = 100; seed = 7; shuffle = false; precision = double;"
        " on_nonfinite = skip; } observe { every = 5; layers = [dense]; histograms = false; }");
    const Settings *set = &c.model->settings;

    CHECK(c.ok);
    CHECK(set->steps == 100 && set->double_precision && !set->shuffle && set->seed == 7);
    CHECK_TEXT(set->on_nonfinite, "skip");
    CHECK(value_arg(&set->schedule, "at")->n == 2);
    CHECK(value_arg(&set->clip, "limit")->kind == VALUE_REAL);
    CHECK(set->from_probabilities && c.model->target.one_hot);
    CHECK_NEAR(c.model->data.scale, 1.0 / 255, 0);
    CHECK(c.model->observe.n_layers == 1 && !c.model->observe.histograms);
    checked_free(&c);
}

TEST(wrong_settings)
{
#define WITH(settings) DIGITS SMALL "train { loss = mse; optimizer = sgd(lr = 0.1); " settings " }"
    CHECK(says_once(WITH("lr = 0.1;"), "belongs to the optimizer"));
    CHECK(says_once(WITH("batch_size = 3;"), "did you mean 'batch'"));
    CHECK(says_once(WITH("batch = 0;"), "at least 1"));
    CHECK(says_once(WITH("epochs = 0;"), "at least 1"));
    CHECK(says_once(WITH("epochs = 3; steps = 4;"), "exclude each other"));
    CHECK(says_once(WITH("epochs = 3; epochs = 4;"), "given twice"));
    CHECK(says_once(WITH("clip = norm(0);"), "above 0"));
    CHECK(says_once(WITH("seed = -1;"), "at least 0"));
    CHECK(says_once(WITH("schedule = step(at = [3, 3]);"), "rise"));
    CHECK(says_once(WITH("schedule = step(at = []);"), "1 to 16"));
    CHECK(says_once(WITH("precision = half;"), "one of float, double"));
    CHECK(says_once(WITH("on_nonfinite = ignore;"), "one of stop, skip, continue"));
    CHECK(says_once(DIGITS SMALL "train { loss = mse; }", "'train' needs 'optimizer'"));
    CHECK(says_once(DIGITS SMALL "train { loss = crossentropy; optimizer = adam; }",
                    "did you mean 'softmax_cross_entropy'"));
    CHECK(says_once(DIGITS SMALL "train { loss = mse; optimizer = SGD(learning_rate = 1); }",
                    "did you mean 'sgd'"));
    CHECK(says_once(DIGITS SMALL "train { loss = mse; optimizer = sgd(learning_rate = 1); }",
                    "did you mean 'lr'"));
    CHECK(says_once(DIGITS SMALL "train { loss = mse; optimizer = sgd(1, nesterov = true); }",
                    "NET0409"));
    CHECK(says_once(DIGITS SMALL "train { loss = mse; optimizer = relu; }", "wanted an optimizer"));
#undef WITH
}

TEST(wrong_data)
{
#define WITH(data) data SMALL "train { loss = mse; optimizer = adam; }"
    CHECK(says_once(WITH("data = mnist();"), "write idx("));
    CHECK(says_once(WITH("data { test = digits(); }"), "'data' needs 'train'"));
    CHECK(says_once(WITH("data = digits(split = 1.0);"), "above 0 and below 1"));
    CHECK(says_once(WITH("data = digits(split = 0);"), "above 0 and below 1"));
    CHECK(says_once(WITH("data { train = digits(); test = digits(); split = 0.5; }"), "no test source"));
    CHECK(says_once(WITH("data { train = digits(split = 0.5); split = 0.5; }"), "split of its own"));
    CHECK(says_once(WITH("data { train = digits(); scale = 2; normalize = standard; }"), "exclude"));
    CHECK(says_once(WITH("data { train = digits(); normalize = [1]; }"), "two numbers"));
    CHECK(says_once(WITH("data { train = digits(); limit = 0; }"), "at least 1"));
    CHECK(says_once(WITH("data { train = digits(); augment = [hflip]; }"), "changes images"));
    CHECK(says_once(WITH("data = cifar10(\"x\");"), "is [3,32,32]"));
    CHECK(is_fine("data { train = cifar10(\"x\"); augment = [hflip, crop(pad = 4)]; } "
                  "model { input [3, 32, 32]; target class(10); flatten; dense(10); } "
                  "train { optimizer = adam; }"));
    CHECK(says_once(WITH("data { train = digits(); augment = [relu]; }"), "wanted an augmentation"));
    CHECK(is_fine(WITH("data { train = digits(); normalize = [0.5, 0.1]; }")));
#undef WITH
}

/* ---- Sweeps and expectations ---- */

/* Whether the point that is written is left out of the sweep. */
static bool leaves_out(const char *source)
{
    Checked c = check_text(source);
    const bool left_out = c.model->left_out;

    checked_free(&c);
    return left_out;
}

TEST(sweeps)
{
#define WITH(axes) "param depth: int = 2; param phi: activation = relu; " TRAIN \
    "model { input [64]; target class(10); repeat depth { dense(8, act = phi); } dense(10); }" \
    "sweep { " axes " }"
    CHECK(is_fine(WITH("depth in [5, 20]; phi in [relu, leaky_relu(0.2)]; seed in 1..5;"
                       " lr in [0.1, 1]; batch in [8]; where depth < 10 || seed == 1;")));
    CHECK(leaves_out(WITH("depth in [5]; where lr < 1; lr in [2, 0.1];")));
    CHECK(!leaves_out(WITH("depth in [5]; where depth == 2;")));
    CHECK(says_once(WITH("batch in [8, 0];"), "the axis 'batch' is 0, wanted at least 1"));
    CHECK(says_once(WITH("lr in [-1];"), "the axis 'lr' is -1"));
    CHECK(says_once(WITH("precision in [float];"), "unknown axis 'precision'"));
    CHECK(says_once(WITH("where depth == 2;"), "the sweep has no axis"));
    CHECK(says_once(WITH("seed in 1..101; depth in 1..100;"), "10100 points; the limit is 10000"));
    CHECK(says_once(WITH("dpth in [5];"), "unknown axis 'dpth'"));
    CHECK(says_once(WITH("depth in [5, 2.5];"), "wants an int"));
    CHECK(says_once(WITH("depth in [];"), "no values"));
    CHECK(says_once(WITH("depth in 5;"), "wants a list"));
    CHECK(says_once(WITH("depth in [1]; depth in [2];"), "twice"));
    CHECK(says_once(WITH("phi in [he_normal];"), "wanted an activation"));
    CHECK(says_once(WITH("where depth;"), "true or false"));
#undef WITH
}

TEST(expectations)
{
    Checked c = check_text(TRAIN "param n: int = 3; model { input [64]; target class(10);"
                           " repeat n { h = dense(8); } dense(10); }"
                           "expect { flow(h, step = 0) < 1e-9; predicted.flow(h[n-1]) >= 1;"
                           " !(loss.test > 2 * loss.train - 1) || nonfinite == 0; n == 3; }");
    const Expectation *e = c.model->expect;

    CHECK(c.ok && count_text(c.messages, "[NET") == 0);
    CHECK(c.model->n_expects == 4);
    CHECK_TEXT(e[0].text, "flow(h, step = 0) < 1e-9");
    CHECK(e[0].check->kind == CHECK_COMPARE && e[0].check->oper == OPER_LT);
    CHECK_TEXT(e[0].check->left->quantity, "flow");
    CHECK_TEXT(e[0].check->left->layer, "h");
    CHECK(e[0].check->left->step == 0 && e[0].check->left->epoch == -1);
    CHECK_NEAR(e[0].check->right->number, 1e-9, 0);
    CHECK(!e[0].predicted_only && e[1].predicted_only);
    CHECK_TEXT(e[1].check->left->layer, "h[2]");
    CHECK(e[2].check->kind == CHECK_OR && e[2].check->left->kind == CHECK_NOT);
    CHECK(e[3].check->left->number == e[3].check->right->number);
    checked_free(&c);
}

TEST(wrong_expectations)
{
#define WITH(line) MODEL("repeat 3 { h = dense(8); } relu; dense(10);") "expect { " line " }"
    CHECK(says_once(WITH("accuracy > 0.9;"), "did you mean 'accuracy.test'"));
    CHECK(says_once(WITH("loss.tset < 1;"), "did you mean 'loss.test'"));
    CHECK(says_once(WITH("flow;"), "NET0411"));
    CHECK(says_once(WITH("dead > 0;"), "needs the name of a layer"));
    CHECK(says_once(WITH("dead(h, h) > 0;"), "one layer"));
    CHECK(says_once(WITH("loss.test(h) > 0;"), "no layer"));
    CHECK(says_once(WITH("flow(step = -1) > 0;"), "at least 0"));
    CHECK(says_once(WITH("flow(stp = 1) > 0;"), "did you mean 'step'"));
    CHECK(says_once(WITH("flow(step = 1, epoch = 1) > 0;"), "exclude"));
    CHECK(says_once(WITH("flow(g) > 0;"), "unknown layer 'g'"));
    CHECK(says_once(WITH("flow(h[3]) > 0;"), "there are 'h[0]' to 'h[2]'"));
    CHECK(says_once(WITH("!(flow > 1) == true;"), "is true or false, wanted a number"));
    CHECK(says_once(WITH("grad(relu) > 0;"), "no weights"));
    CHECK(says_once(WITH("flow_through_time(dense) > 0;"), "not recurrent"));
    CHECK(says_once(WITH("sqrt(flow) > 0;"), "compared, added"));
    CHECK(says_once(WITH("1 / 0 < flow;"), "division by zero"));
    CHECK(says_once(WITH("flow > true;"), "wants a number"));
#undef WITH
}

int main(void)
{
    RUN(params_and_lets);
    RUN(wrong_declarations);
    RUN(defines);
    RUN(imports);
    RUN(imports_are_limited);
    RUN(settings_have_defaults);
    RUN(settings_are_read);
    RUN(wrong_settings);
    RUN(wrong_data);
    RUN(sweeps);
    RUN(expectations);
    RUN(wrong_expectations);
    return test_done();
}
