/* moments.c -- second moments of samples: within one, across two of different or of one class.
 *
 * With the sums S over all samples and S_k over a class, products of all ordered pairs of different
 * samples add up to S^2 - sum x^2, those of one class to the sum of S_k^2 - sum x^2: a few passes
 * over the data do for all pairs. */
#include "moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAME = MOMENTS_SAME, OTHER = MOMENTS_OTHER, KIN = MOMENTS_KIN, PAIRS = MOMENTS_PAIRS };

typedef struct {
    int32_t label;
    int64_t sample;
} Row;

static int by_label(const void *a, const void *b)
{
    const Row *p = a, *q = b;

    return p->label != q->label ? (p->label > q->label) - (p->label < q->label)
                                : (p->sample > q->sample) - (p->sample < q->sample);
}

bool last_of_class(const Classes *c, int64_t i)
{
    return i + 1 == c->n || (c->label && c->label[c->order[i]] != c->label[c->order[i + 1]]);
}

/* Without classes of samples all count as of one, and the other pairs as those. */
static Classes classes_of(const Samples *s, Arena *a)
{
    Classes c = { .n = s->n, .order = arena_array(a, int64_t, s->n), .arena = a,
                  .label = s->label && s->labels == 1 ? s->label : NULL };
    Row *row = arena_array(a, Row, s->n);
    const double n = (double)s->n;
    double members = 0;

    for (int64_t i = 0; i < s->n; i++)
        row[i] = (Row){ c.label ? c.label[i] : 0, i };
    qsort(row, (size_t)s->n, sizeof *row, by_label);
    for (int64_t i = 0; i < s->n; i++)
        c.order[i] = row[i].sample;
    for (int64_t i = 0; i < s->n; i++) {
        members++;
        if (last_of_class(&c, i)) {
            c.pairs[KIN] += members * (members - 1);
            members = 0;
        }
    }
    c.pairs[SAME] = n;
    c.pairs[OTHER] = n * (n - 1) - c.pairs[KIN];
    return c;
}

/* Products of rows[n][width], feature by feature, as means over the pairs of each kind. */
static void pair_means(const Classes *c, const double *rows, int64_t width, double *mean[PAIRS])
{
    double *in_class = arena_array(c->arena, double, width);
    double *all = arena_array(c->arena, double, width);

    for (int s = 0; s < PAIRS; s++)
        mean[s] = arena_array(c->arena, double, width);
    for (int64_t i = 0; i < c->n; i++) {
        const double *x = rows + c->order[i] * width;

        for (int64_t j = 0; j < width; j++) {
            mean[SAME][j] += x[j] * x[j];
            in_class[j] += x[j];
        }
        for (int64_t j = 0; last_of_class(c, i) && j < width; j++) {
            mean[KIN][j] += in_class[j] * in_class[j];
            all[j] += in_class[j];
            in_class[j] = 0;
        }
    }
    for (int64_t j = 0; j < width; j++) {
        const double other = all[j] * all[j] - mean[KIN][j], kin = mean[KIN][j] - mean[SAME][j];
        const double any = (other + kin) / fmax(c->pairs[OTHER] + c->pairs[KIN], 1);

        mean[SAME][j] /= c->pairs[SAME];
        mean[OTHER][j] = c->pairs[OTHER] > 0 ? other / c->pairs[OTHER] : any;
        mean[KIN][j] = c->pairs[KIN] > 0 ? kin / c->pairs[KIN] : any;
    }
}

static double mean(const double *x, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i] / (double)n;
    return sum;
}

/* ---- By place ------------------------------------------------------------------------------ */

static int64_t index_of(const Samples *s, int64_t channel, int64_t place)
{
    return s->channels_last ? place * s->channels + channel : channel * s->places + place;
}

/* Means over the channels. */
static void put_places(const Samples *s, double *const feature[PAIRS], InputMoments *in, Arena *a)
{
    for (int k = 0; k < PAIRS; k++) {
        double *place = arena_array(a, double, s->places);

        for (int64_t p = 0; p < s->places; p++)
            for (int64_t c = 0; c < s->channels; c++)
                place[p] += feature[k][index_of(s, c, p)] / (double)s->channels;
        in->place[k] = place;
    }
}

/* Sums over the places of a channel have the products of all places: less those of a place with
 * itself, what two different places have in common. */
static void put_apart(const Samples *s, const Classes *c, InputMoments *in)
{
    double *sums = arena_array(c->arena, double, s->n * s->channels), *of_sums[PAIRS];
    double root = 0, squares = 0;

    for (int64_t i = 0; i < s->n; i++)
        for (int64_t p = 0; p < s->places; p++)
            for (int64_t k = 0; k < s->channels; k++)
                sums[i * s->channels + k] += s->x[i * s->channels * s->places + index_of(s, k, p)];
    pair_means(c, sums, s->channels, of_sums);
    for (int64_t p = 0; p < s->places; p++) {
        root += sqrt(in->place[SAME][p]);
        squares += in->place[SAME][p];
    }
    for (int k = 0; k < PAIRS; k++) {
        double apart = mean(of_sums[k], s->channels);

        for (int64_t p = 0; p < s->places; p++)
            apart -= in->place[k][p];
        in->apart[k] = s->places > 1 && root * root > squares * (1 + 1e-12)
                     ? apart / (root * root - squares) : 0;
    }
}

/* ---- How samples differ ---------------------------------------------------------------------- */

/* In four sums, which do not wait for each other. */
static double dot(const double *a, const double *b, int64_t n)
{
    double sum[4] = { 0 };
    int64_t i = 0;

    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++)
            sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        sum[0] += a[i] * b[i];
    return sum[0] + sum[1] + (sum[2] + sum[3]);
}

typedef struct {
    double n, sum, squares;
} Tally;

static void count(Tally *t, double x)
{
    t->n++;
    t->sum += x;
    t->squares += x * x;
}

static double variance(const Tally *t)
{
    const double m = t->n ? t->sum / t->n : 0;

    return t->n ? fmax(t->squares / t->n - m * m, 0) : 0;
}

/* Of a subset at equal distances: pairs cost the square of their number. */
static void put_variances(const Samples *s, InputMoments *in)
{
    const double work = 4e6;
    const int64_t width = s->channels * s->places;
    const int64_t most = (int64_t)fmax(sqrt(2 * work / (double)width), 8);
    const int64_t n = s->n < most ? s->n : most;
    const double size = fmax(in->square * (double)width, 1e-300);
    Tally norms = { 0 }, pairs = { 0 };

    for (int64_t i = 0; i < s->n; i++) {
        const double norm = dot(s->x + i * width, s->x + i * width, width);

        if (norm > 0)
            count(&norms, log(norm));
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++)
            count(&pairs, dot(s->x + i * s->n / n * width, s->x + j * s->n / n * width, width)
                          / size);
    in->norm_var = variance(&norms);
    in->pair_var = variance(&pairs);
}

/* ---- Labels and targets ---------------------------------------------------------------------- */

/* Of two different samples: at a step of their own where there are several. */
static double same_class(const Samples *s, Arena *a)
{
    double sum = 0;

    for (int64_t t = 0; s->label && t < s->labels; t++) {
        int32_t *label = arena_array(a, int32_t, s->n);
        Samples step = { .n = s->n, .label = label, .labels = 1 };

        for (int64_t i = 0; i < s->n; i++)
            label[i] = s->label[i * s->labels + t];
        sum += classes_of(&step, a).pairs[KIN] / (double)s->labels;
    }
    return sum / fmax((double)s->n * (double)(s->n - 1), 1);
}

static void put_targets(const Samples *s, const Classes *c, InputMoments *in)
{
    double *product[PAIRS];

    if (!s->target)
        return;
    pair_means(c, s->target, s->targets, product);
    in->target_mean = mean(s->target, s->n * s->targets);
    in->target_square = mean(product[SAME], s->targets);
    in->target_other = mean(product[OTHER], s->targets);
    in->target_kin = mean(product[KIN], s->targets);
}

InputMoments moments_of(const Samples *s, Arena *a)
{
    const int64_t width = s->channels * s->places;
    const Classes c = classes_of(s, a);
    InputMoments in = { .same_class = same_class(s, a) };
    double *product[PAIRS];

    pair_means(&c, s->x, width, product);
    in.mean = mean(s->x, s->n * width);
    in.square = mean(product[SAME], width);
    in.other = mean(product[OTHER], width) / fmax(in.square, 1e-300);
    in.kin = mean(product[KIN], width) / fmax(in.square, 1e-300);
    put_places(s, product, &in, a);
    put_apart(s, &c, &in);
    if (s->height > 1 && s->places / s->height > 1)
        moments_near(s, &c, &in);
    put_variances(s, &in);
    put_targets(s, &c, &in);
    return in;
}

/* ---- Words ----------------------------------------------------------------------------------- */

enum { WORD_SAMPLES = 128 };

typedef struct {
    double equal, pairs;
} Chance;

static double chance(const Chance *c)
{
    return c->pairs > 0 ? c->equal / c->pairs : 0;
}

/* Counts where samples a and b hold the same word, at place p and p + shift. */
static void compare(const Samples *s, int64_t a, int64_t b, int64_t shift, Chance *place)
{
    const double *x = s->x + a * s->places, *y = s->x + b * s->places;

    for (int64_t p = 0; p < s->places; p++) {
        place[p].equal += x[p] == y[(p + shift) % s->places];
        place[p].pairs++;
    }
}

/* Where there are no pairs of one kind, those of the other. */
static const Chance *known(Chance *const of[PAIRS], int k)
{
    return of[k][0].pairs > 0 || k == SAME ? of[k] : of[OTHER + KIN - k];
}

/* All pairs of a subset, each at one shift that runs through all of them. */
void moments_of_words(const Samples *s, InputMoments *in, Arena *a)
{
    const int64_t n = s->n < WORD_SAMPLES ? s->n : WORD_SAMPLES, places = s->places;
    Chance *here[PAIRS], *apart[PAIRS];
    int64_t shift = 0;

    for (int k = 0; k < PAIRS; k++) {
        here[k] = arena_array(a, Chance, places);
        apart[k] = arena_array(a, Chance, places);
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            const int64_t p = i * s->n / n, q = j * s->n / n;
            const bool kin = s->label && s->labels == 1 && s->label[p] == s->label[q];
            const int k = p == q ? SAME : kin ? KIN : OTHER;

            compare(s, p, q, 0, here[k]);
            shift = places > 1 ? 1 + shift % (places - 1) : 0;
            if (shift)
                compare(s, p, q, shift, apart[k]);
        }
    for (int k = 0; k < PAIRS; k++) {
        double *word = arena_array(a, double, places), sum = 0;

        for (int64_t p = 0; p < places; p++) {
            word[p] = chance(&known(here, k)[p]);
            sum += chance(&known(apart, k)[p]) / (double)places;
        }
        in->word[k] = word;
        in->word_apart[k] = sum;
    }
}
