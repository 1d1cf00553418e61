/* repair_rules.h -- the rows of repairs.def: their groups, and the functions behind them. */
#ifndef REPAIR_RULES_H
#define REPAIR_RULES_H

#include "repair.h"

/* Of two rows of one group only one is taken at a time. */
typedef enum {
    GROUP_DATA, GROUP_ACTIVATION, GROUP_OUTPUT, GROUP_CELL, GROUP_NORM, GROUP_RESIDUAL, GROUP_INIT,
    GROUP_BIAS, GROUP_SIZE, GROUP_CLIP, GROUP_SETTING, GROUP_TIDY, GROUP_RATE
} Group;

enum {
#define REPAIR(name, ...) + 1
    N_REPAIRS = 0
#include "repairs.def"
    , NO_REPAIR = -1
#undef REPAIR
};

/* repair_try.c: of row i of repairs.def; are there two of them? */
Group repair_group(int i);
const char *repair_name(int i);     /* NULL: NO_REPAIR's */
bool repair_is_pair(const Candidate *c);
/* repair_rank.c: best first. */
void repairs_rank(Suggestions *found);

/* repair_layers.c: of an activation that is a statement of its own. */
bool repair_replace_layer(Repair *r, const Site *site, const char *text);

RepairRule repair_activation, repair_init, repair_norm, repair_width,
           repair_no_bias;                                                  /* repair_layers.c */
RepairRule repair_residual, repair_scale, repair_depth;                     /* repair_shape.c */
RepairRule repair_linear_output, repair_wider_layer, repair_learned_scale,
           repair_lighter_dropout, repair_output_bias;                      /* repair_output.c */
RepairRule repair_eps, repair_decay, repair_warmup, repair_batch;           /* repair_settings.c */
RepairRule repair_wider_clip;                                               /* repair_clip.c */
RepairRule repair_normalize;                                                /* repair_data.c */
RepairRule repair_cell, repair_identity_rnn, repair_recurrent_init, repair_forget_bias,
           repair_clip, repair_rate;                                        /* repair_training.c */

#endif
