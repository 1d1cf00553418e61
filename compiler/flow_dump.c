/* flow_dump.c -- the forecast as plain numbers, for tests and comparisons (`--dump=flow`). */
#include "passes.h"

void flow_dump(const Forecast *f, FILE *out)
{
    fprintf(out, "flow %.6g decades %.6g spread %.3g loss %.6g input %s\n", f->flow,
            f->decades_per_layer, f->spread, f->loss, f->input.from);
    if (f->rough)
        fprintf(out, "rough %s\n", f->rough);
    for (int i = 0; i < f->n; i++) {
        const FlowLayer *l = &f->layer[i];

        fprintf(out, "%s %s act %.6g z %.6g c %.4f delta %.6g grad %.6g spread %.3g", l->path,
                l->layer->kind, l->act_rms, l->z_rms, l->correlation, l->delta_rms, l->grad_norm,
                l->spread);
        if (l->layer->steps)
            fprintf(out, " first %.6g last %.6g step %.6g", l->first_rms, l->last_rms,
                    l->decades_per_step);
        fputc('\n', out);
    }
}
