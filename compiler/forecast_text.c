/* forecast_text.c -- the forecast as a table of layers, in 80 columns. */
#include "forecast_write.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wrapped.h"

enum { WIDTH = 80, LONGEST_NAME = 24, LONGEST_IN_TEXT = 60, AT_EITHER_END = 4, NUMBERS = 38 };

/* The end of a layer's name, which tells it from its neighbours. */
static const char *name_in(const FlowLayer *l, size_t most)
{
    const size_t length = strlen(l->path);

    return length > most ? l->path + length - most : l->path;
}

static const char *name_in_text(const FlowLayer *l)
{
    return name_in(l, LONGEST_IN_TEXT);
}

/* ---- Numbers ------------------------------------------------------------------------------- */

/* Three digits in at most seven characters; "" for a number that there is not. */
static const char *figure(Arena *a, double x)
{
    char *text, *e;

    if (isnan(x))
        return "";
    if (isinf(x))
        return ">1e308";
    if (!(fabs(x) >= 9.995e-4 && fabs(x) < 9999.5)) {
        text = arena_printf(a, "%.1e", x);
        e = strchr(text, 'e');
        return x == 0 ? "0" : e ? arena_printf(a, "%.*se%d", (int)(e - text), text, atoi(e + 1))
                                : text;
    }
    return arena_printf(a, "%.*f", fabs(x) < 9.995e-3 ? 5 : fabs(x) < 9.995e-2 ? 4
                        : fabs(x) < 0.9995 ? 3 : fabs(x) < 9.995 ? 2 : fabs(x) < 99.95 ? 1 : 0, x);
}

/* ---- The axis of the bars ------------------------------------------------------------------ */

typedef struct {
    int low, high, width;           /* powers of ten; characters */
} Axis;

static Axis axis_of(const Forecast *f, int name)
{
    double low = INFINITY, high = -INFINITY;
    Axis axis = { 0, 0, WIDTH - name - NUMBERS };

    for (int i = 0; i < f->n; i++) {
        const double d = f->layer[i].delta_rms;

        if (!(d > 0 && isfinite(d)))
            continue;
        low = fmin(low, log10(d));
        high = fmax(high, log10(d));
    }
    if (low > high)
        low = high = 0;
    axis.high = (int)ceil(high);
    axis.low = (int)floor(low) < axis.high - 3 ? (int)floor(low) : axis.high - 3;
    return axis;
}

/* At least an eighth of a column, at most all. */
static void put_bar(const Axis *axis, double x, FILE *out)
{
    static const char *const eighth[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    const double low = axis->low, most = axis->high;
    const double share = fmin(fmax((log10(x > 0 ? x : 1) - low) / (most - low), 0), 1);
    int parts = (int)floor(share * axis->width * 8 + 0.5), blanks;

    parts = !(x > 0) ? 0 : parts < 1 ? 1 : parts > axis->width * 8 ? axis->width * 8 : parts;
    blanks = axis->width - (parts + 7) / 8;
    for (int i = 0; i < parts / 8; i++)
        fputs("█", out);
    fputs(eighth[parts % 8], out);
    fprintf(out, "%*s", blanks, "");
}

static const char *power(Arena *a, int exponent)
{
    return exponent ? arena_printf(a, "1e%d", exponent) : "1";
}

/* ---- The table ----------------------------------------------------------------------------- */

static int name_width(const Forecast *f)
{
    size_t most = strlen("layer");

    for (int i = 0; i < f->n; i++)
        most = strlen(f->layer[i].path) > most ? strlen(f->layer[i].path) : most;
    return most > LONGEST_NAME ? LONGEST_NAME : (int)most;
}

static void put_heads(const Axis *axis, int name, Arena *a, FILE *out)
{
    const char *low = power(a, axis->low), *high = power(a, axis->high);

    fprintf(out, "%-*s  output   dL/dz  %s%*s%s   dL/dW  spread\n", name, "layer", low,
            axis->width - (int)strlen(low) - (int)strlen(high), "", high);
}

static void put_row(const FlowLayer *l, const Axis *axis, int name, Arena *a, FILE *out)
{
    fprintf(out, "%-*s %7s %7s  ", name, name_in(l, LONGEST_NAME), figure(a, l->act_rms),
            figure(a, l->delta_rms));
    put_bar(axis, l->delta_rms, out);
    fprintf(out, " %7s", figure(a, l->grad_norm));
    if (l->grad_norm > 0 && l->spread < 100)
        fprintf(out, "  %6.2f", l->spread);
    fputc('\n', out);
}

static void put_table(const Forecast *f, bool full, Arena *a, FILE *out)
{
    const int name = name_width(f), hidden = full || f->n <= 3 * AT_EITHER_END
                                           ? 0 : f->n - 2 * AT_EITHER_END;
    const Axis axis = axis_of(f, name);

    put_heads(&axis, name, a, out);
    for (int i = 0; i < f->n; i++) {
        if (hidden && i == AT_EITHER_END) {
            fprintf(out, "⋮ %d more\n", hidden);
            i += hidden;
        }
        put_row(&f->layer[i], &axis, name, a, out);
    }
}

/* ---- Around it ----------------------------------------------------------------------------- */

static void put_steps(const FlowLayer *l, Arena *a, FILE *out)
{
    const double lost = log10(l->last_rms / l->first_rms);

    const bool finite = isfinite(l->first_rms) && isfinite(l->last_rms);

    put_wrapped(a, out, "through time  %s: dL/dz over %lld steps%s", name_in_text(l),
                (long long)l->layer->steps, finite ? ":" : " is not finite");
    if (!finite)
        return;
    fprintf(out, "  %s at the first, %s at the last",
            l->first_rms > 0 ? figure(a, l->first_rms) : "under 1e-140",
            l->last_rms > 0 ? figure(a, l->last_rms) : "under 1e-140");
    if (isfinite(lost) && isfinite(l->decades_per_step))
        fprintf(out, "; %.2f decades %s, %.3g a step", fabs(lost), lost > 0 ? "lost" : "gained",
                fabs(l->decades_per_step));
    fputc('\n', out);
}

/* Beside the flow, where bodies of residuals are scaled down. */
static void put_past(const Forecast *f, FILE *out)
{
    int rest = 0;

    for (int i = 0; i < f->n; i++)
        rest += f->layer[i].rests && f->layer[i].layer->in_flow && f->layer[i].delta_rms == 0;
    if (rest)
        fprintf(out, "no gradient comes to %d layer%s yet, in residuals whose scale starts at 0\n",
                rest, rest > 1 ? "s" : "");
    if (isfinite(f->gained) && !(fabs(f->gained - log10(f->flow)) <= 0.5))
        fprintf(out, "past the bodies of residuals: %+.2f decades to the first layer\n",
                round(100 * f->gained) / 100 + 0.0);
}

static void put_opened(const Forecast *f, Arena *a, FILE *out)
{
    const double decades = f->opened ? f->opened->gained : NAN;
    const char *then = !isfinite(decades) ? ""
                     : arena_printf(a, "; then %.2f decades are %s to the first layer",
                                    fabs(decades), decades < 0 ? "lost" : "gained");

    put_wrapped(a, out, "flow 0: no gradient comes past %s before its first update, since its "
                "weights are 0%s", name_in_text(f->opener), then);
}

static void put_flow(const Forecast *f, Arena *a, FILE *out)
{
    const double decades = log10(f->flow);

    if (f->flow == 1 && isnan(f->decades_per_layer))
        fputs("flow 1: fewer than two hidden layers\n", out);
    else if (f->opener)
        put_opened(f, a, out);
    else if (f->flow == 0)
        fputs("flow 0: nothing arrives at the first layer\n", out);
    else if (!isfinite(f->flow))
        fputs("no flow: a hidden layer has no gradient, or none that is finite\n", out);
    else
        put_wrapped(a, out, "flow %s: %.2f ± %.2f decades %s to the first layer, %.3f a layer",
                    figure(a, f->flow), fabs(decades), f->spread,
                    decades < 0 ? "lost" : "gained", fabs(f->decades_per_layer));
}

/* Where the type ends: the first output over its largest number, the last delta under its least. */
static void put_range(const Forecast *f, bool in_double, Arena *a, FILE *out)
{
    const double largest = in_double ? DBL_MAX : (double)FLT_MAX;
    const double smallest = in_double ? 4.9e-324 : 1.4e-45;
    const char *type = in_double ? "double" : "float";
    int over = f->n, under = -1, above = -1;

    for (int i = f->n - 1; i >= 0; i--) {
        over = f->layer[i].act_rms <= largest ? over : i;
        above = above < 0 && f->layer[i].delta_rms > largest ? i : above;
        under = under < 0 && f->layer[i].delta_rms < smallest && !f->layer[i].rests
             && !(f->opener > &f->layer[i]) ? i : under;
    }
    if (above >= 0)
        put_wrapped(a, out, "overflow: dL/dz of %s is over the largest %s, %.1e",
                    name_in_text(&f->layer[above]), type, largest);
    if (over < f->n)
        put_wrapped(a, out, "overflow: the output of %s is over the largest %s, %.1e",
                    name_in_text(&f->layer[over]), type, largest);
    if (under >= 0)
        put_wrapped(a, out, "underflow: dL/dz of %s is zero, or under the smallest %s, %.1e",
                    name_in_text(&f->layer[under]), type, smallest);
}

/* As counted in docs/warnings.md; from 1 on there is a warning. */
const char *forecast_step_words(const Forecast *f, Arena *a)
{
    const double least = 0.3;

    return f->step_length >= least && f->step_length < 1
         ? arena_printf(a, "first steps are %.2g of what such a net bears: one such run in seven "
                        "fails\n", f->step_length) : "";
}

void forecast_rough(const Forecast *f, Arena *a, FILE *out)
{
    if (f->rough)
        put_wrapped(a, out, "rough: %s", f->rough);
    for (int i = 0; i < f->n; i++)
        if (f->layer[i].rough)
            put_wrapped(a, out, "rough in dL/dW of %s: %s", name_in_text(&f->layer[i]),
                        f->layer[i].rough);
}

void forecast_text(const Forecast *f, const Model *m, bool full, Arena *a, FILE *out)
{
    if (f->too_large) {
        put_wrapped(a, out, "%s: no forecast: %s", m->name, f->rough);
        return;
    }
    fprintf(out, "%s at initialisation\n", m->name);
    put_wrapped(a, out, "forecast for %s in batches of %lld", f->input.from, (long long)f->batch);
    if (f->input.why)
        put_wrapped(a, out, "  (%s)", f->input.why);
    if (!f->n) {
        fputs("no layer gets a gradient\n", out);
        return;
    }
    put_table(f, full, a, out);
    for (int i = 0; i < f->n; i++)
        if (f->layer[i].layer->steps > 1 && !(f->opener > &f->layer[i]))
            put_steps(&f->layer[i], a, out);
    put_flow(f, a, out);
    put_past(f, out);
    put_range(f, m->settings.double_precision, a, out);
    if (isfinite(f->loss))
        fprintf(out, "loss %s at the first step\n", figure(a, f->loss));
    fputs(forecast_step_words(f, a), out);
    forecast_rough(f, a, out);
}

void forecast_lacks(const char *name, const char *missing, FILE *out)
{
    fprintf(out, "%s: no forecast, which wants a whole experiment: there is no `%s`\n", name,
            missing);
}
