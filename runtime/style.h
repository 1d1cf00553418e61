/* style.h -- how the report of a run looks: colour, characters, columns. */
#ifndef RT_STYLE_H
#define RT_STYLE_H

#include "options.h"
#include "report.h"

/* By the options, and by what standard output leads to. */
rt_style rt_style_of(const rt_options *o);

#endif
