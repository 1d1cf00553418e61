/* settings.h -- the numbers of `train` and `observe` that a run can change. */
#ifndef RT_SETTINGS_H
#define RT_SETTINGS_H

#include <stdio.h>

#include "error.h"
#include "netrt.h"

/* Sets one number from its text, as `--set key=value` does.  False: the key is not known, this
 * program does not read it, or the value is out of range. */
bool rt_settings_set(rt_settings *set, const rt_model *model, const char *key, const char *value,
                     rt_error *e);

/* What no single number shows: pairs that exclude each other, a batch that does not fit. */
bool rt_settings_check(const rt_settings *set, const rt_model *model, rt_error *e);

/* The keys that this program reads, with their values: a line each. */
void rt_settings_print(FILE *out, const rt_settings *set, const rt_model *model);

/* Number *at of those that this program reads, and *at after it: its value as text that
 * rt_settings_set takes back, exact.  NULL behind the last. */
enum { RT_SETTING_TEXT = 512 };
const char *rt_settings_next(const rt_settings *set, const rt_model *model, int *at,
                             char value[RT_SETTING_TEXT]);

/* The name of a code that run.json has of a choice, "loss" or "schedule"; NULL: there is none. */
const char *rt_choice_name(const char *choice, int64_t code);

/* A whole number and a finite real, in full, as C writes them; false if `text` is anything else. */
bool rt_read_integer(const char *text, int64_t *out);
bool rt_read_real(const char *text, double *out);

#endif
