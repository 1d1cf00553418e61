/* flow_lags.c -- tables of what two places have in common by their displacement. */
#include "flow_lags.h"

#include <math.h>

enum { MOST_TABLES = 16 };          /* that one rule reads */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t size(int64_t d) { return d < 0 ? -d : d; }
static double clip(double c) { return fmin(fmax(c, -1), 1); }

static int64_t index_of(const Lags *l, int64_t down, int64_t across)
{
    return down * (2 * l->across + 1) + across + l->across;
}

/* Of a displacement and its opposite the numbers are the same. */
double lag_at(const Lags *l, const double cross[PAIRS], int s, int64_t down, int64_t across)
{
    if (!l)
        return cross[s];
    if (down < 0) {
        down = -down;
        across = -across;
    }
    across = across < 0 ? -least(-across, l->across) : least(across, l->across);
    return l->of[s][index_of(l, least(down, l->down), across)];
}

/* ---- Weights of displacements ---------------------------------------------------------------- */

/* By rows times by columns; the last is for all beyond. */
typedef struct {
    int64_t down, across;
    double by_row[MOST_LAGS], by_column[MOST_LAGS];
} Weights;

/* Pairs of n places in a line by their distance, each weighed by both profiles. */
static int64_t weigh(const double *profile, int64_t n, double out[MOST_LAGS])
{
    const int64_t most = least(n, MOST_LAGS) - 1;

    for (int64_t d = 0; d < n; d++)
        for (int64_t i = 0; i + d < n; i++)
            out[least(d, most)] += profile ? profile[i] * profile[i + d] : 1;
    return most;
}

/* Of all pairs so far apart, of which a displacement down has its opposite. */
static double weight_of(const Weights *w, int64_t down, int64_t across)
{
    return down || across ? (down ? 2 : 1) * w->by_row[down] * w->by_column[size(across)] : 0;
}

static double mean_lag(const Weights *w, LagsOf a, int of_a, LagsOf b, int of_b, double shift)
{
    double sum = 0, all = 0;

    for (int64_t i = 0; i <= w->down; i++)
        for (int64_t j = -w->across; j <= w->across; j++) {
            const double weight = weight_of(w, i, j);

            sum += weight * lag_at(a.lags, a.cross, of_a, i, j)
                 * (lag_at(b.lags, b.cross, of_b, i, j) - shift);
            all += weight;
        }
    return all > 0 ? sum / all : 0;
}

static const double ones[PAIRS] = { 1, 1, 1 };

static void put_levels(Lags *l)
{
    Weights w = { 0 };

    w.down = weigh(NULL, l->height, w.by_row);
    w.across = weigh(NULL, l->width, w.by_column);
    for (int s = 0; s < PAIRS; s++)
        l->level[s] = mean_lag(&w, (LagsOf){ l, NULL }, s, (LagsOf){ NULL, ones }, s, 0);
}

/* ---- Making tables --------------------------------------------------------------------------- */

static Lags *lags_new(Flow *f, int64_t height, int64_t width)
{
    Lags *l = arena_new_of(f->arena, Lags);

    *l = (Lags){ .height = height, .width = width, .down = least(height, MOST_LAGS) - 1,
                 .across = least(width, MOST_LAGS) - 1 };
    for (int s = 0; s < PAIRS; s++)
        l->of[s] = arena_array(f->arena, double, (l->down + 1) * (2 * l->across + 1));
    return l;
}

Lags *lags_planned(Flow *f, int64_t height, int64_t width, LagPlan *made_by, const void *with)
{
    Lags *l = lags_new(f, height, width);

    for (int s = 0; s < PAIRS; s++)
        for (int64_t i = 0; i <= l->down; i++)
            for (int64_t j = -l->across; j <= l->across; j++)
                l->of[s][index_of(l, i, j)] = clip(made_by(with, s, i, j));
    put_levels(l);
    return l;
}

/* What a pair of rows, or of columns, makes of the levels of all. */
static double *bordered(Flow *f, const LagsOf *of, int n, int s, bool columns, LagRule *rule,
                        const void *with)
{
    double level[MOST_TABLES], common[MOST_TABLES], *out, middle;
    const double *border[MOST_TABLES];
    int64_t side = 0;

    for (int k = 0; k < n; k++) {
        const Lags *l = of[k].lags;

        level[k] = l ? l->level[s] : of[k].cross[s];
        border[k] = !l ? NULL : columns ? l->column[s] : l->row[s];
        if (border[k])
            side = columns ? l->width : l->height;
    }
    if (!side)
        return NULL;
    out = arena_array(f->arena, double, side * side);
    middle = rule(with, s, level, false);
    for (int64_t i = 0; i < side; i++)
        for (int64_t j = i; j < side; j++) {
            for (int k = 0; k < n; k++)
                common[k] = level[k] + (border[k] ? border[k][i * side + j] : 0);
            out[i * side + j] = out[j * side + i] = rule(with, s, common, false) - middle;
        }
    return out;
}

Lags *lags_made(Flow *f, const LagsOf *of, int n, LagRule *rule, const void *with)
{
    const Lags *like = NULL;
    double common[MOST_TABLES];
    Lags *l;

    for (int k = 0; k < n; k++)
        like = of[k].lags ? of[k].lags : like;
    if (!like || n > MOST_TABLES)
        return NULL;
    l = lags_new(f, like->height, like->width);
    for (int s = 0; s < PAIRS; s++) {
        for (int64_t i = 0; i <= l->down; i++)
            for (int64_t j = -l->across; j <= l->across; j++) {
                for (int k = 0; k < n; k++)
                    common[k] = lag_at(of[k].lags, of[k].cross, s, i, j);
                l->of[s][index_of(l, i, j)] = clip(rule(with, s, common, !i && !j));
            }
        l->row[s] = bordered(f, of, n, s, false, rule, with);
        l->column[s] = bordered(f, of, n, s, true, rule, with);
    }
    put_levels(l);
    return l;
}

/* ---- Means over pairs of places -------------------------------------------------------------- */

/* Of a map's roots the sums of rows and of columns, as far as borders count. */
typedef struct {
    Weights weights;
    double *row, *column;
    int64_t height, width;
} Profile;

static Profile profile_of(Flow *f, const double *square, int64_t height, int64_t width)
{
    Profile p = { .row = arena_array(f->arena, double, height), .height = height, .width = width,
                  .column = arena_array(f->arena, double, width) };

    for (int64_t i = 0; i < height; i++)
        for (int64_t j = 0; j < width; j++) {
            const double root = sqrt(fmax(square[i * width + j], 0));

            p.row[i] += root;
            p.column[j] += root;
        }
    p.weights.down = weigh(p.row, height, p.weights.by_row);
    p.weights.across = weigh(p.column, width, p.weights.by_column);
    return p;
}

/* A side's mean of (level a + a)(level b + b) - level a level b. */
static double mean_beside(const double *profile, int64_t n, const double *a, double level_a,
                          const double *b, double level_b)
{
    double sum = 0, all = 0;

    if (!a && !b)
        return 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            const double x = a ? a[i * n + j] : 0, y = b ? b[i * n + j] : 0;

            sum += profile[i] * profile[j] * (x * level_b + level_a * y + x * y);
            all += profile[i] * profile[j];
        }
    return all > 0 ? sum / all : 0;
}

/* Rows and columns each keep a share of the level; where they change more than there is, they
 * add up. */
static double mean_product(const Profile *p, LagsOf a, int of_a, LagsOf b, int of_b, double shift)
{
    const double level_a = a.lags ? a.lags->level[of_a] : a.cross[of_a];
    const double level_b = (b.lags ? b.lags->level[of_b] : b.cross[of_b]) - shift;

    const double rows = mean_beside(p->row, p->height, a.lags ? a.lags->row[of_a] : NULL, level_a,
                                    b.lags ? b.lags->row[of_b] : NULL, level_b);
    const double columns = mean_beside(p->column, p->width, a.lags ? a.lags->column[of_a] : NULL,
                                       level_a, b.lags ? b.lags->column[of_b] : NULL, level_b);
    const double level = level_a * level_b;
    const bool shares = fabs(rows) < fabs(level) && fabs(columns) < fabs(level);

    return mean_lag(&p->weights, a, of_a, b, of_b, shift) + rows + columns
         + (shares ? rows * columns / level : 0);
}

void lags_mean(Flow *f, const Lags *l, const double *square, double cross[PAIRS])
{
    const Profile p = profile_of(f, square, l->height, l->width);

    for (int s = 0; s < PAIRS; s++)
        cross[s] = clip(mean_product(&p, (LagsOf){ l, NULL }, s, (LagsOf){ NULL, ones }, s, 0));
}

void lags_level(Flow *f, Lags *l, const double *square, const double cross[PAIRS])
{
    const int64_t n = (l->down + 1) * (2 * l->across + 1);
    double mean[PAIRS];

    lags_mean(f, l, square, mean);
    for (int s = 0; s < PAIRS; s++) {
        const double here = l->of[s][index_of(l, 0, 0)];

        for (int64_t i = 0; i < n; i++)
            l->of[s][i] = clip(l->of[s][i] + cross[s] - mean[s]);
        l->of[s][index_of(l, 0, 0)] = here;
        l->level[s] += cross[s] - mean[s];
    }
}

void lags_products(Flow *f, LagsOf a, LagsOf b, double shift, const double *square,
                   double mean[PAIRS][PAIRS])
{
    const Lags *l = a.lags ? a.lags : b.lags;
    const Profile p = profile_of(f, square, l->height, l->width);

    for (int i = 0; i < PAIRS; i++)
        for (int j = 0; j < PAIRS; j++)
            mean[i][j] = mean_product(&p, a, i, b, j, shift);
}
