/* options_fit.h -- between options.c, which reads words, and options_fit.c. */
#ifndef OPTIONS_FIT_H
#define OPTIONS_FIT_H

#include "options.h"

/* Says what is wrong with the command line; returns false. */
bool usage(const char *format, ...) PRINTF(1, 2);

/* False after a sentence. */
bool options_fit(const Options *o);

#endif
