/* terminal.h -- what the terminal behind a file can show. */
#ifndef RT_TERMINAL_H
#define RT_TERMINAL_H

#include <stdbool.h>

/* Does the file lead to a terminal that takes more than plain lines? */
bool rt_terminal_is_at(int file);

/* Its columns; `otherwise` where it has none. */
int rt_terminal_columns(int file, int otherwise);

/* Does the environment promise UTF-8? */
bool rt_terminal_has_utf8(void);

#endif
