/* kernels.h -- kernels of one precision that only the library calls, through rt_reals. */
#ifndef RT_KERNELS_H
#define RT_KERNELS_H

#include "parts.h"
#include "reals.h"
#include "tiles.h"

#define rt_initialise RT_NAME(rt_initialise)
#define rt_count RT_NAME(rt_count)
#define rt_count_values RT_NAME(rt_count_values)
#define rt_count_squares RT_NAME(rt_count_squares)
#define rt_count_over RT_NAME(rt_count_over)
#define rt_count_rows RT_NAME(rt_count_rows)
#define rt_count_all RT_NAME(rt_count_all)
#define rt_sum_squares RT_NAME(rt_sum_squares)
#define rt_count_gradient RT_NAME(rt_count_gradient)
#define rt_record_delta RT_NAME(rt_record_delta)
#define rt_add_units RT_NAME(rt_add_units)
#define rt_record_output RT_NAME(rt_record_output)
#define rt_sample_rms RT_NAME(rt_sample_rms)
#define rt_burst RT_NAME(rt_burst)
#define rt_peak RT_NAME(rt_peak)
#define rt_penalty_value RT_NAME(rt_penalty_value)
#define rt_add_penalty RT_NAME(rt_add_penalty)
#define rt_gradient_norm RT_NAME(rt_gradient_norm)

bool rt_initialise(const rt_tensor *t, const rt_stream *stream, void *w);
void rt_count(const void *x, size_t n, rt_counts *out);
/* The same, but for !bins all but the bins, which are dear. */
void rt_count_values(size_t n, const rt_real *x, bool bins, rt_counts *out);
/* The same of at most RT_COUNTED_OVER values: of x where `over` is above 0, of 0 elsewhere.  False,
 * and nothing is added, where that takes a closer look: at what was 0 or subnormal before, is not
 * finite, or has squares that its precision has no room for. */
enum { RT_COUNTED_OVER = 2048 };
bool rt_count_over(size_t n, const rt_real *x, const rt_real *over, bool bins, rt_counts *out);
/* Sets *out to them, and returns rt_sum_squares, in one pass. */
double rt_count_squares(size_t n, const rt_real *x, bool bins, rt_counts *out);

/* Rows of m values: in each of the runs, which begin `apart` values apart, `rows` rows, one behind
 * the other; at most RT_MOST_ROWS. */
enum { RT_MOST_ROWS = 64 };
typedef struct {
    const rt_real *x;
    size_t m, runs, apart, rows;
} rt_rows;

/* The same of all rows; squares[k] is the sum of the squares of row k of all runs. */
void rt_count_rows(const rt_rows *r, bool bins, double *squares, rt_counts *out);
/* Of n values times x, over tiles. */
rt_counts rt_count_all(rt_pool *pool, size_t n, rt_real times, bool bins, const rt_real *x);
/* Asks for a record that is written after the values are read: last touched a step ago, it is no
 * more in the cache. */
static inline void rt_fetch_record(const void *record, size_t bytes)
{
    enum { LINE = 64 };
    for (size_t at = 0; at < bytes; at += LINE)
        __builtin_prefetch((const char *)record + at, 1);
}
/* Whether anybody reads the bins of a pass. */
static inline bool rt_wants_bins(const struct rt_settings *set)
{
    return !set || set->histograms;
}
/* Of the gradient of the mean over the whole batch: of dz, a part's own mean's, it is a share. */
rt_counts rt_count_gradient(const rt_pass *c, size_t n, const rt_real *dz);
/* Counts of a layer's gradient, beside those of the parts before. */
void rt_record_delta(const rt_pass *c, rt_watch *w, const rt_counts *counts);

/* What is recorded of a layer's output, of units so far. */
typedef struct {
    double mean, squares, var;      /* sums over units: of means, mean squares, variances */
    uint64_t saturated, dead;
    bool suspect;                   /* some value is not finite, or nearly */
} rt_output_sums;

/* Adds `count` units, a block of channels.h at most, of whose values the mean and the variance are
 * known; the latter is inf or NaN where squares overflow.  Both go on to a multiple of RT_LANES, by
 * zeros, and come back as those of all parts of the batch so far.  `part`: of these units, where
 * the batch runs in parts, else NULL. */
void rt_add_units(const rt_pass *c, size_t count, rt_unit_part *part, double *mean, double *var,
                  rt_output_sums *sums);
/* Records the output y[n][units][inner], all units of which were added. */
void rt_record_output(const rt_pass *c, rt_watch *w, int n, int units, int inner,
                      const rt_real *y, const rt_output_sums *sums);

double rt_sum_squares(size_t n, const rt_real *x);
/* The RMS of what was counted, times the pass's samples; NaN where a value is not finite. */
double rt_sample_rms(const rt_pass *c, const rt_counts *x);
/* Multiply-adds at full speed on the calling thread; how many it did, two for each. */
double rt_burst(void);
/* The GFLOP/s that the pool's threads reach together, the best of several bursts. */
double rt_peak(rt_pool *pool);
double rt_penalty_value(const rt_update *u);
void rt_add_penalty(const rt_update *u);
double rt_gradient_norm(rt_update *u);

#endif
