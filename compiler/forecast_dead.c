/* forecast_dead.c -- units that no sample switches on. */
#include <math.h>
#include <string.h>

#include "forecast.h"
#include "gauss.h"
#include "passes.h"

double forecast_epoch(const Model *m)
{
    const Value *source = &m->data.train;
    double n = 1000;

    for (int i = 0; source->kind == VALUE_CALL && i < source->callee->n_params; i++)
        if (strcmp(source->callee->param[i].name, "n") == 0)
            n = fmin(n, source->arg[i].real);
    return m->data.limit > 0 ? fmin(n, (double)m->data.limit) : n;
}

double forecast_dead(const FlowLayer *l, const Model *model)
{
    const double m2 = l->z_mean * l->z_mean, square = l->z_rms * l->z_rms, v = square - m2;

    if (l->layer->act != ACTIVATION_RELU || l->layer->out.rank != 1 || !(v > 0))
        return 0;
    return never_positive(v, l->z_mean, (l->correlation * square - m2) / v, forecast_epoch(model));
}
