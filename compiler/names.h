/* names.h -- names from the source made safe as names in C.
 *
 * A user's name stays as it is where C allows it, so that the C reads as the network.  C keywords,
 * names in capitals (macros) and names that begin with an underscore are changed, and a name that
 * is taken gets an underscore behind: never a counter, so that nothing else moves. */
#ifndef NAMES_H
#define NAMES_H

#include "intern.h"
#include "map.h"

/* A name as a member of a struct. */
Str c_name(Intern *names, const char *name);

/* Names taken in one scope; `claim` gives `name` or, where it is taken, `name_`, `name__`, ... */
typedef struct NameSet {
    Map taken;
} NameSet;
Str name_claim(NameSet *set, Intern *names, const char *name, Arena *a);

/* NAME in capitals, for an enum constant. */
Str c_constant(Intern *names, const char *name, Arena *a);

#endif
