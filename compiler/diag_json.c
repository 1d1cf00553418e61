/* diag_json.c -- messages as JSON, one object a line. */
#include <string.h>

#include "diag_message.h"

/* Bytes that are not UTF-8 become U+FFFD: JSON has no other text. */
void diag_json_string(const char *text, FILE *out)
{
    const size_t size = strlen(text);

    putc('"', out);
    for (size_t i = 0; i < size;) {
        const int n = utf8_length(text + i, size - i);
        const unsigned char c = (unsigned char)text[i];
        if (n == 0)
            fputs("\\ufffd", out);
        else if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\u%04x", (unsigned)c);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else
            fwrite(text + i, 1, (size_t)n, out);
        i += n ? (size_t)n : 1;
    }
    putc('"', out);
}

/* "file":...,"line":...,  with null where there is no place */
static void put_place(Span at, FILE *out)
{
    if (!at.source) {
        fputs("\"file\":null,\"line\":null,\"column\":null", out);
        return;
    }
    const Place p = source_place(at.source, at.from);
    fputs("\"file\":", out);
    diag_json_string(at.source->path, out);
    fprintf(out, ",\"line\":%d,\"column\":%d", p.line, p.column);
}

static void put_end(Span at, FILE *out)
{
    if (!at.source) {
        fputs(",\"end_line\":null,\"end_column\":null", out);
        return;
    }
    const Place p = source_place(at.source, at.to);
    fprintf(out, ",\"end_line\":%d,\"end_column\":%d", p.line, p.column);
}

static void put_notes(const Message *m, FILE *out)
{
    fputs(",\"notes\":[", out);
    for (int i = 0; i < m->n_notes; i++) {
        fputs(i ? ",{" : "{", out);
        put_place(m->note[i].at, out);
        put_end(m->note[i].at, out);
        fputs(",\"message\":", out);
        diag_json_string(m->note[i].text, out);
        putc('}', out);
    }
    putc(']', out);
}

static void put_fix(const Message *m, FILE *out)
{
    fputs(",\"fix\":", out);
    if (m->n_fixes == 0) {
        fputs("null", out);
        return;
    }
    fputs("{\"edits\":[", out);
    for (int i = 0; i < m->n_fixes; i++) {
        fputs(i ? ",{" : "{", out);
        put_place(m->fix[i].at, out);
        put_end(m->fix[i].at, out);
        fputs(",\"replacement\":", out);
        diag_json_string(m->fix[i].text, out);
        putc('}', out);
    }
    fputs("]}", out);
}

void diag_print_json(const Diag *d, FILE *out)
{
    for (int i = 0; i < d->n; i++) {
        const Message *m = d->message[i];
        fprintf(out, "{\"event\":\"diagnostic\",\"severity\":\"%s\",\"code\":\"%s\",",
                severity_name(m->severity), diag_code(m->id));
        if (m->name)
            fprintf(out, "\"warning\":\"%s\",", m->name);
        if (m->gravity)
            fprintf(out, "\"gravity\":%d,", m->gravity);
        put_place(m->at, out);
        put_end(m->at, out);
        fputs(",\"message\":", out);
        diag_json_string(m->text, out);
        put_notes(m, out);
        put_fix(m, out);
        fputs("}\n", out);
    }
}
