/* event_hparams.h -- what TensorBoard's tab HParams shows of a run: numbers, and its end. */
#ifndef RT_EVENT_HPARAMS_H
#define RT_EVENT_HPARAMS_H

#include "event_file.h"

typedef struct {
    const char *name, *text;        /* "lr", "0.1": a number or true or false is one there, too */
    bool varies;                    /* from run to run: among the columns shown first */
} rt_hparam;

/* Each false where memory or the file failed.  The columns of the table: these, and the last
 * values of the scalars with these tags. */
bool rt_event_experiment(FILE *out, rt_moment at, const rt_hparam *hparam, size_t n,
                         const char *const *metric, size_t metrics);
bool rt_event_session_start(FILE *out, rt_moment at, const rt_hparam *hparam, size_t n);
bool rt_event_session_end(FILE *out, rt_moment at, bool success);

#endif
