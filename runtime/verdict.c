/* verdict.c -- judges a run: the gravest verdicts first. */
#include <stdlib.h>
#include <string.h>

#include "findings.h"

rt_verdict *rt_find(Findings *f, const char *verdict, int layer, int gravity)
{
    if (f->n == RT_FINDINGS)
        return NULL;
    rt_verdict *v = &f->v[f->n++];
    *v = (rt_verdict){ .layer = layer, .verdict = verdict, .gravity = gravity };
    return v;
}

bool rt_has_found(const Findings *f, const char *verdict)
{
    for (int i = 0; i < f->n; i++)
        if (!strcmp(f->v[i].verdict, verdict))
            return true;
    return false;
}

/* Among equals, in the order found. */
static int copy_sorted(const Findings *f, rt_verdict *out, int max)
{
    int n = 0;
    for (int gravity = 3; gravity > 0; gravity--)
        for (int i = 0; i < f->n && n < max; i++)
            if (f->v[i].gravity == gravity)
                out[n++] = f->v[i];
    return n;
}

int rt_verdicts(const rt_history *h, rt_verdict *out, int max)
{
    Findings *f = calloc(1, sizeof *f);
    if (!f)
        return 0;
    f->h = h;
    rt_judge_net(f);
    rt_judge_layers(f);
    const int n = copy_sorted(f, out, max);
    free(f);
    return n;
}
