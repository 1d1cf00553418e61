/* verb_explain.c -- netc explain NET0203, netc explain vanishing-gradient: the lesson behind a
 * message. */
#include "verbs.h"

int verb_explain(const Options *o)
{
    if (diag_explain(o->file[0], stdout))
        return EXIT_FINE;
    fprintf(stderr, "netc: there is no message with the code '%s', nor a warning of that name\n",
            o->file[0]);
    return EXIT_USAGE;
}
