/* csv.c -- comma-separated text cut into fields. */
#include "csv.h"

#include <stdio.h>
#include <string.h>

bool rt_csv_open(const rt_bytes *b, rt_csv *c, rt_error *e)
{
    const char *text = (const char *)b->data;
    *c = (rt_csv){.name = b->name, .at = text, .end = text + b->size, .line = 1};
    if (b->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        c->at += 3;
    while (b->cut && c->end > c->at && c->end[-1] != '\n')
        c->end--;
    while (c->end > c->at && (c->end[-1] == '\n' || c->end[-1] == '\r'))
        c->end--;
    if (c->at == c->end && b->cut && !memchr(c->at, '\n', b->size - (size_t)(c->at - text)))
        return rt_fail(e, "%s: the first line is longer than the %zu bytes that are read of it",
                       b->name, b->size);
    if (c->at == c->end)
        return rt_fail(e, "%s: holds nothing but empty lines", b->name);
    const char *zero = memchr(text, 0, b->size);
    return !zero || rt_fail_at(b, (size_t)(zero - text), e, "a zero byte, so this is no CSV text");
}

static bool at_line_end(const rt_csv *c)
{
    return c->at == c->end || *c->at == '\n'
        || (*c->at == '\r' && (c->at + 1 == c->end || c->at[1] == '\n'));
}

/* Steps over what ends a field: a comma, the end of the line or of the file. */
static bool end_field(rt_csv *c, rt_csv_field *f, rt_error *e)
{
    f->last = at_line_end(c);
    if (f->last) {
        while (c->at < c->end && *c->at == '\r')
            c->at++;
        c->line += c->at < c->end;
        c->at += c->at < c->end;
        return true;
    }
    if (*c->at != ',')
        return rt_fail(e, "%s:%zu: column %zu goes on after its closing quote", c->name, c->line,
                       f->column);
    c->at++;
    return true;
}

static bool quoted_field(rt_csv *c, rt_csv_field *f, rt_error *e)
{
    f->quoted = true;
    f->text = ++c->at;
    for (; c->at < c->end; c->at++) {
        c->line += *c->at == '\n';
        if (*c->at != '"')
            continue;
        if (c->at + 1 == c->end || c->at[1] != '"')
            break;
        c->at++;
    }
    if (c->at == c->end)
        return rt_fail(e, "%s:%zu: the quote that begins column %zu is not closed", c->name,
                       f->line, f->column);
    f->n = (size_t)(c->at - f->text);
    c->at++;
    return true;
}

static bool is_space(char c) { return c == ' ' || c == '\t'; }

static void bare_field(rt_csv *c, rt_csv_field *f)
{
    while (c->at < c->end && is_space(*c->at))
        c->at++;
    f->text = c->at;
    while (!at_line_end(c) && *c->at != ',')
        c->at++;
    f->n = (size_t)(c->at - f->text);
    while (f->n && is_space(f->text[f->n - 1]))
        f->n--;
}

bool rt_csv_next(rt_csv *c, size_t column, rt_csv_field *f, rt_error *e)
{
    *f = (rt_csv_field){.line = c->line, .column = column};
    if (c->at == c->end || *c->at != '"')
        bare_field(c, f);
    else if (!quoted_field(c, f, e))
        return false;
    return end_field(c, f, e);
}

int rt_csv_compare(const rt_csv_field *f, const char *text)
{
    for (size_t i = 0; i < f->n; i++, text++) {
        const unsigned char a = (unsigned char)f->text[i], b = (unsigned char)*text;
        if (a != b)
            return a < b ? -1 : 1;
        i += f->quoted && a == '"';
    }
    return *text ? -1 : 0;
}

void rt_csv_text(const rt_csv_field *f, char *text)
{
    for (size_t i = 0; i < f->n; i++) {
        *text++ = f->text[i];
        i += f->quoted && f->text[i] == '"';
    }
    *text = '\0';
}

const char *rt_csv_show(const rt_csv_field *f, char text[RT_CSV_SHOWN])
{
    const size_t shown = f->n <= 40 ? f->n : 37;
    char *at = text;
    for (size_t i = 0; i < shown; i++) {
        const unsigned char c = (unsigned char)f->text[i];
        if (c >= ' ' && c != 0x7f)                  /* UTF-8 passes; a cut character may end it */
            *at++ = (char)c;
        else
            at += snprintf(at, 5, "\\x%02x", c);
    }
    memcpy(at, f->n <= 40 ? "" : "...", f->n <= 40 ? 1 : 4);
    return text;
}
