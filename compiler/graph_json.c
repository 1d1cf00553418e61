/* graph_json.c -- a program's units and the peak of its memory as one JSON object on one line. */
#include "graph_write.h"

#include <inttypes.h>

#include "work.h"

static void put_shape(const char *key, Shape s, FILE *out)
{
    fprintf(out, ",\"%s\":[", key);
    for (int i = 0; i < s.rank; i++)
        fprintf(out, "%s%" PRId64, i ? "," : "", s.dim[i]);
    fputc(']', out);
}

static void put_layers(const Drawing *d, const Graph *g, FILE *out)
{
    const double *work = graph_layer_work(g, d->arena);

    fputs(",\"layers\":[", out);
    for (int i = 0; i < g->n_layers; i++) {
        const Layer *layer = &g->layer[i];

        fprintf(out, "%s{\"name\":\"%s\",\"kind\":\"%s\"", i ? "," : "", layer->name, layer->kind);
        put_shape("out", layer->out, out);
        fprintf(out, ",\"parameters\":%" PRId64 ",\"multiply_adds\":%.0f}",
                graph_layer_parameters(layer), work[i]);
    }
    fputc(']', out);
}

static void put_calls(const Graph *g, FILE *out)
{
    fputs(",\"calls\":[", out);
    for (int i = 0; i < g->n_calls; i++) {
        const Node *call = &g->node[g->call[i]];

        fprintf(out, "%s{\"name\":\"%s\",\"unit\":\"%s\",\"times\":%d}", i ? "," : "",
                call->member, call->unit->name, call->count);
    }
    fputc(']', out);
}

static void put_unit(const Drawing *d, int i, FILE *out)
{
    const Graph *g = d->program->graph[i];

    fprintf(out, "{\"unit\":\"%s\",\"instances\":%" PRId64, g->name, d->instances[i]);
    put_shape("in", g->unit->in, out);
    put_shape("out", g->unit->out, out);
    fprintf(out, ",\"parameters\":%" PRId64 ",\"multiply_adds\":%.0f,\"recomputed\":%.0f",
            d->parameters[i], graph_multiply_adds(g, FORWARD), graph_recomputed(g));
    if (d->footprint)
        fprintf(out, ",\"memory_bytes\":%" PRId64 ",\"scratch_bytes\":%" PRId64,
                d->footprint[i].memory, d->footprint[i].scratch);
    put_layers(d, g, out);
    put_calls(g, out);
    fputc('}', out);
}

static void put_peak(const Drawing *d, FILE *out)
{
    const Peak peak = graph_peak(d);

    fprintf(out, ",\"batch\":%" PRId64 ",\"bytes\":{\"parameters\":%" PRId64 ",\"gradients\":%"
            PRId64 ",\"optimizer\":%" PRId64 ",\"memory\":%" PRId64 ",\"scratch\":%" PRId64
            ",\"total\":%" PRId64 "}", d->program->model->settings.batch, peak.parameters,
            peak.gradients, peak.optimizer, peak.memory, peak.scratch, peak.total);
}

void graph_json(const Drawing *d, FILE *out)
{
    fprintf(out, "{\"event\":\"graph\",\"name\":\"%s\"", d->program->model->name);
    if (d->footprint)
        put_peak(d, out);
    fputs(",\"units\":[", out);
    for (int i = d->program->n - 1; i >= 0; i--) {
        put_unit(d, i, out);
        if (i)
            fputc(',', out);
    }
    fputs("]}\n", out);
}
