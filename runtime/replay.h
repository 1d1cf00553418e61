/* replay.h -- a step that was not finite, kept in a folder, to be run again to the same bits.
 *
 * The folder holds weights.safetensors, batch.safetensors (x, labels, target as the pass had them;
 * settings, the seed, and what came out in its metadata) and step.json, which tells people and
 * programs what is known of it. */
#ifndef RT_REPLAY_H
#define RT_REPLAY_H

#include "report.h"
#include "run.h"

#define RT_REPLAY "nonfinite"       /* the folder's name in a run directory */

/* After rt_nonfinite_locate: the pass as it stands, into the folder in `directory`. */
bool rt_replay_save(const char *directory, const rt_run *run, double loss, rt_error *e);

/* `folder`: that one, or the run directory it is in. */

/* A run on the batch of a folder, with its weights; the settings of the pass go to *set. */
bool rt_replay_open(rt_run *run, const rt_model *model, const rt_notes *notes, rt_settings *set,
                    int threads, const char *folder, rt_error *e);

/* Runs the pass, and tells of each layer what of it is finite, and whether the bits are the same as
 * in the run.  *finite: no value was lost this time. */
bool rt_replay_run(rt_run *run, const char *folder, const rt_style *s, bool *finite, rt_error *e);

#endif
