/* verb_explain.c -- netc explain NET0203: the lesson behind a message. */
#include "verbs.h"

int verb_explain(const Options *o)
{
    if (diag_explain(o->file[0], stdout))
        return EXIT_FINE;
    fprintf(stderr, "netc: there is no message with the code '%s'\n", o->file[0]);
    return EXIT_USAGE;
}
