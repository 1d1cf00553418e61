/* sweep_json.c -- sweep.json: which sweep it is, and what its points are. */
#include "sweep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put_key(FILE *out, const char *before, const char *key)
{
    fputs(before, out);
    diag_json_string(key, out);
    fputs(": ", out);
}

static void put_text(FILE *out, const char *before, const char *key, const char *text)
{
    put_key(out, before, key);
    diag_json_string(text, out);
}

static void put_list(FILE *out, const char *const *text, int n)
{
    putc('[', out);
    for (int i = 0; i < n; i++) {
        fputs(i ? ", " : "", out);
        diag_json_string(text[i], out);
    }
    putc(']', out);
}

static void put_axes(const Sweep *s, FILE *out)
{
    put_key(out, ",\n  ", "axes");
    for (int k = 0; k < s->n_axes; k++) {
        put_text(out, k ? ",\n    { " : "[\n    { ", "name", s->axis[k].name);
        put_key(out, ", ", "values");
        put_list(out, s->text[k], s->axis[k].n);
        fputs(" }", out);
    }
    fputs("\n  ]", out);
}

/* How the programs are compiled, and what all of them are given. */
static void put_command(const Sweep *s, FILE *out)
{
    const Options *o = s->options;
    const char *cc = getenv("CC");
    int n = 0;

    put_key(out, ",\n  ", "define");
    for (int i = 0; i < o->n_defines; i++) {
        put_text(out, i ? ", " : "{ ", o->define[i].name, o->define[i].text);
    }
    fputs(o->n_defines ? " }" : "{}", out);
    put_text(out, ",\n  ", "cc", o->cc ? o->cc : cc && *cc ? cc : "cc");
    put_text(out, ",\n  ", "optimize", o->optimize);
    put_text(out, ",\n  ", "march", o->portable ? "portable" : o->march);
    put_text(out, ",\n  ", "gemm", o->gemm ? o->gemm : "auto");
    while (o->rest && o->rest[n])
        n++;
    put_key(out, ",\n  ", "program_options");
    put_list(out, (const char *const *)o->rest, n);
}

/* A program's hash leaves out its own numbers, which its points' `set` only differ from. */
static void put_numbers(const char *numbers, FILE *out)
{
    const char *gap = "";

    put_key(out, ",\n      ", "numbers");
    fputs("{ ", out);
    for (const char *line = numbers; *line; line += strcspn(line, "\n") + 1) {
        const int key = (int)strcspn(line, "="), n = (int)strcspn(line, "\n");
        fprintf(out, "%s\"%.*s\": \"%.*s\"", gap, key, line, n - key - 1, line + key + 1);
        gap = ", ";
    }
    fputs(" }", out);
}

static void put_programs(const Sweep *s, FILE *out)
{
    put_key(out, ",\n  ", "programs");
    fputs("[\n", out);
    for (int i = 0; i < s->n_programs; i++) {
        const SweepProgram *program = &s->program[i];
        fprintf(out, "    { \"file\": \"bin/%d\", \"hash\": \"%016" PRIx64 "%016" PRIx64 "\"",
                i + 1, program->hash[0], program->hash[1]);
        put_numbers(s->point[program->point].numbers, out);
        fputs(i + 1 < s->n_programs ? " },\n" : " }\n", out);
    }
    fputs("  ]", out);
}

static void put_point(const Sweep *s, const Point *p, FILE *out)
{
    put_text(out, "    { ", "name", p->name);
    put_key(out, ", ", "values");
    for (int k = 0; k < s->n_axes; k++)
        put_text(out, k ? ", " : "{ ", s->axis[k].name, s->text[k][p->choice[k]]);
    put_key(out, " },\n      ", "program");
    if (p->program < 0)
        fputs("null", out);
    else
        fprintf(out, "\"bin/%d\"", p->program + 1);
    put_key(out, ", ", "set");
    put_list(out, p->set, p->n_set);
    put_text(out, ", ", "run", arena_printf(s->arena, "runs/%s", p->name));
    fputs(" }", out);
}

void sweep_json(const Sweep *s, FILE *out)
{
    const char *slash = strrchr(s->source->path, '/');

    put_text(out, "{\n  ", "netc", NETC_VERSION);
    put_text(out, ",\n  ", "source", slash ? slash + 1 : s->source->path);
    put_text(out, ",\n  ", "name", s->name);
    put_axes(s, out);
    put_command(s, out);
    put_programs(s, out);
    put_key(out, ",\n  ", "points");
    fputs("[\n", out);
    for (int i = 0; i < s->n_points; i++) {
        put_point(s, &s->point[i], out);
        fputs(i + 1 < s->n_points ? ",\n" : "\n", out);
    }
    fputs("  ]\n}\n", out);
}
