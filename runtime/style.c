/* style.c -- how the report of a run looks: colour, characters, columns. */
#include "style.h"

#include <stdlib.h>
#include <unistd.h>

#include "terminal.h"

enum { WIDTH = 80, MOST_WIDTH = 120 };

static bool wants_color(const rt_options *o)
{
    const char *no = getenv("NO_COLOR");

    if (o->color != RT_COLOR_AUTO)
        return o->color == RT_COLOR_ALWAYS;
    return rt_terminal_is_at(STDOUT_FILENO) && !(no && *no);
}

/* A file or pipe gets the same bytes wherever it is written; a terminal what it can show. */
static bool wants_utf8(void)
{
    return !isatty(STDOUT_FILENO) || rt_terminal_has_utf8();
}

/* A terminal's own, as far as tables can use them. */
static int width_of(const rt_options *o)
{
    const int columns = rt_terminal_columns(STDOUT_FILENO, WIDTH);

    if (o->width)
        return (int)o->width;
    return !isatty(STDOUT_FILENO) ? WIDTH : columns < RT_LEAST_WIDTH ? RT_LEAST_WIDTH
         : columns < MOST_WIDTH ? columns : MOST_WIDTH;
}

rt_style rt_style_of(const rt_options *o)
{
    return (rt_style){ .out = stdout, .color = wants_color(o), .utf8 = wants_utf8(),
                       .full = o->full, .width = width_of(o) };
}
