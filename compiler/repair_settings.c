/* repair_settings.c -- repairs of single settings of the training: eps, decay, warmup, batch. */
#include <math.h>
#include <string.h>

#include "repair_rules.h"

/* The argument of a setting that is written as a call, by its name. */
static const Arg *written_in(const Setting *s, const char *name)
{
    for (const Arg *a = s && s->value->kind == EXPR_CALL ? s->value->args : NULL; a; a = a->next)
        if (a->name && strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

/* Writes it where it is written, by its name. */
static bool set_written(Repair *r, const char *setting, const char *name, const char *text)
{
    const Arg *a = written_in(repair_setting(r->c->model->settings.decl, setting), name);

    return a && repair_value(r, a->value, name, NULL, text);
}

bool repair_eps(Repair *r, const char *how)
{
    return health_warns(r->health, "adam-eps") && set_written(r, "optimizer", "eps", how);
}

/* What is usual. */
bool repair_decay(Repair *r, const char *how)
{
    const Model *m = r->c->model;
    const bool adamw = word_is(&m->settings.optimizer, "ADAMW");
    const Setting *penalty = repair_setting(m->settings.decl, "regularize");
    const bool l2 = word_is(&m->settings.regularize, "L2");

    (void)how;
    if (!health_warns(r->health, "decay-too-high"))
        return false;
    if (adamw && value_arg(&m->settings.optimizer, "decay")->real > LARGE_DECAY)
        return set_written(r, "optimizer", "decay", "0.01");
    return l2 && penalty && penalty->value->kind == EXPR_CALL && penalty->value->args
        && value_arg(&m->settings.regularize, "l2")->real > USUAL_L2
        && repair_value(r, penalty->value->args->value, "l2", NULL, "1e-4");
}

/* A tenth of the run; the warning knows how long that is. */
bool repair_warmup(Repair *r, const char *how)
{
    const Settings *set = &r->c->model->settings;
    const int64_t samples = r->c->forecast->input.facts.samples, batch = set->batch;
    const int64_t steps = set->steps ? set->steps : set->epochs * ((samples + batch - 1) / batch);

    (void)how;
    return health_warns(r->health, "warmup-over-run") && steps >= 10
        && set_written(r, "schedule", "warmup",
                       arena_printf(r->s->arena, "%.0f", round_down((double)steps / 10)));
}

bool repair_batch(Repair *r, const char *how)
{
    const Setting *batch = repair_setting(r->c->model->settings.decl, "batch");

    return batch && health_warns(r->health, "batchnorm-batch")
        && repair_value(r, batch->value, "batch", NULL, how);
}
