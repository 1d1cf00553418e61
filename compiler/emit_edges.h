/* emit_edges.h -- which layer's output goes into which, for the graph that reports draw. */
#ifndef EMIT_EDGES_H
#define EMIT_EDGES_H

#include "emit.h"
#include "passes.h"

/* `edges`, a table of rt_edge. */
void emit_edges(Emit *out, const Program *program, Session *s);

#endif
