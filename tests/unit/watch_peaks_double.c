/* watch_peaks_double.c -- watch_peaks.c in double. */
#define RT_DOUBLE
#include "watch_peaks.c"
