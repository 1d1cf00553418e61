/* clock.c -- seconds of a clock that only goes forward, and the date. */
#include "clock.h"

#include <time.h>

double rt_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double rt_seconds_since_1970(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

const char *rt_date(char text[RT_DATE])
{
    const time_t now = time(NULL);
    struct tm parts;

    if (!gmtime_r(&now, &parts) || !strftime(text, RT_DATE, "%Y-%m-%dT%H:%M:%SZ", &parts))
        text[0] = '\0';
    return text;
}
