/* flow_dump.c -- the forecast as plain numbers, for tests and comparisons (`--dump=flow`). */
#include <math.h>

#include "passes.h"

/* "-" is a number that there is not, or that is not finite. */
static void put_number(double x, int digits, FILE *out)
{
    if (isfinite(x))
        fprintf(out, " %.*g", digits, x);
    else
        fputs(" -", out);
}

static void put(const char *word, double x, int digits, FILE *out)
{
    fprintf(out, " %s", word);
    put_number(x, digits, out);
}

static void put_layer(const FlowLayer *l, FILE *out)
{
    fprintf(out, "%s %s", l->path, l->layer->kind);
    put("act", l->act_rms, 6, out);
    put("z", l->z_rms, 6, out);
    put("c", l->correlation, 4, out);
    put("delta", l->delta_rms, 6, out);
    put("grad", l->grad_norm, 6, out);
    put("spread", l->spread, 3, out);
    if (l->layer->steps) {
        put("first", l->first_rms, 6, out);
        put("last", l->last_rms, 6, out);
        put("step", l->decades_per_step, 6, out);
    }
    fputc('\n', out);
}

void flow_dump(const Forecast *f, FILE *out)
{
    fputs("flow", out);
    put_number(f->flow, 6, out);
    put("decades", f->decades_per_layer, 6, out);
    put("spread", f->spread, 3, out);
    put("loss", f->loss, 6, out);
    fprintf(out, " input %s\n", f->input.from);
    if (f->rough)
        fprintf(out, "rough %s\n", f->rough);
    for (int i = 0; i < f->n; i++)
        put_layer(&f->layer[i], out);
}
