/* replay_bits.h -- what keeping a step and running it again share. */
#ifndef RT_REPLAY_BITS_H
#define RT_REPLAY_BITS_H

#include "replay.h"

/* "FOLDER/NAME"; to be freed. */
char *rt_replay_file(const char *folder, const char *name);

/* Are the targets an array of their own: neither labels alone nor the input? */
bool rt_replay_has_target(const rt_model *m);

/* The bits of the loss, and a checksum of all gradients: "7ff8000000000000 1a2b3c4d". */
enum { RT_REPLAY_BITS = 32 };
const char *rt_replay_bits(const rt_run *run, double loss, char text[RT_REPLAY_BITS]);

#endif
