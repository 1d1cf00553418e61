/* flow_input.c -- what the forecast starts with: the input's kernel, and what it is taken for where
 * the data is not known. */
#include "flow_lags.h"

/* A place of its own has its own squares; else all are alike. */
static void put_squares(Kernel *k, const InputMoments *in, double factor, int s)
{
    const double share = s == SAME ? 1 : s == OTHER ? in->other : in->kin;

    for (int64_t p = 0; p < k->positions; p++)
        k->square[s][p] = factor * (in->place[s] ? in->place[s][p] : share * in->square);
}

/* At one place, what the mean of all has; else as was measured at that displacement. */
static double input_lag(const void *with, int s, int64_t down, int64_t across)
{
    const InputMoments *in = with;
    const int64_t reach = in->near_across;

    if (down || across)
        return in->near[s][down * (2 * reach + 1) + across + reach];
    return s == SAME ? 1 : s == OTHER ? in->other : in->kin;
}

Kernel *kernel_of_input(Flow *f, double factor)
{
    Kernel *k = kernel_new(f, f->model->input);

    for (int s = 0; s < PAIRS; s++) {
        put_squares(k, &f->input, factor, s);
        k->cross[s] = f->input.apart[s];
    }
    if (f->input.unit)
        k->neurons = neurons_given(f, f->input.unit, factor);
    if (f->input.near[SAME] && f->model->input.rank == 3)
        k->lags = lags_planned(f, k->height, k->width, input_lag, &f->input);
    k->mean = f->input.mean;
    k->pair_var = f->input.pair_var;
    return k;
}

/* Classes as vectors: a one among zeros, or a single number that is 0 or 1; of two samples of one
 * class it is the same number. */
static void put_targets(InputMoments *in, const Model *m)
{
    const bool single = shape_size(m->target.shape) == 1;

    in->target_square = 1;
    if (m->target.one_hot)
        in->target_mean = in->target_square = in->target_kin
            = single ? 0.5 : 1 / (double)m->target.classes;
    else if (word_is(&m->settings.loss, "BINARY_CROSS_ENTROPY")) {
        in->target_mean = in->target_square = 0.5;
        in->target_other = in->target_kin = 0.25;
    }
}

/* Numbers of a pixel's neighbourhood, over which the correlation of two inputs is a mean. */
static double terms(const Model *m)
{
    const int64_t places = m->input.rank == 3 ? m->input.dim[1] * m->input.dim[2]
                         : m->input.rank == 2 ? m->input.dim[0] : 1;

    return (double)(shape_size(m->input) / places * (places < 9 ? places : 9));
}

InputMoments unit_normal(const Model *m)
{
    const bool labels = m->target.kind == TARGET_CLASS;
    InputMoments in = { .square = 1, .same_class = labels ? 1 / (double)m->target.classes : 0,
                        .norm_var = 2 / (double)shape_size(m->input), .pair_var = 1 / terms(m),
                        .from = labels ? "unit normal inputs" : "unit normal inputs and targets" };

    put_targets(&in, m);
    return in;
}
