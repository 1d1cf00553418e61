/* forecast_write.h -- the forecast for people, and for programs. */
#ifndef FORECAST_WRITE_H
#define FORECAST_WRITE_H

#include "passes.h"

/* A table of layers with bars of log10 dL/dz; `full`: of all layers, else of the first and last. */
void forecast_text(const Forecast *f, const Model *m, bool full, Arena *a, FILE *out);

/* Of steps that are long, but not warned of, a line; else "". */
const char *forecast_step_words(const Forecast *f, Arena *a);

/* Why the theory is rough here, of the whole and of layers, on lines of their own. */
void forecast_rough(const Forecast *f, Arena *a, FILE *out);

/* Why there is none: a block that is not there. */
void forecast_lacks(const char *name, const char *missing, FILE *out);

/* The flow, of the whole or of the layers that a name takes in; NAN where it takes in none. */
double forecast_flow(const Forecast *f, const char *layer);

/* An error for each condition of `expect` on predicted quantities alone that does not hold. */
void forecast_expect(const Forecast *f, const Model *m, Session *s);

/* {"event":"forecast",...}: docs/forecast.md has the keys. */
void forecast_json(const Forecast *f, FILE *out);

#endif
