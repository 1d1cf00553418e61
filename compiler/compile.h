/* compile.h -- from a source to C, a call a pass. */
#ifndef COMPILE_H
#define COMPILE_H

#include "passes.h"

typedef struct {
    const Source *source;
    const char *data;               /* the folder of the data files; NULL: the source's */
    const Define *define;
    int n_defines;
    const char **warning;           /* "unused", "no-unused", "error=unused", "all", "extra": of the
                                     * command line, in order */
    int n_warnings;
    const char *gemm;               /* "native" or "openblas" for all products; NULL: by shape */
    bool reuse;                     /* of scratch memory: see plan */
    File *file;                     /* what came out, as far as it went */
    Model *model;
    Program *program;
    InputMoments *input;            /* what the forecast starts with; NULL: to be read */
    Forecast *forecast;
    const char *c, *notes;
    size_t c_size, notes_size;
} Compilation;

/* Everything that can be wrong with the source: false after an error. */
bool compile_check(Compilation *c, Session *s);

/* The checked model as a planned program, and as C. */
void compile_plan(Compilation *c, Session *s);
void compile_emit(Compilation *c, Session *s);

/* What gradients will do: of a lowered program with a loss; and what that warns of. */
void compile_forecast(Compilation *c, Session *s);
void compile_warn(Compilation *c, Session *s);

/* The second unit, which a program is linked with: after the forecast. */
void compile_notes(Compilation *c, Session *s);

/* "model" or "train", if the source lacks that block and so cannot be built; else NULL. */
const char *compile_missing(const Compilation *c);

/* Prints a stage: ast, model, graph, schedule, plan, flow; as much of them as there is. */
void compile_dump(const Compilation *c, const char *stage, FILE *out);

#endif
