/* draw_settings.c -- the experiment around the model: data, target, training, what is observed. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"

/* ---- Before the model ---- */

static Shape draw_input(Draw *d)
{
    switch (below(d, 6)) {
    case 0: case 1: return shape(1, between(d, 1, 10), 1, 1);
    case 2:         return shape(2, between(d, 1, 6), between(d, 1, 6), 1);
    default:        return shape(3, between(d, 1, 4), between(d, 2, 8), between(d, 2, 8));
    }
}

/* A shape of n numbers. */
static Shape split_size(Draw *d, int n)
{
    const int a = draw_divisor(d, n), b = draw_divisor(d, n / a);
    const Shape shapes[] = { shape(1, n, 1, 1), shape(2, a, n / a, 1), shape(3, a, b, n / a / b) };
    return shapes[below(d, 3)];
}

/* What a source has: its inputs; its classes, 0 for any. */
static void set_source(Draw *d, Shape input, int classes, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(d->source, NAME, format, ap);
    va_end(ap);
    d->input = input;
    d->classes = classes;
    d->number = shape(1, 1, 1, 1);
}

/* Symbols as numbers, mostly in a row, or one-hot. */
static void set_symbols(Draw *d, int length, int symbols)
{
    d->words = chance(d, 70);
    d->vocabulary = symbols;
    d->input = d->words ? shape(1, length, 1, 1) : shape(2, length, symbols, 1);
}

static void choose_sequence(Draw *d)
{
    const int length = between(d, 2, 8), longer = length + 6;

    switch (below(d, 4)) {
    case 0:
        set_source(d, split_size(d, length), 2, "parity(%d, %%d, ", length);
        d->words = true;
        d->vocabulary = 2;
        break;
    case 1:
        set_source(d, shape(2, length, 2, 1), -1, "adding(%d, %%d, ", length);
        break;
    case 2:
        set_source(d, d->now, 4, "temporal_order(%d, %%d, ", longer);
        set_symbols(d, longer, 6);
        break;
    default:
        set_source(d, d->now, 9, "copy(%d, %%d, ", length + 1);
        set_symbols(d, length + 1, 10);
        d->number = shape(1, length + 1, 1, 1);
        d->by_step = true;
        break;
    }
}

static void choose_source(Draw *d)
{
    const int classes = between(d, 2, 4);

    switch (below(d, 16)) {
    case 0: case 1: set_source(d, split_size(d, 64), 10, "digits("); break;
    case 2: set_source(d, split_size(d, 2), 2, "moons(%%d, 0.1, "); break;
    case 3: set_source(d, split_size(d, 2), 2, "xor(%%d, "); break;
    case 4: set_source(d, split_size(d, 2), classes, "spirals(%%d, %d, noise = 0.1, ", classes);
        break;
    case 5: case 6: case 7: case 8: choose_sequence(d); break;
    default:
        set_source(d, draw_input(d), 0, "gaussian(%%d, %d, ", between(d, 0, 99));
        d->number.rank = 0;
        d->by_step = d->input.rank == 2 && chance(d, 30);
    }
}

/* A target of class, read as a label or as a vector, or a label for each step. */
static void choose_class(Draw *d)
{
    static const char *const losses[] = { "binary_cross_entropy", "mse", "mae", "huber",
                                          "huber(0.4)", NULL };
    const int n = d->classes ? d->classes : between(d, 2, 5);
    const bool label = d->by_step || chance(d, 60);

    snprintf(d->target, NAME, "class(%d)", n);
    d->loss = label ? "softmax_cross_entropy" : pick(d, losses);
    d->output = d->by_step ? shape(2, d->input.dim[0], n, 1)
                           : shape(1, n == 2 && !label && chance(d, 50) ? 1 : n, 1, 1);
}

static void choose_vector(Draw *d)
{
    static const char *const losses[] = { "mse", "mae", "huber", "huber(delta = 0.7)", NULL };
    static const char *const formats[] = { "[%d]", "[%d, %d]", "[%d, %d, %d]" };
    Shape s = d->number;

    if (!s.rank)
        s = chance(d, 60) ? shape(1, between(d, 1, 5), 1, 1)
          : shape(between(d, 2, 3), between(d, 1, 3), between(d, 1, 3), between(d, 1, 3));
    d->loss = pick(d, losses);
    d->output = s;
    snprintf(d->target, NAME, formats[s.rank - 1], s.dim[0], s.dim[1], s.dim[2]);
}

static void choose_input_as_target(Draw *d)
{
    static const char *const losses[] = { "mse", "mae", "huber", NULL };

    snprintf(d->target, NAME, "input");
    d->loss = pick(d, losses);
    d->output = d->input;
}

void choose_experiment(Draw *d)
{
    choose_source(d);
    d->batch = chance(d, 10) ? between(d, 1, 2) : between(d, 3, 7);
    if (chance(d, 10))
        choose_input_as_target(d);
    else if (d->classes < 0 || chance(d, 30))
        choose_vector(d);
    else
        choose_class(d);
    d->sigmoid = d->loss[0] == 'b' && chance(d, 50);
    d->now = d->input;
    d->times = 1;
}

/* ---- Data ---- */

static void put_setting(Draw *d, const char *format, double value)
{
    char text[NAME];

    snprintf(text, sizeof text, format, value);
    put(d, "%s;", text);
    end_line(d);
}

/* As many that no batch has a single sample, where a batchnorm needs more. */
static int draw_samples(Draw *d)
{
    int n;

    do
        n = between(d, 8, 40);
    while (d->many && n % d->batch == 1);
    return n;
}

static void put_source(Draw *d, const char *split)
{
    text_add(&d->line, d->source, draw_samples(d));     /* which digits() does not take */
    while (d->line.at[d->line.n - 1] == ' ' || d->line.at[d->line.n - 1] == ',')
        d->line.n--;
    d->line.at[d->line.n] = '\0';
    if (split)
        put(d, d->line.at[d->line.n - 1] == '(' ? "split = %s" : ", split = %s", split);
    put(d, ")");
}

/* How many of a split train is not known here: not where their number matters. */
static void write_data(Draw *d)
{
    const bool split = !d->many && d->source[0] != 'd' && chance(d, 20);

    if (d->source[0] == 'd' || chance(d, 50)) {
        put(d, "data = ");
        put_source(d, d->source[0] == 'd' ? "0.02" : split ? "0.8" : NULL);
        put(d, ";");
        end_line(d);
        return;
    }
    put(d, "data");
    open_body(d);
    put(d, "train = ");
    put_source(d, split && chance(d, 50) ? "0.7" : NULL);
    put(d, ";");
    end_line(d);
    if (!split && chance(d, 50)) {
        put(d, chance(d, 50) ? "test = " : "valid = ");
        put_source(d, NULL);
        put(d, ";");
        end_line(d);
    }
    if (!d->words && chance(d, 30))
        put_setting(d, chance(d, 50) ? "scale = %g" : "normalize = [0.1, %g]", 0.5);
    else if (!d->words && chance(d, 20))
        put_setting(d, "normalize = standard", 0);
    if (d->input.rank == 3 && d->input.dim[1] > 1 && d->input.dim[2] > 1 && chance(d, 30)) {
        put(d, "augment = [%s];", chance(d, 50) ? "hflip" : "hflip, crop(pad = 1)");
        end_line(d);
    }
    close_body(d);
}

/* ---- Training ---- */

static void put_optimizer(Draw *d)
{
    const double lr = real_between(d, 0.001, 0.1);

    switch (below(d, 6)) {
    case 0: put(d, "sgd(lr = %g, momentum = 0.9, nesterov = %s)", lr,
                chance(d, 50) ? "true" : "false"); break;
    case 1: put(d, "rmsprop(lr = %g, alpha = 0.9, momentum = 0.5)", lr); break;
    case 2: put(d, "adagrad(lr = %g, lr_decay = 0.1)", lr); break;
    case 3: put(d, "adam(lr = %g, beta1 = 0.8, eps = 1e-6)", lr); break;
    case 4: put(d, "adamw(%g, decay = 0.1)", lr); break;
    default: put(d, "sgd(%g)", lr); break;
    }
}

static void write_choice(Draw *d, const char *key, const char *const *values)
{
    if (chance(d, 50))
        return;
    put(d, "%s = %s;", key, pick(d, values));
    end_line(d);
}

static void write_train(Draw *d)
{
    static const char *const schedules[] = {
        "constant", "step(at = [1, 3], factor = 0.5)", "exponential(0.9)", "cosine",
        "cosine(warmup = 2)", "linear(warmup = 1)", NULL
    };
    static const char *const clips[] = { "none", "value(0.1)", "norm(0.5)", "global_norm(1.0)",
                                         "adaptive(0.05)", NULL };
    static const char *const penalties[] = { "none", "l1(0.01)", "l2(0.02)", "l1l2(0.01, 0.03)",
                                             NULL };
    static const char *const words[] = { "stop", "skip", "continue", NULL };
    static const char *const precisions[] = { "float", "double", NULL };
    static const char *const lengths[] = { "epochs = 2", "steps = 5", NULL };

    put(d, "train");
    open_body(d);
    put(d, "loss = %s;", d->loss);
    end_line(d);
    put(d, "optimizer = ");
    put_optimizer(d);
    put(d, ";");
    end_line(d);
    write_choice(d, "schedule", schedules);
    write_choice(d, "clip", clips);
    write_choice(d, "regularize", penalties);
    write_choice(d, "on_nonfinite", words);
    write_choice(d, "precision", precisions);
    put(d, "batch = %d;", d->batch);
    end_line(d);
    put(d, "%s;", pick(d, lengths));
    end_line(d);
    put(d, "seed = %d;", between(d, 0, 1000));
    end_line(d);
    if (chance(d, 30)) {
        put(d, "shuffle = %s;", chance(d, 50) ? "true" : "false");
        end_line(d);
    }
    close_body(d);
}

/* ---- What is observed and expected ---- */

static void write_observe(Draw *d)
{
    put(d, "observe");
    open_body(d);
    if (chance(d, 60)) {
        put(d, "every = %d;", between(d, 1, 3));
        end_line(d);
    }
    if (d->n_watched && chance(d, 40)) {
        put(d, "layers = [");
        for (int i = 0; i < d->n_watched; i++)
            put(d, i ? ", %s" : "%s", d->watched[i]);
        put(d, "];");
        end_line(d);
    }
    if (chance(d, 30)) {
        put(d, "histograms = %s;", chance(d, 50) ? "true" : "false");
        end_line(d);
    }
    close_body(d);
}

static void write_expect(Draw *d)
{
    put(d, "expect");
    open_body(d);
    put(d, "loss.train < 100 || flow > 0 && !(nonfinite > 0);");
    end_line(d);
    for (int i = 0; i < d->n_watched; i++) {
        const char *name = d->watched[i];
        if (d->timed[i])
            put(d, "flow_through_time(%s) >= 0;", name);
        else if (d->weighted[i])
            put(d, "grad(%s) + 2 * update_ratio(%s) >= 0;", name, name);
        else
            put(d, "delta(%s, step = 0) >= 0 && dead(%s) < saturated(%s) + 2;", name, name, name);
        end_line(d);
    }
    close_body(d);
}

void write_settings(Draw *d)
{
    if (chance(d, 20))
        write_observe(d);
    if (chance(d, 20))
        write_expect(d);
    write_data(d);
    write_train(d);
}
