/* sweep_scripts.c -- what runs the points: a script that runs one by its name, a Makefile that has
 * a target for each.
 *
 * make starts the script, which becomes the program: a signal to it reaches the program, once. */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

static const char *base_of(const Sweep *s)
{
    const char *slash = strrchr(s->source->path, '/');

    return slash ? slash + 1 : s->source->path;
}

/* As a comment: a name may hold anything but a newline. */
static void put_comment(FILE *out, const char *text)
{
    for (; *text; text++)
        putc((unsigned char)*text < ' ' ? '?' : *text, out);
}

void sweep_names(const Sweep *s, FILE *out)
{
    for (int i = 0; i < s->n_points; i++)
        fprintf(out, "%s\n", s->point[i].name);
}

void sweep_makefile(const Sweep *s, FILE *out)
{
    fputs("# Makefile -- the points of the sweep of ", out);
    put_comment(out, base_of(s));
    fputs(", a target each; written by netc.\n"
          "# make -j8 THREADS=1 runs eight at once, and goes on where it was; make NAME runs one.\n"
          "MAKEFLAGS += -k\n"
          "export THREADS\n"
          "\n"
          "points =", out);
    for (int i = 0; i < s->n_points; i++)
        if (s->point[i].program >= 0)
            fprintf(out, " \\\n\t%s", s->point[i].name);
    fputs("\n\n"
          ".PHONY: all $(points)\n"
          "all: $(points)\n"
          "\n"
          "$(points):\n"
          "\t@sh ./point $@\n", out);
}

/* ---- Words of a shell ---- */

static void put_word(FILE *out, const char *word)
{
    putc('\'', out);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (const char[]){ *word, '\0' }, out);
    putc('\'', out);
}

/* A path of the user's is relative to where netc runs, and the script runs elsewhere. */
static void put_path(FILE *out, const char *path)
{
    char *full = realpath(path, NULL);

    put_word(out, full ? full : path);
    free(full);
}

/* --data and --load name files; --load is for a run that begins. */
static void put_options(const Sweep *s, bool begins, FILE *out)
{
    for (char **word = s->options->rest; word && *word; word++) {
        const char *value;
        const ProgramWord kind = sweep_word(word, &value);

        if (begins == (kind == WORD_LOAD)) {
            putc(' ', out);
            if (kind == WORD_PLAIN) {
                put_word(out, *word);
            } else {
                fputs(kind == WORD_LOAD ? "--load " : "--data ", out);
                put_path(out, value);
            }
        }
        word += kind != WORD_PLAIN && value == word[1];
    }
}

/* The program that a point shares was compiled with the params of another. */
static void put_params(const Sweep *s, const Point *p, FILE *out)
{
    for (int k = 0; k < s->n_axes; k++) {
        if (s->axis[k].setting)
            continue;
        fputs(" --param ", out);
        put_word(out, arena_printf(s->arena, "%s=%s", s->axis[k].name, s->text[k][p->choice[k]]));
    }
}

static void put_points(const Sweep *s, FILE *out)
{
    fputs("case $name in\n", out);
    for (int i = 0; i < s->n_points; i++) {
        const Point *p = &s->point[i];
        if (p->program < 0)
            continue;
        fprintf(out, "%s) set -- bin/%d", p->name, p->program + 1);
        for (int k = 0; k < p->n_set; k++) {
            fputs(" --set ", out);
            put_word(out, p->set[k]);
        }
        put_params(s, p, out);
        fputs(" ;;\n", out);
    }
    fputs("*) echo \"point: there is no point '$name' that compiles\" >&2; exit 2 ;;\n"
          "esac\n", out);
}

void sweep_script(const Sweep *s, FILE *out)
{
    fputs("#!/bin/sh\n"
          "# point -- runs a point of the sweep of ", out);
    put_comment(out, base_of(s));
    fputs(" by its name, or goes on with it; written by netc.\n"
          "#     sh point NAME      THREADS=2 sh point NAME\n"
          "cd \"$(dirname \"$0\")\" || exit 1\n"
          "name=$1 run=runs/$1\n", out);
    put_points(s, out);
    fputs("# What has ended and left its summary is not run again.\n"
          "ended=$(sed -n 's/^  \"exit_status\": \\([0-9]\\{1,\\}\\).*/\\1/p' \"$run/run.json\""
          " 2> /dev/null)\n"
          "if [ \"$ended\" ] &&\n"
          "    grep -Eq '^  \"status\": \"(done|diverged)\"' \"$run/run.json\" 2> /dev/null &&\n"
          "    tail -n 1 \"results/$name.json\" 2> /dev/null |"
          " grep -q '^{\"event\":\"summary\"'; then\n"
          "    exit \"$ended\"\n"
          "fi\n"
          "if [ -e \"$run\" ]; then\n"
          "    set -- \"$@\" --resume \"$run\"\n"
          "else\n"
          "    set -- \"$@\" --out \"$run\"", out);
    put_options(s, true, out);
    fputs("\nfi\n"
          "exec \"$@\"", out);
    put_options(s, false, out);
    fprintf(out, "%s --json --quiet > \"results/$name.json\" 2> \"logs/$name.log\"\n",
            sweep_has_word(s, "--threads") ? "" : " --threads \"${THREADS:-1}\"");
}
