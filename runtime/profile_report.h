/* profile_report.h -- the time by layer and direction, as a table or as an event. */
#ifndef RT_PROFILE_REPORT_H
#define RT_PROFILE_REPORT_H

#include "profile.h"
#include "report.h"

/* `peak` in GFLOP/s, of so many threads.  Both sort the times of the steps. */
void rt_profile_text(rt_profile *p, int threads, double peak, const rt_style *s);
void rt_profile_json(rt_profile *p, int threads, double peak, const rt_style *s);

#endif
