/* session.h -- a source under compilation: what every pass needs, and the messages at the end. */
#ifndef SESSION_H
#define SESSION_H

#include "compile.h"
#include "options.h"

/* Reads the source; false after a sentence. */
bool session_open(const char *path, const Options *o, Arena *a, Session *s, Compilation *c);

/* Prints the messages.  True if the source may be compiled: no error, no warning under -Werror. */
bool session_report(const Session *s, const Options *o, FILE *out);

#endif
