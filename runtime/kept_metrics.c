/* kept_metrics.c -- the curves of a run: metrics.jsonl. */
#include <stdlib.h>
#include <string.h>

#include "kept.h"

static bool add_step(rt_kept *k, const json_t *x, int64_t step, rt_error *e)
{
    rt_kept_step *list = rt_kept_grow(k->step, k->n_steps, sizeof *list, e);

    if (!list)
        return false;
    k->step = list;
    list[k->n_steps++] = (rt_kept_step){
        .step = step, .loss = rt_kept_number(x, "loss"), .rate = rt_kept_number(x, "lr"),
        .accuracy = rt_kept_number(x, "accuracy"), .norm = rt_kept_number(x, "grad_norm"),
        .norm_clipped = rt_kept_number(x, "grad_norm_clipped"),
        .clipped = json_is_true(json_object_get(x, "clipped")) };
    return true;
}

static bool add_epoch(rt_kept *k, const json_t *x, int64_t step, rt_error *e)
{
    rt_kept_epoch *list = rt_kept_grow(k->epoch, k->n_epochs, sizeof *list, e);

    if (!list)
        return false;
    k->epoch = list;
    list[k->n_epochs++] = (rt_kept_epoch){
        .epoch = json_integer_value(json_object_get(x, "epoch")), .step = step,
        .loss_train = rt_kept_number(x, "loss_train"), .loss_test = rt_kept_number(x, "loss_test"),
        .accuracy_train = rt_kept_number(x, "accuracy_train"),
        .accuracy_test = rt_kept_number(x, "accuracy_test") };
    return true;
}

static bool add(rt_kept *k, const rt_kept_lines *l, const json_t *x, rt_error *e)
{
    const char *event = rt_kept_text(x, "event");
    const json_t *at = json_object_get(x, "step");
    const int64_t step = json_integer_value(at);

    if (!json_is_integer(at) || step < 0)
        return rt_kept_lines_fail(l, "has no step", e);
    if (!strcmp(event, "epoch"))
        return add_epoch(k, x, step, e);
    if (strcmp(event, "step") != 0)
        return rt_kept_lines_fail(l, "is of neither a step nor an epoch", e);
    if (k->n_steps && k->step[k->n_steps - 1].step >= step)
        return rt_kept_lines_fail(l, "its step does not come after the one before", e);
    return add_step(k, x, step, e);
}

bool rt_kept_read_metrics(rt_kept *k, rt_error *e)
{
    rt_kept_lines l;
    bool ok = rt_kept_lines_open(&l, k, "metrics.jsonl", e);

    for (size_t n; ok && (n = rt_kept_lines_next(&l));) {
        json_t *object = rt_kept_lines_object(&l, n, e);
        ok = object && add(k, &l, object, e);
        json_decref(object);
    }
    ok = ok && rt_kept_lines_ended(&l, e);
    rt_kept_lines_close(&l);
    return ok;
}
