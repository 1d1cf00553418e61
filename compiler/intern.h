/* intern.h -- one copy of each text, so that names compare by pointer. */
#ifndef INTERN_H
#define INTERN_H

#include "arena.h"

typedef struct Intern Intern;

Intern *intern_new(Arena *a);
Str intern(Intern *t, const char *text);
Str intern_n(Intern *t, const char *text, size_t n);

#endif
