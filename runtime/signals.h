/* signals.h -- a request from outside to stop. */
#ifndef RT_SIGNALS_H
#define RT_SIGNALS_H

/* From here on SIGINT and SIGTERM ask for a stop; a second one stops at once. */
void rt_signals_catch(void);

/* A closed pipe and a file-size limit become errors of the write that meets them. */
void rt_signals_ignore_writes(void);

/* The signal that asked for a stop, or 0. */
int rt_signal(void);

#endif
