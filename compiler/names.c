/* names.c -- names from the source made safe as names in C. */
#include "names.h"

#include <string.h>

/* Words that are no plain identifier after `netrt.h` and its headers. */
static const char *const reserved[] = {
    "auto", "bool", "break", "case", "char", "const", "continue", "default", "do", "double",
    "else", "enum", "errno", "extern", "false", "float", "for", "goto", "i386", "if", "inline",
    "int", "linux", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "stderr", "stdin", "stdout", "struct", "switch", "true", "typedef", "union",
    "unix", "unsigned", "void", "volatile", "while", "math_errhandling",
};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < countof(reserved); i++)
        if (strcmp(reserved[i], name) == 0)
            return true;
    return false;
}

/* All capitals, digits and underscores: may be a macro (NAN, INT8_MAX). */
static bool is_capitals(const char *name)
{
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name);
}

Str c_name(Intern *names, const char *name)
{
    char safe[160];

    snprintf(safe, sizeof safe, "%s%s%s", name[0] == '_' ? "u" : "", name,
             is_reserved(name) || is_capitals(name) ? "_" : "");
    return intern(names, safe);
}

Str name_claim(NameSet *set, Intern *names, const char *name, Arena *a)
{
    Str safe = c_name(names, name);

    while (map_get(&set->taken, safe))
        safe = intern(names, arena_printf(a, "%s_", safe));
    map_put(&set->taken, safe, set, a);
    return safe;
}

Str c_constant(Intern *names, const char *name, Arena *a)
{
    char *upper = arena_printf(a, "%s", name);

    for (char *p = upper; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    return intern(names, upper);
}
