/* terminal.c -- what the terminal behind a file can show. */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool rt_terminal_is_at(int file)
{
    const char *name = getenv("TERM");

    return isatty(file) && name && *name && strcmp(name, "dumb") != 0;
}

int rt_terminal_columns(int file, int otherwise)
{
    struct winsize size;

    return ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
}

bool rt_terminal_has_utf8(void)
{
    static const char *const name[] = { "LC_ALL", "LC_CTYPE", "LANG" };

    for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
        const char *value = getenv(name[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}
