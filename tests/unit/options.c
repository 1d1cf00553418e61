/* options.c -- the command line of a generated program, and the numbers it sets. */
#include "../../runtime/options.h"

#include "../../runtime/nearest.h"
#include "../../runtime/rate.h"
#include "../../runtime/settings.h"
#include "test.h"
#include "tiny_model.h"

enum { MOST = 12 };

static rt_model model = TINY_RECORD;
static rt_options options;
static rt_settings set;
static rt_error error;

/* The arguments are separated by spaces. */
static bool reads(const char *line)
{
    char text[256];
    char *argv[MOST + 1] = { text };
    int argc = 1;

    snprintf(text, sizeof text, "tiny %s", line);
    strtok(text, " ");
    while (argc < MOST && (argv[argc] = strtok(NULL, " ")))
        argc++;
    set = *model.settings;
    error.text[0] = '\0';
    return rt_options_read(argc, argv, &model, &options, &set, &error);
}

#define CHECK_REFUSED(line, message) (CHECK(!reads(line)), (void)0); CHECK_TEXT(error.text, message)

TEST(both_forms_of_a_value)
{
    CHECK(reads("--epochs 5 --lr=0.25 --threads 3 --width=100 --quiet --color=always"));
    CHECK(set.epochs == 5 && set.lr == 0.25 && options.threads == 3 && options.width == 100);
    CHECK(options.quiet && !options.json && options.color == RT_COLOR_ALWAYS);
    CHECK(options.gemm == RT_GEMM_BY_SHAPE);
    CHECK(reads("--gemm=openblas") && options.gemm == RT_GEMM_OPENBLAS);
    CHECK(reads("--set momentum=0.5 --set shuffle=false --set on_nonfinite=skip --seed "
                "18446744073709551615"));
    CHECK(set.momentum == 0.5 && !set.shuffle && set.on_nonfinite == RT_SKIP
          && set.seed == UINT64_MAX);
    CHECK(reads("--no-out --every 7"));
    CHECK(set.every == 7 && options.every);
    CHECK(reads("--set every=7") && set.every == 7 && !options.every);
}

TEST(epochs_take_back_steps)
{
    rt_settings own = model_settings;

    own.steps = 100;
    model.settings = &own;
    CHECK(reads("") && set.steps == 100);
    CHECK(reads("--epochs 2") && set.steps == 0 && set.epochs == 2);
    CHECK(reads("--steps 7") && set.steps == 7);
    CHECK_REFUSED("--steps 7 --set epochs=2", "epochs and steps: only one can be given");
    model.settings = &model_settings;
}

TEST(unknown_names_are_refused)
{
    CHECK_REFUSED("--epoch 5", "unknown option --epoch; did you mean --epochs?");
    CHECK_REFUSED("--chekc-grad", "unknown option --chekc-grad; did you mean --check-grad?");
    CHECK_REFUSED("--zzzzzz=1", "unknown option --zzzzzz; --help lists them");
    CHECK_REFUSED("data", "'data' is not an option; --help lists them");
    CHECK_REFUSED("--set momentun=1", "there is no setting 'momentun'; did you mean 'momentum'?");
    CHECK_REFUSED("--set decay=1", "there is no setting 'decay'; did you mean 'weight_decay'?");
    CHECK_REFUSED("--set loss=mse", "'loss' is compiled into the program: change it in the .net");
}

TEST(settings_that_nothing_reads_are_refused)
{
    CHECK_REFUSED("--set beta1=0.5", "'beta1' is not read by this program: its optimizer is sgd");
    CHECK_REFUSED("--set warmup=5",
                  "'warmup' is not read by this program: its schedule is constant");
    CHECK_REFUSED("--set huber_delta=5",
                  "'huber_delta' is not read by this program: its loss is softmax_cross_entropy");
    model.clip = "none";
    CHECK_REFUSED("--set clip=5", "'clip' is not read by this program: its clip is none");
    model.clip = "global_norm";
    model.optimizer = "adamw";
    CHECK(reads("--set beta1=0.5 --set weight_decay=0") && set.beta1 == 0.5);
    CHECK(!reads("--set momentum=0.5"));
    model.optimizer = "adam";
    CHECK(!reads("--set weight_decay=0.5"));
    model.optimizer = "sgd";
}

TEST(values_are_checked)
{
    static const char *const bad[] = {
        "--lr 0", "--lr -1", "--lr nan", "--lr 0x10", "--lr 1,5", "--lr inf", "--lr 1e999",
        "--lr 0.1x", "--epochs 0", "--epochs 1.5", "--epochs +1", "--epochs 99999999999",
        "--batch 0", "--steps 0", "--seed -1", "--seed 18446744073709551616",
        "--set momentum=1", "--set momentum=-0.1", "--set l1=-1", "--set shuffle=1",
        "--set nesterov=1", "--set on_nonfinite=go", "--set lr", "--set =1", "--set lr=",
        "--every 0", "--threads 0", "--threads 2000", "--width 10", "--color red", "--gemm mkl",
        "--quiet=1",
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const bool read = reads(bad[i]);
        CHECK(!read && error.text[0]);
        if (read)
            printf("accepted: %s\n", bad[i]);
    }
    CHECK_REFUSED("--lr 0", "lr = '0': a number above 0 is wanted");
    CHECK_REFUSED("--threads 0", "--threads wants a whole number from 1 to 1024, not '0'");
}

TEST(pairs_that_exclude_each_other)
{
    CHECK(!reads("--eval"));
    CHECK(reads("--eval --load x"));
    CHECK(!reads("--eval --load x --dry-run"));
    CHECK(!reads("--check-grad --save x"));
    CHECK(!reads("--set nesterov=true --set momentum=0"));
    CHECK(reads("--set nesterov=true") && set.nesterov == 1);
    CHECK(reads("--batch 16") && !reads("--batch 33"));
    model.batch_statistics = false;
    CHECK(reads("--batch 33"));
    model.batch_statistics = true;
    CHECK_REFUSED("--epochs", "--epochs wants a value: --epochs N");
    CHECK(reads("--help --eval") && options.help);
}

TEST(directories)
{
    CHECK(reads("--out DIR") && !strcmp(options.out, "DIR") && options.checkpoint_every == 0);
    CHECK(reads("--resume=DIR --checkpoint-every 5000") && !strcmp(options.resume, "DIR")
          && options.checkpoint_every == 5000);
    CHECK_REFUSED("--resume", "--resume wants a value: --resume DIR");
    CHECK_REFUSED("--out a --resume b", "--out and --resume: a run goes on in its own directory");
    CHECK_REFUSED("--no-out --out a", "--no-out and --out: only one can be given");
    CHECK_REFUSED("--resume a --load b", "--resume and --load: only one can be given");
    CHECK_REFUSED("--keep 2 --no-out", "--keep and --no-out: checkpoints want a directory");
    CHECK_REFUSED("--checkpoint-every 5 --no-out",
                  "--checkpoint-every and --no-out: checkpoints want a directory");
    CHECK_REFUSED("--out a --dry-run", "--out is for training: it does not go with --dry-run");
}

/* Every setting as text, set again on top of others, gives the same settings. */
TEST(settings_as_text_and_back)
{
    char value[RT_SETTING_TEXT];
    rt_settings back;
    int at = 0, n = 0;

    CHECK(reads("--lr 0.1000000000000000055 --set momentum=0.30000000000000004 --seed "
                "18446744073709551615 --set on_nonfinite=skip --steps 3"));
    const rt_settings wanted = set;
    back = *model.settings;
    for (const char *key; (key = rt_settings_next(&wanted, &model, &at, value)); n++)
        CHECK(rt_settings_set(&back, &model, key, value, &error));
    CHECK(n > 8 && back.lr == wanted.lr && back.momentum == wanted.momentum
          && back.seed == wanted.seed && back.on_nonfinite == RT_SKIP
          && back.steps == 3 && back.batch == wanted.batch && back.every == wanted.every);
}

TEST(milestones)
{
    rt_settings own = model_settings;

    own.schedule = RT_RATE_STEP;
    model.settings = &own;
    CHECK(reads("--set at=2,5 --set factor=0.5") && set.n_at == 2 && set.at[0] == 2
          && set.at[1] == 5);
    CHECK_NEAR(rt_rate(&set, 0, 10, 100), 0.1, 0);
    CHECK_NEAR(rt_rate(&set, 19, 10, 100), 0.1, 0);
    CHECK_NEAR(rt_rate(&set, 20, 10, 100), 0.05, 1e-17);
    CHECK_NEAR(rt_rate(&set, 50, 10, 100), 0.025, 1e-17);
    CHECK(!reads("--set at=5,2") && !reads("--set at=") && !reads("--set at=1,,2")
          && !reads("--set at=1,2,") && !reads("--set at=0.5"));
    CHECK(!reads("--set at=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"));
    CHECK(reads("--set at=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16") && set.n_at == 16);
    model.settings = &model_settings;
}

/* Values of torch.optim.lr_scheduler.ExponentialLR; behind the warmup, of transformers'
 * get_cosine_schedule_with_warmup and get_linear_schedule_with_warmup. */
TEST(rates)
{
    rt_settings s = model_settings;

    s.lr = 1;
    s.schedule = RT_RATE_EXPONENTIAL;
    s.factor = 0.9;
    CHECK_NEAR(rt_rate(&s, 39, 10, 100), 0.729, 1e-15);
    s.schedule = RT_RATE_COSINE;
    s.warmup = 10;
    CHECK_NEAR(rt_rate(&s, 0, 10, 100), 0.1, 1e-15);
    CHECK_NEAR(rt_rate(&s, 4, 10, 100), 0.5, 1e-15);
    CHECK_NEAR(rt_rate(&s, 9, 10, 100), 1, 1e-15);
    CHECK_NEAR(rt_rate(&s, 10, 10, 100), 1, 1e-15);
    CHECK_NEAR(rt_rate(&s, 55, 10, 100), 0.5, 1e-15);
    CHECK_NEAR(rt_rate(&s, 40, 10, 100), 0.75, 1e-15);
    CHECK_NEAR(rt_rate(&s, 100, 10, 100), 0, 1e-15);
    s.schedule = RT_RATE_LINEAR;
    CHECK_NEAR(rt_rate(&s, 4, 10, 100), 0.5, 1e-15);
    CHECK_NEAR(rt_rate(&s, 19, 10, 100), 0.9, 1e-15);
    s.warmup = 0;
    CHECK_NEAR(rt_rate(&s, 0, 10, 100), 1, 0);
    CHECK_NEAR(rt_rate(&s, 99, 10, 100), 0.01, 1e-15);
    s.warmup = 500;
    CHECK_NEAR(rt_rate(&s, 99, 10, 100), 0.2, 1e-15);
}

TEST(nearest_names)
{
    static const char *const names[] = { "--epochs", "--steps", "--seed", "weight_decay" };

    CHECK_TEXT(rt_nearest("--setps", names, sizeof names[0], 4), "--steps");
    CHECK_TEXT(rt_nearest("--sed", names, sizeof names[0], 4), "--seed");
    CHECK(!rt_nearest("--verbose", names, sizeof names[0], 4));
    CHECK(!rt_nearest("a_name_that_is_far_longer_than_any_that_is_compared_here", names,
                      sizeof names[0], 4));
    CHECK(!rt_nearest("", names, sizeof names[0], 4));
}

int main(void)
{
    RUN(both_forms_of_a_value);
    RUN(epochs_take_back_steps);
    RUN(unknown_names_are_refused);
    RUN(settings_that_nothing_reads_are_refused);
    RUN(values_are_checked);
    RUN(pairs_that_exclude_each_other);
    RUN(directories);
    RUN(settings_as_text_and_back);
    RUN(milestones);
    RUN(rates);
    RUN(nearest_names);
    return test_done();
}
