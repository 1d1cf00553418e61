/* build.h -- a source made into C, and C into a program: what `netc` and `netc run` share. */
#ifndef BUILD_H
#define BUILD_H

#include "session.h"

/* As far as C, or the stage that --dump names; prints the messages.  False: errors. */
bool build_c(Compilation *c, Session *s, const Options *o);

/* Not more C than there may be; false after a sentence. */
bool build_within_limit(const Compilation *c);

/* Writes the C, or runs the C compiler; an exit status. */
int build_product(const Compilation *c, const Session *s, const Options *o, const char *output);

#endif
