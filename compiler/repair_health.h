/* repair_health.h -- how far a net is from one that trains, by its forecast. */
#ifndef REPAIR_HEALTH_H
#define REPAIR_HEALTH_H

#include "compile.h"

typedef enum {
#define AILMENT(id, ...) AILMENT_##id,
#include "ailments.def"
#undef AILMENT
    N_AILMENTS
} AilmentId;

/* What netc check warns of, by the names of warnings.def. */
typedef struct {
    const char *name[64];
    int n;
    int counted, unmended;          /* that mean failure, and what no edit of the net helps */
} Warned;

typedef struct {
    double measure[N_AILMENTS], limit[N_AILMENTS];
    bool bounded[N_AILMENTS];       /* the measure is the most that is told apart */
    double penalty;                 /* what is over the limits; 0: healthy */
    double strain;                  /* all measures in units of their limits */
    Warned warned;
    double step_length;             /* over what such a net bears */
    bool wants_longer;              /* steps, though no warning says so */
    double decades;                 /* log10 of the flow, or of that through time if it is worse */
    bool unbounded;                 /* a recurrent cell that nothing bounds */
    bool rough;                     /* the forecast is */
    bool unread;                    /* the data could not be read */
    bool unknown;                   /* they are more than can be told: nothing arrives */
} Health;

enum { HEALTH_LOST = 60 };          /* decades, where nothing arrives */

struct Sites;

/* Of a planned program with its forecast. */
Health health_of(const Compilation *c, const struct Sites *sites, Session *s);
/* repair_warned.c: what netc check warns of; whether it would say that a rate is too high, or note
 * it. */
Warned warnings_of(const Compilation *c, Session *s);
bool warned_of_rate(const Compilation *c, double rate, Arena *a);
/* It would say so under -Wextra. */
bool noted_of(const Compilation *c, const char *name, Arena *a);
const char *ailment_name(AilmentId id);
bool health_ails(const Health *h, AilmentId id);
/* netc check warns of it. */
bool health_warns(const Health *h, const char *name);
/* Over the limit of the rate, or warned of it. */
bool health_ails_by_rate(const Health *h);
/* Warned of a rate by which the run gets nowhere. */
bool health_is_slow(const Health *h);
/* What it adds to the penalty. */
double health_over(const Health *h, AilmentId id);
/* "12.0 decades are lost to the first layer"; "": other ailments say it all */
const char *ailment_words(const Health *h, AilmentId id, Arena *a);
/* Nothing keeps it from training, as far as this tells. */
bool health_is_good(const Health *h);
/* Names of warnings that no ailment over its limit has, "clip-small, loss-init"; and of those the
 * ones that mean failure. */
const char *health_warnings(const Health *h, Arena *a);
const char *health_failures(const Health *h, Arena *a);

#endif
