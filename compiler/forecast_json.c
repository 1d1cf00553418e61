/* forecast_json.c -- the forecast as one JSON object on one line. */
#include "forecast_write.h"

#include <math.h>

/* A number, or null for what JSON cannot say. */
static void put(const char *key, double x, FILE *out)
{
    if (isfinite(x))
        fprintf(out, ",\"%s\":%.6g", key, x);
    else
        fprintf(out, ",\"%s\":null", key);
}

static int line_of(const FlowLayer *l)
{
    const Span at = l->layer->item->at;

    return source_place(at.source, at.from).line;
}

static void put_layer(const FlowLayer *l, FILE *out)
{
    const bool steps = l->layer->steps > 1;

    fprintf(out, "{\"name\":\"%s\",\"kind\":\"%s\",\"line\":%d", l->path, l->layer->kind,
            line_of(l));
    put("act_rms", l->act_rms, out);
    put("delta_rms", l->delta_rms, out);
    put("grad_norm", l->grad_norm, out);
    put("spread", l->spread, out);
    put("delta_first", steps ? l->first_rms : NAN, out);
    put("delta_last", steps ? l->last_rms : NAN, out);
    put("decades_per_step", steps ? l->decades_per_step : NAN, out);
    fputc('}', out);
}

void forecast_json(const Forecast *f, FILE *out)
{
    fputs("{\"event\":\"forecast\"", out);
    put("flow", f->flow, out);
    put("decades_per_layer", f->decades_per_layer, out);
    put("gained", f->gained, out);
    put("gained_then", f->opened ? f->opened->gained : NAN, out);
    put("spread", f->spread, out);
    put("loss", f->loss, out);
    put("step_length", f->too_large ? NAN : f->step_length, out);
    fputs(",\"input\":", out);
    diag_json_string(f->input.from, out);
    fputs(",\"unread\":", out);
    if (f->input.why)
        diag_json_string(f->input.why, out);
    else
        fputs("null", out);
    fprintf(out, ",\"rough\":%s%s%s,\"layers\":[",
            f->rough ? "\"" : "", f->rough ? f->rough : "null", f->rough ? "\"" : "");
    for (int i = 0; i < f->n; i++) {
        fputs(i ? "," : "", out);
        put_layer(&f->layer[i], out);
    }
    fputs("]}\n", out);
}
