/* clock.h -- seconds of a clock that only goes forward, and the date. */
#ifndef RT_CLOCK_H
#define RT_CLOCK_H

double rt_seconds(void);
double rt_seconds_since_1970(void);

/* "2026-01-31T12:00:00Z" */
enum { RT_DATE = 32 };
const char *rt_date(char text[RT_DATE]);

#endif
