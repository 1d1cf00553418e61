/* html.h -- text of others inside a page: never as markup. */
#ifndef RT_HTML_H
#define RT_HTML_H

#include <stddef.h>
#include <stdio.h>

/* In an element or a quoted attribute; control characters, which HTML has none of, are left out. */
void rt_html_text(FILE *out, const char *text);
/* JSON inside a script element: '<' stands in strings alone, as \u003c. */
void rt_html_json(FILE *out, const char *json, size_t n);

#endif
