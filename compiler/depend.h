/* depend.h -- the sources of an output as a rule for make (-MD). */
#ifndef DEPEND_H
#define DEPEND_H

#include "ast.h"

/* Writes OUTPUT.d, the output's suffix replaced; false after a sentence. */
bool depend_write(const File *file, const char *output, Arena *a);

#endif
