/* json_line.c -- prints one JSON object a line; what is not finite becomes null and is listed. */
#include "json_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static void put_text(FILE *out, const char *text)
{
    putc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(out, "\\u%04x", *c);
        else
            putc(*c, out);
    }
    putc('"', out);
}

static void key_of(rt_json *j, const char *key)
{
    if (j->filled[j->depth])
        putc(',', j->out);
    j->filled[j->depth] = true;
    if (!key)
        return;
    put_text(j->out, key);
    putc(':', j->out);
}

void rt_json_begin(rt_json *j, FILE *out, const char *event)
{
    *j = (rt_json){ .out = out };
    j->lost_out = open_memstream(&j->lost, &j->lost_size);
    putc('{', out);
    rt_json_text(j, "event", event);
}

void rt_json_end(rt_json *j)
{
    fputs("}\n", j->out);
    fflush(j->out);
    if (j->lost_out)
        fclose(j->lost_out);
    free(j->lost);
}

void rt_json_open(rt_json *j, const char *key, char bracket)
{
    key_of(j, key);
    putc(bracket, j->out);
    j->filled[++j->depth] = false;
}

void rt_json_close(rt_json *j, char bracket)
{
    putc(bracket, j->out);
    j->depth--;
}

void rt_json_text(rt_json *j, const char *key, const char *value)
{
    if (!value) {
        rt_json_null(j, key);
        return;
    }
    key_of(j, key);
    put_text(j->out, value);
}

void rt_json_integer(rt_json *j, const char *key, int64_t value)
{
    key_of(j, key);
    fprintf(j->out, "%" PRId64, value);
}

void rt_json_unsigned(rt_json *j, const char *key, uint64_t value)
{
    key_of(j, key);
    fprintf(j->out, "%" PRIu64, value);
}

void rt_json_bool(rt_json *j, const char *key, bool value)
{
    key_of(j, key);
    fputs(value ? "true" : "false", j->out);
}

void rt_json_null(rt_json *j, const char *key)
{
    key_of(j, key);
    fputs("null", j->out);
}

/* 15 digits give back any number that was written with so many; 17 give back any double. */
void rt_json_number(rt_json *j, const char *key, double value)
{
    if (!isfinite(value)) {
        rt_json_null(j, key);
        return;
    }
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        const double back = strtod(text, NULL);
        if (!(back < value || back > value))
            break;
    }
    key_of(j, key);
    fputs(text, j->out);
}

void rt_json_measured(rt_json *j, const char *path, const char *key, double value)
{
    rt_json_number(j, key, value);
    if (isfinite(value) || !j->lost_out)
        return;
    char name[512];
    snprintf(name, sizeof name, "%s%s%s", path ? path : "", path && key ? "." : "",
             key ? key : "");
    if (ftell(j->lost_out) > 0)
        putc(',', j->lost_out);
    put_text(j->lost_out, name);
}

void rt_json_lost(rt_json *j, const char *key)
{
    key_of(j, key);
    if (j->lost_out)
        fflush(j->lost_out);
    fprintf(j->out, "[%s]", j->lost ? j->lost : "");
}
