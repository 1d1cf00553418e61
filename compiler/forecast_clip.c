/* forecast_clip.c -- the limit of a clip that cuts bursts only, by the forecast. */
#include "forecast.h"

#include <math.h>

double round_down(double x)
{
    const double power = pow(10, floor(log10(x))), first = x / power;

    return power * (first >= 5 ? 5 : first >= 2 ? 2 : 1);
}

double forecast_clip(const Forecast *f)
{
    return f->grad_norm > 0 && isfinite(f->grad_norm) ? round_down(f->grad_norm) : 0;
}
