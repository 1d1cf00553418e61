/* cc.h -- from C to a program: the C compiler and the linker. */
#ifndef CC_H
#define CC_H

#include "arena.h"

typedef struct {
    const char *stem;               /* "deep": names of the files that the compiler sees */
    const char *c, *notes;          /* the program; the lines of its source */
    size_t c_size, notes_size;
    bool is_double;                 /* the program itself is in double precision */
    bool object;                    /* stop at an object file, without the notes */
    bool lean;                      /* for training alone: no copy in double, no symbols */
    const char *output;
    const char *const *source;      /* what must not be overwritten, as of output_start */
    const char *command;            /* the C compiler and its first arguments; NULL: $CC, else cc */
    const char *optimize, *march;   /* "-O3"; "native", or "none" */
    bool portable;
    bool verbose, dry_run;
} CcJob;

typedef enum { CC_DONE, CC_FAILED, CC_NO_OUTPUT } CcResult;

/* Compiles and links; says what went wrong on standard error.  The output is written whole or not
 * at all.  A signal that ends netc ends it here, with nothing left behind. */
CcResult cc_build(const CcJob *job, Arena *a);

#endif
