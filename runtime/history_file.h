/* history_file.h -- the records of a run in a file, from which a resumed one has its report. */
#ifndef RT_HISTORY_FILE_H
#define RT_HISTORY_FILE_H

#include <stdio.h>

#include "position.h"

/* The format is the machine's own: structs as they lie in memory, behind a head that tells their
 * sizes.  `seconds`: since the run began.  Errors stay in `out` (ferror). */
void rt_history_file_begin(FILE *out, const rt_net *net);
void rt_history_file_record(FILE *out, const rt_net *net, const rt_record *r, double seconds);
void rt_history_file_epoch(FILE *out, const rt_epoch *epoch, double seconds);

/* Appends what was recorded before the position to the history.  *length: the bytes of it, behind
 * which a kill may have left more; *seconds: at its end. */
bool rt_history_file_read(const char *path, const rt_position *at, rt_history *h, int64_t *length,
                          double *seconds, rt_error *e);

#endif
