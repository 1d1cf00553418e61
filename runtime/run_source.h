/* run_source.h -- the source that a program was compiled from, as run.json has it. */
#ifndef RT_RUN_SOURCE_H
#define RT_RUN_SOURCE_H

#include "error.h"
#include "netrt.h"

/* Other values of params, each "NAME=VALUE", in *told, a copy of the notes whose list of params is
 * to be freed: a program that points of a sweep share was compiled with those of one of them.
 * False: it has no such param. */
bool rt_run_params(rt_notes *told, const char *const *given, int n, rt_error *e);

/* A JSON value (jansson's): the file, its text and SHA-256, the params, what it imports; null of a
 * program without notes. */
void *rt_run_source(const rt_notes *notes);

/* Is a source of run.json the one that these notes are of?  Where either is not known, it is. */
bool rt_run_source_is(const void *kept, const rt_notes *notes);

#endif
