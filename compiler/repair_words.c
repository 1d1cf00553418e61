/* repair_words.c -- what ails a net, in names and words. */
#include <math.h>
#include <string.h>

#include "repair_health.h"
#include "warn_row.h"

static const struct {
    const char *name, *warning;
    double weight;
    const char *words;
} ailment[N_AILMENTS] = {
#define AILMENT(id, name, warning, gravity, limit, weight, words) { name, warning, weight, words },
#include "ailments.def"
#undef AILMENT
};

double health_over(const Health *h, AilmentId id)
{
    return fmax(ailment[id].weight * (h->measure[id] / h->limit[id] - 1), 0);
}

const char *ailment_name(AilmentId id)
{
    return ailment[id].name;
}

bool health_ails(const Health *h, AilmentId id)
{
    return h->measure[id] > h->limit[id];
}

bool health_warns(const Health *h, const char *name)
{
    for (int i = 0; i < h->warned.n; i++)
        if (strcmp(h->warned.name[i], name) == 0)
            return true;
    return false;
}

bool health_ails_by_rate(const Health *h)
{
    return health_warns(h, "rate-too-high") || health_ails(h, AILMENT_RATE);
}

bool health_is_slow(const Health *h)
{
    return health_warns(h, "rate-too-low") || health_warns(h, "stagnation");
}

static bool is_told(const Health *h, const char *name)
{
    for (int i = 0; i < N_AILMENTS; i++)
        if (health_ails(h, (AilmentId)i) && strcmp(ailment[i].warning, name) == 0)
            return true;
    return false;
}

static const char *warnings_from(const Health *h, Meaning least, Arena *a)
{
    const char *text = "";

    for (int i = 0; i < h->warned.n; i++)
        if (!is_told(h, h->warned.name[i]) && warning_called(h->warned.name[i])->means >= least)
            text = arena_printf(a, "%s%s%s", text, *text ? ", " : "", h->warned.name[i]);
    return text;
}

const char *health_warnings(const Health *h, Arena *a)
{
    return warnings_from(h, ADVICE, a);
}

const char *health_failures(const Health *h, Arena *a)
{
    return warnings_from(h, FAILURE, a);
}

bool health_is_good(const Health *h)
{
    return !(h->penalty > 0) && !h->warned.unmended && !h->unread;
}

const char *ailment_words(const Health *h, AilmentId id, Arena *a)
{
    const char *names = id == AILMENT_WARNED ? health_warnings(h, a) : NULL, *text;

    if (names)
        return *names ? arena_printf(a, "netc check warns of %s", names) : "";
    if (id == AILMENT_VANISHING && h->bounded[id])
        return "no gradient arrives at the first layer";
    if (id == AILMENT_FORGETTING && h->bounded[id])
        return "no gradient arrives at the first step";
    if (id == AILMENT_FAINT && h->bounded[id])
        return "samples do not differ where the output layer reads them";
    text = arena_printf(a, ailment[id].words, h->measure[id]);
    if (!h->bounded[id])
        return text;
    return arena_printf(a, "%s, or %s", text, strstr(text, "10^-") ? "less" : "more");
}
