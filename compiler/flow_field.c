/* flow_field.c -- Gaussian fields over steps, samples and units: drawn with a given kernel, and the
 * kernel that such numbers have. */
#include "flow_probe.h"

#include <math.h>

Shares field_shares(double cross_same, double cross_other, double other)
{
    Shares s = { .all = fmax(fmin(cross_other, 1), 0) };

    s.sample = fmax(fmin(cross_same, 1) - s.all, 0);
    s.step = fmax(fmin(fmin(other, 1) - s.all, 1 - s.all - s.sample), 0);
    s.own = fmax(1 - s.all - s.sample - s.step, 0);
    return (Shares){ sqrt(s.all), sqrt(s.sample), sqrt(s.step), sqrt(s.own) };
}

void field_draw(Flow *f, const Shares *s, const double *square, double mean, int steps, int width,
                bool reverse, double *field)
{
    for (int k = 0; k < width; k++) {
        const double all = s->all * flow_normal(f);
        double sample[PROBE_SAMPLES];

        for (int a = 0; a < PROBE_SAMPLES; a++)
            sample[a] = s->sample * flow_normal(f);
        for (int t = 0; t < steps; t++) {
            const double step = s->step * flow_normal(f);
            const double q = square[reverse ? steps - 1 - t : t] - mean * mean;

            for (int a = 0; a < PROBE_SAMPLES; a++)
                field[(t * PROBE_SAMPLES + a) * width + k] = mean + sqrt(q < 0 ? 0 : q)
                    * (all + sample[a] + step + s->own * flow_normal(f));
        }
    }
}

void field_measure(const double *field, int steps, int width, bool reverse, double share,
                   double *const square[PAIRS], double cross[PAIRS])
{
    double apart = 0, total = 0, roots = 0, other_apart = 0;

    for (int t = 0; t < steps; t++) {
        const int place = reverse ? steps - 1 - t : t;
        double same = 0, other = 0;

        for (int k = 0; k < width; k++) {
            double sum = 0;

            for (int a = 0; a < PROBE_SAMPLES; a++) {
                const double x = field[(t * PROBE_SAMPLES + a) * width + k];

                same += x * x;
                sum += x;
            }
            other += sum * sum;
        }
        other = (other - same) / (PROBE_SAMPLES - 1);
        square[SAME][place] += share * same / (PROBE_SAMPLES * width);
        square[OTHER][place] += share * other / (PROBE_SAMPLES * width);
        square[KIN][place] += share * other / (PROBE_SAMPLES * width);
        total += same;
        roots += sqrt(same);
    }
    for (int k = 0; k < width; k++) {
        double all = 0, of_samples = 0;

        for (int a = 0; a < PROBE_SAMPLES; a++) {
            double sum = 0;

            for (int t = 0; t < steps; t++)
                sum += field[(t * PROBE_SAMPLES + a) * width + k];
            of_samples += sum * sum;
            all += sum;
        }
        apart += of_samples;
        other_apart += all * all;
    }
    const double pairs = fmax(roots * roots - total, 1e-300);
    cross[SAME] += share * fmin(fmax((apart - total) / pairs, -1), 1);
    cross[OTHER] += share * fmin(fmax((other_apart - apart) / (PROBE_SAMPLES - 1) / pairs, -1), 1);
    cross[KIN] = cross[OTHER];
}
