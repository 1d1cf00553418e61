/* repair.h -- repairs of a net whose gradients do not flow: edits of its source, each tried by a
 * forecast of what it gives (`netc suggest`).
 *
 * A repair is a row of repairs.def and a function, which makes the edits or says that it does not
 * apply.  Two of them one after the other are a pair: the second one reads what the first made. */
#ifndef REPAIR_H
#define REPAIR_H

#include "compile.h"
#include "edit.h"
#include "gauss.h"
#include "repair_health.h"
#include "repair_limits.h"

/* ---- Where the layers of a model stand in the source: repair_sites.c ------------------------- */

/* A statement of the model, with all places where a repeat or a block puts it. */
typedef struct {
    const Item *item;               /* of the first place */
    const Stmt *stmt;
    const Items *list;              /* that it stands in there */
    int at;                         /* in the list */
    int places;
    bool weighted;                  /* dense, convolution, recurrent */
    bool output;                    /* the last of those, outside of repeats and blocks */
    bool behind_output;
    int skips;                      /* places that a residual goes around */
    bool skipped;                   /* most of them */
    bool ends_skip;                 /* ... whose body has no weights behind it */
    bool held;                      /* a norm follows it, before the next weights: */
    bool normed;                    /* a batchnorm */
    bool feeds;                     /* weights read an activation that is a layer of its own */
    bool bends;                     /* goes through an activation that is not linear: */
    Act act;
    const Item *act_item;           /* a layer behind it; NULL: its own */
} Site;

typedef struct Sites {
    Site **site;
    int n;
    Map by_stmt;
} Sites;

Sites *sites_of(const Model *model, Arena *a);
/* Has weights of its own behind it: neither the output layer nor after it. */
bool site_hidden(const Site *site);
bool site_is(const Site *site, LayerKind kind);

/* ---- A repair at work ------------------------------------------------------------------------ */

/* What a repair sets: "init = he_normal", in one layer or several. */
typedef struct {
    const char *key, *value;
    const char *layers;             /* "a, b" */
    int n;
} Said;

typedef struct {
    const Compilation *c;           /* checked, planned, forecast */
    Session *s;
    const Sites *sites;
    const Health *health;
    Edits edits;
    const char *what;               /* what they do, in words: "phi = tanh" */
    Said *said;                     /* values, by key and value: they follow it */
    int n_said;
    const char *imported;           /* a file that would have to be edited, but is imported */
} Repair;

/* False: it does not apply. */
typedef bool RepairRule(Repair *r, const char *how);

/* ---- repair_edit.c --------------------------------------------------------------------------- */
void repair_say(Repair *r, const char *format, ...) PRINTF(2, 3);   /* once */
/* All of it: where a key has several values, with the layers of each. */
const char *repair_words(const Repair *r);
bool repair_may_edit(Repair *r, Span at);       /* false in an imported file */
/* Writes `text` for the value of an expression: where it is a param or a let of this file, there;
 * `name` is what it is the value of, `layer` whose (NULL: no layer's).  What two layers share has
 * the value that the first of them wants. */
bool repair_value(Repair *r, const Expr *e, const char *name, const char *layer, const char *text);
/* The same for an argument of a layer by its name, written or not. */
bool repair_argument(Repair *r, const Site *site, const char *name, const char *text);
/* A further one, which the layer does not have. */
void repair_add_argument(Repair *r, const Site *site, const char *name, const char *text);
/* Takes an argument out of the brackets, if it is written. */
bool repair_drop_argument(Repair *r, const Site *site, const char *name);
const Arg *repair_find_argument(const Site *site, const char *name);
const char *repair_text(const Repair *r, Span at);      /* of the source */
/* The blanks before `at` on its line; NULL if it does not stand first there. */
const char *repair_indent(const Repair *r, uint32_t at);
/* Statements of their own behind one, on lines of their own where it has one: "batchnorm; relu;" */
void repair_follow(Repair *r, const Stmt *s, const char *const *statement, int n);
/* A setting of a block as it is written; NULL: it is not. */
const Setting *repair_setting(const Decl *d, const char *key);
/* A further one on a line behind `after`, its `=` under that one's; true. */
bool repair_add_setting(Repair *r, const Setting *after, const char *key, const char *value);
/* `head {` and `}` around the statements first .. last. */
bool repair_wrap(Repair *r, const Stmt *first, const Stmt *last, const char *head);

/* ---- The whole ------------------------------------------------------------------------------- */

/* One repair, or two: better than the net as it is, and than each of the two. */
typedef struct {
    int row[2];                     /* of repairs.def; the second may be -1 */
    const char *name[2];            /* as there; the second may be NULL */
    char *what, *text;              /* in words; the edited source */
    Health health;                  /* of what it gives */
    int added, removed;             /* lines */
} Candidate;

typedef struct {
    const Compilation *c;
    Health health;                  /* as it is */
    Candidate candidate[MOST_CANDIDATES];
    int n;                          /* best first */
    bool all;                       /* were tried, as --full says */
    int tried;                      /* forecasts */
    int untried;                    /* repairs and pairs that would have taken too long */
    const char *imported;           /* a file that would have to be edited, or NULL */
} Suggestions;

/* Of a compilation that is checked, planned and forecast; `all`: however long it takes. */
Suggestions *repairs_find(const Compilation *c, bool all, Session *s);

/* ---- repair_text.c, repair_json.c ------------------------------------------------------------ */
void repairs_text(const Suggestions *found, Arena *a, FILE *out);
void repairs_json(const Suggestions *found, FILE *out);

#endif
