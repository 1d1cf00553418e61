/* repair_clip.c -- repairs of a clip that cuts every step: a wider one, or none. */
#include "repair_rules.h"

/* About what the norm of the gradient starts with cuts bursts only. */
bool repair_wider_clip(Repair *r, const char *how)
{
    const Setting *clip = repair_setting(r->c->model->settings.decl, "clip");
    const double limit = forecast_clip(r->c->forecast);
    const char *value = *how ? how : arena_printf(r->s->arena, "global_norm(%s)",
                                                  real_text(limit, r->s->arena));

    return clip && limit > 0 && health_warns(r->health, "clip-small")
        && repair_value(r, clip->value, "clip", NULL, value);
}
