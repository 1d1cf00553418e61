/* machine.c -- what a run ran on. */
#include "machine.h"

#include <stdio.h>
#include <string.h>

char *openblas_get_corename(void);

/* "model name : AMD EPYC 7763", with tabs */
static const char *value_of(char *line, const char *key)
{
    char *colon = strchr(line, ':');

    if (strncmp(line, key, strlen(key)) != 0 || !colon)
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return colon + 1 + strspn(colon + 1, " \t");
}

const char *rt_cpu(char text[RT_MACHINE])
{
    FILE *in = fopen("/proc/cpuinfo", "re");
    char line[512];
    const char *name = NULL;

    while (in && !name && fgets(line, sizeof line, in))
        name = value_of(line, "model name");
    snprintf(text, RT_MACHINE, "%s", name ? name : "unknown");
    if (in)
        fclose(in);
    return text;
}

const char *rt_blas_core(void) { return openblas_get_corename(); }

const char *rt_compiler(void)
{
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}
