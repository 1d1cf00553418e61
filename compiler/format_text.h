/* format_text.h -- tokens and comments as the lines of the canonical form: what the files of the
 * formatter share. */
#ifndef FORMAT_TEXT_H
#define FORMAT_TEXT_H

#include "source.h"

enum {
    FORMAT_COLUMNS = 100,           /* a line is no longer, unless a word is */
    FORMAT_INDENT = 4,
    ATOM_COMMENT = -1
};

/* A token or a comment. */
typedef struct {
    int kind;                       /* of net.tab.h, or ATOM_COMMENT; 0 at the end */
    Span at;
    bool own_line;                  /* a comment with nothing before it on its line */
} Atom;

typedef enum { GROUP_NONE, GROUP_SETTINGS, GROUP_AXES, GROUP_PARAMS, GROUP_SAMPLE } Group;

/* A line of the output; or several, where a statement is broken. */
typedef struct {
    int indent;                     /* in columns */
    bool blank_before;
    const char *text;
    const char *comment;            /* behind it, or NULL */
    Group group;                    /* lines up with neighbours of the same group */
    int mark[2];                    /* where: byte offsets in text, rising; 0 is none */
} Row;

typedef struct {
    Arena *arena;
    const Source *source;
    Atom *atom;
    int n;                          /* without the end */
    int next;
    Row *row;
    int n_rows;
} Formatter;

/* ---- format_text.c ---- */

/* The atoms from .. to - 1 as a statement at `indent`; the offsets of the two atoms `marked` go to
 * mark, where they are in the first line. */
const char *format_atoms(const Formatter *f, int from, int to, Row *row, const int marked[2]);
int format_width(const char *text);             /* columns of its last line */

/* ---- format_align.c ---- */

char *format_rows(Formatter *f);                /* lined up, as one text */

#endif
