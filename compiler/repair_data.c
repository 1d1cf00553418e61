/* repair_data.c -- repairs of the data block: inputs of mean 0 and deviation 1. */
#include <string.h>

#include "repair_rules.h"
#include "warn_row.h"

static bool reads_words(const Repair *r)
{
    for (int i = 0; i < r->sites->n; i++)
        if (site_is(r->sites->site[i], LAYER_EMBEDDING))
            return true;
    return false;
}

/* `data = source;` becomes `data { train = source; normalize = standard; }`. */
static bool open_block(Repair *r, const Decl *d)
{
    const char *text = d->at.source->text;
    const uint32_t equals = d->value->at.from;
    uint32_t from = equals;

    while (from > d->whole.from && text[from] != '=')
        from--;
    edit_replace(&r->edits, (Span){ d->at.source, from, equals }, "{ train = ");
    edit_insert(&r->edits, d->value->at.to + (uint32_t)strcspn(text + d->value->at.to, ";") + 1,
                " normalize = standard; }");
    return true;
}

/* As in a table whose columns have units; pixels between 0 and 1 are near enough. */
static bool is_far(const InputMoments *in)
{
    return inputs_are_large(in) || in->square < SMALL_INPUTS * SMALL_INPUTS;
}

/* Inputs far from mean 0 and deviation 1 make the first layer's sums and gradient as large. */
bool repair_normalize(Repair *r, const char *how)
{
    const Decl *d = r->c->model->data.decl;
    const Setting *set = repair_setting(d, "normalize");
    const Setting *train = repair_setting(d, "train"), *scale = repair_setting(d, "scale");

    (void)how;
    if (!d || !r->c->forecast->input.facts.read || r->c->model->data.normalize == 1
        || r->c->model->target.kind == TARGET_INPUT || !is_far(&r->c->forecast->input)
        || reads_words(r) || !repair_may_edit(r, d->at))
        return false;
    if (scale) {
        edit_replace(&r->edits, (Span){ d->at.source, scale->key_at.from, scale->at.to },
                     "normalize = standard");
        repair_say(r, "normalize = standard in place of scale");
        return true;
    }
    if (set)
        return repair_value(r, set->value, "normalize", NULL, "standard");
    if (train)
        return repair_add_setting(r, train, "normalize", "standard");
    repair_say(r, "normalize = standard");
    return d->value && open_block(r, d);
}
