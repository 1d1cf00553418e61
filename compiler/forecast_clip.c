/* forecast_clip.c -- the limit of a clip that cuts bursts only, by the forecast. */
#include "forecast.h"

#include <math.h>

double round_down(double x)
{
    const double exponent = floor(log10(x)), power = pow(10, fabs(exponent));
    const double first = exponent < 0 ? x * power : x / power;
    const double digit = first >= 5 ? 5 : first >= 2 ? 2 : 1;

    return exponent < 0 ? digit / power : digit * power;    /* 5 / 1e6, and not 5 times 1e-6 */
}

double forecast_clip(const Forecast *f)
{
    return f->grad_norm > 0 && isfinite(f->grad_norm) ? round_down(f->grad_norm) : 0;
}
