/* data_sequences.c -- adding, temporal_order, copy: what they are made of, how often; what is
 * refused. */
#include "data_files.h"

static rt_data made(const char *name, double length, double n)
{
    return (rt_data){.train = {name, {NULL}, {length, n}}, .scale = 1};
}

/* Input [length,width], or [length] where width is 0; classes 0: the target is [1]. */
static rt_model sequence_model(int length, int width, int classes, const rt_data *data)
{
    rt_model m = model_of(length, classes, data);
    m.input_rank = width ? 2 : 1;
    m.input_shape[1] = width;
    return m;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* The marked step in from .. to - 1, which must be one. */
static int marked(const rt_model *m, const rt_samples *s, int64_t i, int from, int to)
{
    int at = -1, ones = 0;
    for (int t = from; t < to; t++) {
        const double marker = x_at(m, s, i, 2 * t + 1);
        CHECK(marker == 0 || marker == 1);
        ones += marker == 1;
        at = marker == 1 ? t : at;
    }
    CHECK(ones == 1);
    return at;
}

TEST(adding_marks_a_step_of_each_half)
{
    for (int length = 2; length < 12; length++) {
        const rt_data data = made("adding", length, 200);
        const rt_model m = sequence_model(length, 2, 0, &data);
        rt_dataset d;
        rt_error e;
        CHECK(rt_data_load(&m, ".", &d, &e) && d.train.n == 200);
        for (int i = 0; i < 200; i++) {
            const int a = marked(&m, &d.train, i, 0, length / 2);
            const int b = marked(&m, &d.train, i, length / 2, length);
            CHECK_NEAR(target_at(&m, &d.train, i, 0),
                       x_at(&m, &d.train, i, 2 * a) + x_at(&m, &d.train, i, 2 * b), 2e-7);
        }
        rt_data_free(&d);
    }
}

/* A sum of two uniform numbers: mean 1, variance 2/12; places and numbers are uniform. */
TEST(adding_has_the_variance_of_two_uniforms)
{
    enum { N = 20000, LENGTH = 10 };
    const rt_data data = made("adding", LENGTH, N);
    const rt_model m = sequence_model(LENGTH, 2, 0, &data);
    rt_dataset d;
    rt_error e;
    double sum = 0, squares = 0, numbers = 0;
    int at[LENGTH] = {0};
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < N; i++) {
        const double y = target_at(&m, &d.train, i, 0);
        sum += y;
        squares += (y - 1) * (y - 1);
        at[marked(&m, &d.train, i, 0, 5)]++;
        at[marked(&m, &d.train, i, 5, 10)]++;
        for (int t = 0; t < LENGTH; t++) {
            CHECK(x_at(&m, &d.train, i, 2 * t) >= 0 && x_at(&m, &d.train, i, 2 * t) <= 1);
            numbers += x_at(&m, &d.train, i, 2 * t);
        }
    }
    CHECK_NEAR(sum / N, 1, 0.012);
    CHECK_NEAR(squares / N, 1.0 / 6, 0.006);
    CHECK_NEAR(numbers / N / LENGTH, 0.5, 0.003);
    for (int t = 0; t < LENGTH; t++)
        CHECK(at[t] > 3780 && at[t] < 4220);
    rt_data_free(&d);
}

/* ---- temporal_order -------------------------------------------------------------------------- */

enum { A, B, C, D, E, F };

TEST(temporal_order_tells_a_and_b)
{
    enum { N = 8000, LENGTH = 40 };
    const rt_data data = made("temporal_order", LENGTH, N);
    const rt_model m = sequence_model(LENGTH, 0, 4, &data);
    rt_dataset d;
    rt_error e;
    int first[LENGTH] = {0}, second[LENGTH] = {0}, classes[4] = {0}, symbols[6] = {0};
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < N; i++) {
        int told[2] = {-1, -1}, n = 0;
        for (int t = 0; t < LENGTH; t++) {
            const int symbol = (int)x_at(&m, &d.train, i, t);
            CHECK(symbol >= A && symbol <= F);
            symbols[symbol]++;
            if (symbol > B)
                continue;
            (n ? second : first)[t]++;
            told[n++ ? 1 : 0] = symbol;
        }
        CHECK(n == 2 && d.train.label[i] == 2 * told[0] + told[1]);
        classes[d.train.label[i]]++;
    }
    for (int t = 0; t < LENGTH; t++) {
        CHECK(t >= 4 && t < 8 ? first[t] > 1850 && first[t] < 2150 : first[t] == 0);
        CHECK(t >= 16 && t < 20 ? second[t] > 1850 && second[t] < 2150 : second[t] == 0);
    }
    for (int k = 0; k < 4; k++) {
        CHECK(classes[k] > 1850 && classes[k] < 2150);
        CHECK_NEAR(symbols[C + k], N * (LENGTH - 2) / 4.0, 1000);
    }
    rt_data_free(&d);
}

/* Both places are there and in order for the shortest lengths too. */
TEST(temporal_order_of_every_length)
{
    for (int length = 6; length < 40; length++) {
        const rt_data data = made("temporal_order", length, 50);
        const rt_model m = sequence_model(length, 0, 4, &data);
        rt_dataset d;
        rt_error e;
        CHECK(rt_data_load(&m, ".", &d, &e));
        for (int i = 0; i < 50; i++) {
            int n = 0;
            for (int t = 0; t < length; t++) {
                const int low = n ? 4 * length / 10 : length / 10;
                if (x_at(&m, &d.train, i, t) > B)
                    continue;
                CHECK(t >= low && t < (n ? 5 : 2) * length / 10);
                n++;
            }
            CHECK(n == 2);
        }
        rt_data_free(&d);
    }
}

/* ---- copy ------------------------------------------------------------------------------------ */

enum { BLANK = 8, DELIMITER = 9 };

static rt_model copy_model(int length, int width, const rt_data *data)
{
    rt_model m = sequence_model(length, width, 9, data);
    m.label_steps = length;
    return m;
}

static void check_copy(const rt_model *m, const rt_samples *s, int64_t i, int length, int k)
{
    for (int t = 0; t < length; t++) {
        const int symbol = (int)x_at(m, s, i, t), label = s->label[i * length + t];
        if (t < k)
            CHECK(symbol >= 0 && symbol < 8);
        else
            CHECK(symbol == (t == length - k - 1 ? DELIMITER : BLANK));
        CHECK(label == (t < length - k ? BLANK : (int)x_at(m, s, i, t - (length - k))));
    }
}

TEST(copy_is_due_in_the_last_steps)
{
    static const struct { int length, k; } rows[] = {{3, 1}, {4, 1}, {5, 2},  {20, 9},
                                                     {21, 10}, {22, 10}, {60, 10}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const rt_data data = made("copy", rows[r].length, 40);
        const rt_model m = copy_model(rows[r].length, 0, &data);
        rt_dataset d;
        rt_error e;
        CHECK(rt_data_load(&m, ".", &d, &e) && d.train.n == 40);
        for (int i = 0; i < 40; i++)
            check_copy(&m, &d.train, i, rows[r].length, rows[r].k);
        rt_data_free(&d);
    }
}

TEST(copy_draws_each_symbol_as_often)
{
    const rt_data data = made("copy", 21, 4000);
    const rt_model m = copy_model(21, 0, &data);
    rt_dataset d;
    rt_error e;
    int counts[8] = {0}, equal = 0;
    CHECK(rt_data_load(&m, ".", &d, &e));
    for (int i = 0; i < 4000; i++)
        for (int t = 0; t < 10; t++) {
            counts[(int)x_at(&m, &d.train, i, t)]++;
            equal += t && x_at(&m, &d.train, i, t) == x_at(&m, &d.train, i, t - 1);
        }
    for (int k = 0; k < 8; k++)
        CHECK(counts[k] > 4750 && counts[k] < 5250);
    CHECK_NEAR(equal / 36000.0, 0.125, 0.009);
    rt_data_free(&d);
}

TEST(copy_as_numbers)
{
    const rt_data data = made("copy", 12, 30);
    const rt_model classes = copy_model(12, 0, &data);
    rt_model m = model_of(12, 0, &data);
    rt_dataset a, b;
    rt_error e;
    m.target_shape[0] = 12;
    CHECK(rt_data_load(&m, ".", &a, &e) && rt_data_load(&classes, ".", &b, &e));
    CHECK(a.train.targets == 12 && !a.train.label);
    for (int i = 0; i < 30; i++)
        for (int t = 0; t < 12; t++)
            CHECK(target_at(&m, &a.train, i, t) == b.train.label[12 * i + t]);
    rt_data_free(&a);
    rt_data_free(&b);
}

/* ---- Both forms of symbols ------------------------------------------------------------------- */

static void same_symbols(rt_model numbers, rt_model hot, int length, int width)
{
    rt_dataset a, b;
    rt_error e;
    CHECK(rt_data_load(&numbers, ".", &a, &e) && rt_data_load(&hot, ".", &b, &e));
    CHECK(a.train.features == length && b.train.features == (int64_t)length * width);
    for (int64_t i = 0; i < a.train.n; i++)
        for (int t = 0; t < length; t++)
            for (int j = 0; j < width; j++)
                CHECK(x_at(&hot, &b.train, i, t * width + j)
                      == (x_at(&numbers, &a.train, i, t) == j));
    CHECK(memcmp(a.train.label, b.train.label,
                 (size_t)a.train.n * rt_labels(&hot) * sizeof(int32_t)) == 0);
    rt_data_free(&a);
    rt_data_free(&b);
}

TEST(one_hot_and_numbers_are_the_same_symbols)
{
    const rt_data order = made("temporal_order", 20, 40), copy = made("copy", 15, 40);
    same_symbols(sequence_model(20, 0, 4, &order), sequence_model(20, 6, 4, &order), 20, 6);
    same_symbols(sequence_model(20, 1, 4, &order), sequence_model(20, 6, 4, &order), 20, 6);
    same_symbols(copy_model(15, 0, &copy), copy_model(15, 10, &copy), 15, 10);
}

TEST(parity_is_a_vector_or_a_sequence)
{
    const rt_data data = made("parity", 12, 30);
    const rt_model flat = sequence_model(12, 0, 2, &data), steps = sequence_model(12, 1, 2, &data);
    rt_dataset a, b;
    rt_error e;
    CHECK(rt_data_load(&flat, ".", &a, &e) && rt_data_load(&steps, ".", &b, &e));
    CHECK(memcmp(a.train.x, b.train.x, 12 * 30 * sizeof(float)) == 0);
    rt_data_free(&a);
    rt_data_free(&b);
}

/* ---- What does not fit ----------------------------------------------------------------------- */

static const char *refused(rt_model m) { return error_of(&m, "."); }

TEST(lengths_are_checked)
{
    rt_data data = made("adding", 1, 10);
    CHECK_TEXT(refused(sequence_model(1, 2, 0, &data)), "adding: length 1, 2 or more is wanted");
    data = made("temporal_order", 5, 10);
    CHECK_TEXT(refused(sequence_model(5, 6, 4, &data)),
               "temporal_order: length 5, 6 or more is wanted");
    data = made("copy", 2, 10);
    CHECK_TEXT(refused(copy_model(2, 10, &data)), "copy: length 2, 3 or more is wanted");
    data = made("adding", 2.5, 10);
    CHECK_TEXT(refused(sequence_model(2, 2, 0, &data)), "adding: length 2.5, 2 or more is wanted");
    data = made("adding", (double)NAN, 10);
    CHECK_TEXT(refused(sequence_model(2, 2, 0, &data)), "adding: length nan, 2 or more is wanted");
    data = made("adding", 1e12, 10);
    CHECK_TEXT(refused(sequence_model(2, 2, 0, &data)),
               "adding: length 1e+12, 2 or more is wanted");
    data = made("adding", 10, 0);
    CHECK_TEXT(refused(sequence_model(10, 2, 0, &data)), "adding: 0 samples, 1 or more are wanted");
}

TEST(inputs_are_checked)
{
    rt_data data = made("adding", 10, 10);
    CHECK_TEXT(refused(sequence_model(2, 10, 0, &data)),
               "adding: samples are [10,2], the model's input is [2,10]");
    CHECK_TEXT(refused(sequence_model(10, 0, 0, &data)),
               "adding: samples are [10,2], the model's input is [10]");
    data = made("copy", 20, 10);
    CHECK_TEXT(refused(copy_model(20, 9, &data)),
               "copy: samples are [20,10] or [20], the model's input is [20,9]");
}

TEST(targets_are_checked)
{
    rt_data data = made("adding", 10, 10);
    rt_model m = sequence_model(10, 2, 4, &data);
    CHECK_TEXT(refused(m),
               "adding: gives a sum as the target of a sample, the model wants a class");
    m = sequence_model(10, 2, 0, &data);
    m.target_shape[0] = 3;
    CHECK_TEXT(refused(m), "adding: gives one number as the target of a sample, the model's target "
                           "is [3]");
    data = made("temporal_order", 10, 10);
    CHECK(strstr(refused(sequence_model(10, 6, 2, &data)), "is none of the model's 2 classes"));
    m = sequence_model(10, 6, 4, &data);
    m.label_steps = 10;
    CHECK_TEXT(refused(m), "temporal_order: gives one class for a sample, the model wants one for "
                           "each of 10 steps");
    data = made("copy", 10, 10);
    m = copy_model(10, 10, &data);
    m.label_steps = 0;
    CHECK_TEXT(refused(m),
               "copy: gives a class for each of 10 steps, the model wants 1 for a sample");
    m.label_steps = 9;
    CHECK_TEXT(refused(m),
               "copy: gives a class for each of 10 steps, the model wants 9 for a sample");
    m = copy_model(10, 10, &data);
    m.classes = 8;
    CHECK_TEXT(refused(m), "copy: sample 0: label 8 is none of the model's 8 classes, 0 to 7");
    m = model_of(10, 0, &data);
    CHECK_TEXT(refused(m), "copy: gives a number for each of 10 steps, the model's target is [1]");
}

int main(void)
{
    RUN(adding_marks_a_step_of_each_half);
    RUN(adding_has_the_variance_of_two_uniforms);
    RUN(temporal_order_tells_a_and_b);
    RUN(temporal_order_of_every_length);
    RUN(copy_is_due_in_the_last_steps);
    RUN(copy_draws_each_symbol_as_often);
    RUN(copy_as_numbers);
    RUN(one_hot_and_numbers_are_the_same_symbols);
    RUN(parity_is_a_vector_or_a_sequence);
    RUN(lengths_are_checked);
    RUN(inputs_are_checked);
    RUN(targets_are_checked);
    return test_done();
}
