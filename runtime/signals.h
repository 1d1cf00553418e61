/* signals.h -- requests from outside: to stop, to write a checkpoint. */
#ifndef RT_SIGNALS_H
#define RT_SIGNALS_H

#include <stdbool.h>

/* From here on SIGINT and SIGTERM ask for a stop, and a second one stops at once; SIGUSR1 asks for
 * a checkpoint. */
void rt_signals_catch(void);

/* A closed pipe and a file-size limit become errors of the write that meets them. */
void rt_signals_ignore_writes(void);

/* The signal that asked for a stop, or 0. */
int rt_signal(void);

/* Was a checkpoint asked for since the last call? */
bool rt_signal_wants_checkpoint(void);

#endif
