/* report.c -- the formats of reports. */
#include "report.h"

#include <string.h>

const rt_writer *rt_writer_named(const char *name)
{
    static const rt_writer *const writer[] = { &rt_text_writer, &rt_json_writer };
    for (size_t i = 0; i < sizeof writer / sizeof *writer; i++)
        if (!strcmp(writer[i]->name, name))
            return writer[i];
    return NULL;
}
