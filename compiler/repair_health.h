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

typedef struct {
    double measure[N_AILMENTS], limit[N_AILMENTS];
    double penalty;                 /* what is over the limits; 0: healthy */
    double strain;                  /* all measures in units of their limits */
    double decades;                 /* log10 of the flow, or of that through time if it is worse */
} Health;

struct Sites;

/* Of a planned program with its forecast. */
Health health_of(const Compilation *c, const struct Sites *sites, Arena *a);
/* repair_warned.c: how many warnings netc check would give of it, but for mere advice. */
double warnings_of(const Compilation *c, Arena *a);
const char *ailment_name(AilmentId id);
bool health_ails(const Health *h, AilmentId id);
/* "12.0 decades are lost to the first layer" */
const char *ailment_words(const Health *h, AilmentId id, Arena *a);

#endif
