/* graph_write.h -- the units of a program with their sizes and their memory: for people, for
 * programs, and as a drawing. */
#ifndef GRAPH_WRITE_H
#define GRAPH_WRITE_H

#include "footprint.h"

/* What is written of a program. */
typedef struct {
    const Program *program;
    Arena *arena;
    const Footprint *footprint;     /* by number of the graph; NULL: no `train`, so no batch */
    int64_t *instances;             /* by number of the graph */
    int64_t *parameters;            /* by number of the graph: of one, with all that it calls */
} Drawing;

Drawing graph_drawing(const Program *p, bool is_planned, Arena *a);
int graph_index(const Program *p, const Graph *g);

int64_t graph_layer_parameters(const Layer *layer);

/* Multiply-adds of a sample in the forward pass, by index of the layer. */
double *graph_layer_work(const Graph *g, Arena *a);

/* Those of the forward pass that the unit's own backward pass computes once more: `checkpoint`. */
double graph_recomputed(const Graph *g);

/* The whole program's, at the compiled batch. */
typedef struct {
    int64_t parameters, gradients, optimizer, memory, scratch, total;   /* bytes */
} Peak;
Peak graph_peak(const Drawing *d);

void graph_text(const Drawing *d, FILE *out);
void graph_json(const Drawing *d, FILE *out);
void graph_dot(const Drawing *d, FILE *out);

#endif
