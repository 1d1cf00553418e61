/* forecast_write.h -- the forecast for people, and for programs. */
#ifndef FORECAST_WRITE_H
#define FORECAST_WRITE_H

#include "passes.h"

/* A table of layers with bars of log10 dL/dz; `full`: of all layers, else of the first and last. */
void forecast_text(const Forecast *f, const char *name, double batch, bool full, Arena *a,
                   FILE *out);

/* {"event":"forecast",...}: docs/forecast.md has the keys. */
void forecast_json(const Forecast *f, FILE *out);

#endif
