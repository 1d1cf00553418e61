/* moments.c -- moments of samples against the same by loops over all pairs. */
#include "front.h"
#include "moments.h"
#include "philox.h"

enum { N = 23, MOST = 24, CLASSES = 3 };

static double x[N * MOST], target[N * 2];
static int32_t label[N * 4];

/* Numbers with means of their own by feature and class; the last class has one sample. */
static void fill(int width, int labels)
{
    const rt_stream s = {.seed = 5, .purpose = RT_FOR_CHECK};
    for (int i = 0; i < N; i++) {
        const int class = i == 7 ? 2 : i % 2;
        for (int t = 0; t < labels; t++)
            label[i * labels + t] = t ? i % 3 : class;
        for (int j = 0; j < width; j++)
            x[i * width + j] = 0.3 * j + 0.7 * class
                             + rt_random_normal(&s, (uint32_t)(i * width + j));
        for (int j = 0; j < 2; j++)
            target[i * 2 + j] = j + class * rt_random_uniform(&s, (uint32_t)(2 * i + j));
    }
}

static double at(const Samples *s, int64_t i, int64_t c, int64_t p)
{
    const int64_t j = s->channels_last ? p * s->channels + c : c * s->places + p;
    return s->x[i * s->channels * s->places + j];
}

static bool counts(const Samples *s, int pair, int64_t i, int64_t j)
{
    const bool classes = s->label && s->labels == 1;
    if (pair == MOMENTS_SAME || i == j)
        return i == j && pair == MOMENTS_SAME;
    return !classes || (s->label[i] == s->label[j]) == (pair == MOMENTS_KIN);
}

/* Mean over pairs of samples and over channels of the product at two places. */
static double product(const Samples *s, int pair, int64_t p, int64_t q)
{
    double sum = 0, n = 0;
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < s->n; j++)
            for (int64_t c = 0; counts(s, pair, i, j) && c < s->channels; c++) {
                sum += at(s, i, c, p) * at(s, j, c, q);
                n++;
            }
    return sum / n;
}

static void check_pair(const Samples *s, const InputMoments *in, int pair)
{
    double squares = 0, apart = 0, roots = 0;
    for (int64_t p = 0; p < s->places; p++) {
        const double here = product(s, pair, p, p), own = product(s, MOMENTS_SAME, p, p);
        CHECK_NEAR(in->place[pair][p], here, 1e-12);
        squares += here / (double)s->places;
        for (int64_t q = 0; q < s->places; q++) {
            apart += p == q ? 0 : product(s, pair, p, q);
            roots += p == q ? 0 : sqrt(own * product(s, MOMENTS_SAME, q, q));
        }
    }
    CHECK_NEAR(in->apart[pair], s->places > 1 ? apart / roots : 0, 1e-12);
    CHECK_NEAR(pair == MOMENTS_SAME ? in->square
               : in->square * (pair == MOMENTS_KIN ? in->kin : in->other), squares, 1e-12);
}

static void check_targets(const Samples *s, const InputMoments *in)
{
    double sum[MOMENTS_PAIRS] = {0}, n[MOMENTS_PAIRS] = {0}, mean = 0;
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < s->n; j++)
            for (int pair = 0; pair < MOMENTS_PAIRS; pair++)
                for (int k = 0; counts(s, pair, i, j) && k < 2; k++) {
                    sum[pair] += target[2 * i + k] * target[2 * j + k];
                    n[pair]++;
                    mean += pair ? 0 : target[2 * i + k] / (2 * N);
                }
    CHECK_NEAR(in->target_mean, mean, 1e-12);
    CHECK_NEAR(in->target_square, sum[MOMENTS_SAME] / n[MOMENTS_SAME], 1e-12);
    CHECK_NEAR(in->target_other, sum[MOMENTS_OTHER] / n[MOMENTS_OTHER], 1e-12);
    CHECK_NEAR(in->target_kin, sum[MOMENTS_KIN] / n[MOMENTS_KIN], 1e-12);
}

static void check_variances(const Samples *s, const InputMoments *in)
{
    const int64_t width = s->channels * s->places;
    double norm[N], sum = 0, squares = 0, n = 0, mean = 0, var = 0;
    for (int64_t i = 0; i < N; i++) {
        norm[i] = 0;
        for (int64_t k = 0; k < width; k++)
            norm[i] += x[i * width + k] * x[i * width + k];
        mean += log(norm[i]) / N;
        for (int64_t j = 0; j < i; j++, n++) {
            double dot = 0;
            for (int64_t k = 0; k < width; k++)
                dot += x[i * width + k] * x[j * width + k];
            dot /= in->square * (double)width;
            sum += dot;
            squares += dot * dot;
        }
    }
    for (int i = 0; i < N; i++)
        var += (log(norm[i]) - mean) * (log(norm[i]) - mean) / N;
    CHECK_NEAR(in->norm_var, var, 1e-12);
    CHECK_NEAR(in->pair_var, squares / n - sum / n * (sum / n), 1e-12);
}

static void compare(int64_t channels, int64_t places, bool last, const int32_t *labels)
{
    Session session = front_open();
    const Samples s = {.n = N, .channels = channels, .places = places, .channels_last = last,
                       .x = x, .label = labels, .labels = 1, .target = target, .targets = 2};
    double mean = 0;
    fill((int)(channels * places), 1);
    const InputMoments in = moments_of(&s, session.arena);
    for (int pair = 0; pair < MOMENTS_PAIRS; pair++)
        check_pair(&s, &in, pair);
    check_targets(&s, &in);
    check_variances(&s, &in);
    for (int64_t i = 0; i < N * channels * places; i++)
        mean += x[i] / (double)(N * channels * places);
    CHECK_NEAR(in.mean, mean, 1e-12);
    front_close(&session);
}

/* At every displacement, of all pairs of places that have it. */
static void check_near(const Samples *s, const InputMoments *in, int pair)
{
    const int64_t width = s->places / s->height, reach = width - 1;
    for (int64_t d = 0; d < s->height; d++)
        for (int64_t e = -reach; e <= reach; e++) {
            double sum = 0, roots = 0;
            for (int64_t p = 0; p < s->places; p++) {
                const int64_t row = p / width + d, column = p % width + e, q = row * width + column;
                if (row >= s->height || column < 0 || column >= width)
                    continue;
                sum += product(s, pair, p, q);
                roots += sqrt(product(s, MOMENTS_SAME, p, p) * product(s, MOMENTS_SAME, q, q));
            }
            CHECK_NEAR(in->near[pair][d * (2 * reach + 1) + e + reach], sum / roots, 1e-12);
        }
    CHECK(in->near_across == reach);
}

TEST(neighbours_in_an_image)
{
    Session session = front_open();
    const Samples s = {.n = N, .channels = 2, .places = 12, .height = 4, .x = x, .label = label,
                       .labels = 1};
    fill(24, 1);
    const InputMoments in = moments_of(&s, session.arena);
    for (int pair = 0; pair < MOMENTS_PAIRS; pair++)
        check_near(&s, &in, pair);
    front_close(&session);
}

TEST(vectors) { compare(5, 1, true, label); }
TEST(images) { compare(2, 6, false, label); }
TEST(sequences) { compare(3, 4, true, label); }
TEST(without_classes_all_pairs_count) { compare(3, 4, true, NULL); }

/* The share of pairs with one class, at each step by itself. */
TEST(probability_of_one_class)
{
    Session session = front_open();
    fill(2, 4);
    const Samples s = {.n = N, .channels = 2, .places = 1, .x = x, .label = label, .labels = 4};
    double equal = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int t = 0; t < 4; t++)
                equal += i != j && label[4 * i + t] == label[4 * j + t];
    CHECK_NEAR(moments_of(&s, session.arena).same_class, equal / (4 * N * (N - 1)), 1e-12);
    front_close(&session);
}

/* One class, or one sample of each: the pairs that there are stand for those that there are not. */
TEST(pairs_that_are_missing)
{
    Session session = front_open();
    fill(3, 1);
    Samples s = {.n = N, .channels = 3, .places = 1, .x = x, .label = label, .labels = 1};
    for (int i = 0; i < N; i++)
        label[i] = 1;
    InputMoments in = moments_of(&s, session.arena);
    CHECK_NEAR(in.other, in.kin, 0);
    CHECK(in.same_class == 1 && in.kin != 0);
    for (int i = 0; i < N; i++)
        label[i] = N - i;
    in = moments_of(&s, session.arena);
    CHECK_NEAR(in.other, in.kin, 0);
    CHECK(in.same_class == 0 && in.kin != 0);
    s.n = 1;
    in = moments_of(&s, session.arena);
    CHECK(in.other == 0 && in.kin == 0 && in.square > 0 && in.norm_var == 0);
    front_close(&session);
}

TEST(zeros_are_finite)
{
    Session session = front_open();
    static const double zero[N * 6];
    const Samples s = {.n = N, .channels = 2, .places = 3, .x = zero, .label = label, .labels = 1};
    const InputMoments in = moments_of(&s, session.arena);
    CHECK(in.square == 0 && in.other == 0 && in.kin == 0 && in.apart[0] == 0);
    CHECK(in.norm_var == 0 && in.pair_var == 0);
    front_close(&session);
}

static void check_words(const Samples *s, const InputMoments *in, int pair)
{
    for (int64_t p = 0; p < s->places; p++) {
        double equal = 0, n = 0;
        for (int64_t i = 0; i < s->n; i++)
            for (int64_t j = 0; j < s->n; j++)
                if (counts(s, pair, i, j)) {
                    equal += s->x[i * s->places + p] == s->x[j * s->places + p];
                    n++;
                }
        CHECK_NEAR(in->word[pair][p], equal / n, 1e-12);
    }
}

/* Words 0 .. 3 at random, but 9 at the first place. */
TEST(words)
{
    enum { SEQUENCES = 100, STEPS = 11 };
    static double word[SEQUENCES * STEPS];
    static int32_t class[SEQUENCES];
    const rt_stream r = {.seed = 6, .purpose = RT_FOR_CHECK};
    Session session = front_open();
    for (int i = 0; i < SEQUENCES * STEPS; i++)
        word[i] = i % STEPS ? floor(4 * rt_random_uniform(&r, (uint32_t)i)) : 9;
    for (int i = 0; i < SEQUENCES; i++)
        class[i] = i % 2;
    const Samples s = {.n = SEQUENCES, .channels = 1, .places = STEPS, .x = word, .label = class,
                       .labels = 1};
    InputMoments in = moments_of(&s, session.arena);
    moments_of_words(&s, &in, session.arena);
    for (int pair = 0; pair < MOMENTS_PAIRS; pair++)
        check_words(&s, &in, pair);
    /* of 110 ordered pairs of places 90 have a chance of 1/4, those with the first place none */
    CHECK_NEAR(in.word_apart[MOMENTS_SAME], 0.25 * 90 / 110, 0.05);
    CHECK_NEAR(in.word_apart[MOMENTS_OTHER], 0.25 * 90 / 110, 0.01);
    front_close(&session);
}

enum { LABELS = 4, WIDE = 3 };

/* Of pairs at steps t != u: of one sample, or of two; how much those of one label weigh. */
static double weight_of_equal(const Samples *s, bool words, bool within)
{
    double equal = 0, all = 0;
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < s->n; j++)
            for (int k = 0; (i == j) == within && k < LABELS * LABELS; k++) {
                const int t = k / LABELS, u = k % LABELS;
                double both = words ? at(s, i, 0, t) == at(s, j, 0, u) : 0;
                for (int c = 0; !words && c < WIDE; c++)
                    both += at(s, i, c, t) * at(s, j, c, u);
                all += t != u ? both : 0;
                equal += t != u && s->label[i * LABELS + t] == s->label[j * LABELS + u] ? both : 0;
            }
    return equal / all;
}

TEST(labels_of_steps)
{
    Session session = front_open();
    fill(LABELS * WIDE, LABELS);
    const Samples s = {.n = N, .channels = WIDE, .places = LABELS, .channels_last = true, .x = x,
                       .label = label, .labels = LABELS};
    InputMoments in = moments_of(&s, session.arena);
    moments_of_labels(&s, false, &in, session.arena);
    CHECK_NEAR(in.label_within, weight_of_equal(&s, false, true), 1e-12);
    CHECK_NEAR(in.label_apart, weight_of_equal(&s, false, false), 1e-12);
    /* the steps behind the first have the numbers 0, 1, 2 in turn: 8, 8 and 7 of 23 */
    CHECK_NEAR(in.label_same[1], (2 * 8 * 7 + 7 * 6) / (23.0 * 22), 1e-12);
    CHECK(in.label_steps == LABELS);
    front_close(&session);
}

TEST(labels_of_words)
{
    static double word[N * LABELS];
    Session session = front_open();
    fill(LABELS, LABELS);
    for (int i = 0; i < N * LABELS; i++)
        word[i] = (i * i + i / 3) % 5;
    const Samples s = {.n = N, .channels = 1, .places = LABELS, .x = word, .label = label,
                       .labels = LABELS};
    InputMoments in = moments_of(&s, session.arena);
    moments_of_labels(&s, true, &in, session.arena);
    CHECK_NEAR(in.label_within, weight_of_equal(&s, true, true), 1e-12);
    CHECK_NEAR(in.label_apart, weight_of_equal(&s, true, false), 1e-12);
    front_close(&session);
}

int main(void)
{
    RUN(vectors);
    RUN(images);
    RUN(neighbours_in_an_image);
    RUN(sequences);
    RUN(without_classes_all_pairs_count);
    RUN(probability_of_one_class);
    RUN(pairs_that_are_missing);
    RUN(zeros_are_finite);
    RUN(words);
    RUN(labels_of_steps);
    RUN(labels_of_words);
    return test_done();
}
