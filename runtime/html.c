/* html.c -- text of others inside a page: never as markup. */
#include "html.h"

static const char *entity(char c)
{
    switch (c) {
    case '&':  return "&amp;";
    case '<':  return "&lt;";
    case '>':  return "&gt;";
    case '"':  return "&quot;";
    case '\'': return "&#39;";
    }
    return NULL;
}

void rt_html_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        const char *name = entity(*text);
        if (name)
            fputs(name, out);
        else if ((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t')
            putc(*text, out);
    }
}

void rt_html_json(FILE *out, const char *json, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (json[i] == '<')
            fputs("\\u003c", out);
        else
            putc(json[i], out);
    }
}
