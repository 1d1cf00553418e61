/* repair_rules.h -- the functions behind the rows of repairs.def. */
#ifndef REPAIR_RULES_H
#define REPAIR_RULES_H

#include "repair.h"

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
