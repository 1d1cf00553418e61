/* depend.h -- the files that a source is made of, also as a rule for make (-MD). */
#ifndef DEPEND_H
#define DEPEND_H

#include "ast.h"

/* The file itself, then all that it imports, each once; NULL-terminated. */
const char *const *depend_sources(const File *file, Arena *a);

/* Writes OUTPUT.d, the output's suffix replaced; false after a sentence. */
bool depend_write(const File *file, const char *output, Arena *a);

#endif
