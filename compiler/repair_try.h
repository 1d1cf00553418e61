/* repair_try.h -- a repair made and forecast: what a search for repairs is made of. */
#ifndef REPAIR_TRY_H
#define REPAIR_TRY_H

#include "repair_rules.h"

typedef struct {
    const Compilation *base;
    Session *s;
    const Sites *sites;             /* of the base */
    size_t room;                    /* of a candidate's text */
    Suggestions *found;
    double steps;                   /* the longest that a repair may leave */
    double each;                    /* work of a trial, by the base's */
    double left;                    /* work that may be done still */
} Search;

/* A source compiled for its forecast alone. */
typedef struct {
    Session s;
    Compilation c;
    const Sites *sites;
    Health health;
} Tried;

/* repair_work.c: of a forecast, in units of repair_limits.h. */
double repair_work(const Program *p);

/* May one more be tried?  Else it is counted as untried. */
bool repair_affords(Search *search);
/* The text that row i makes of a compiled source; NULL: none. */
const char *repair_make(Search *search, const Compilation *c, Session *s, const Sites *sites,
                        const Health *h, int i, const char **what);
/* Row i's text; false: it does not compile, and is no repair. */
bool repair_try(Search *search, const char *text, int i, InputMoments *input, Tried *t);
/* Writes down what is tried; false: there is no room. */
bool repair_keep(const Search *search, Candidate *c, const char *text, const char *what);
/* Steps that a repair would leave longer than may be become shorter with it, those that would get
 * nowhere longer. */
void repair_pace(Search *search, Tried *t, Candidate *c);

/* ---- repair_rank.c --------------------------------------------------------------------------- */
/* Better than a penalty of `least`, and it does no harm. */
bool repair_is_worth(const Search *search, const Health *after, double least);
/* As good as before, but for a warning. */
bool repair_is_tidier(const Search *search, int i, const Health *after);

#endif
