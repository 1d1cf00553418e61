/* run_facts.h -- run.json: what a run is, on what it runs, and how it stands. */
#ifndef RT_RUN_FACTS_H
#define RT_RUN_FACTS_H

#include "position.h"
#include "run.h"

typedef struct {
    void *json;
} rt_run_facts;

/* How a run stands: "running", then "done", "stopped", "diverged" or "failed". */

/* The facts of a run that begins. */
bool rt_run_facts_new(rt_run_facts *f, const rt_run *run, int argc, char *const *argv, rt_error *e);

/* Those of DIR/run.json, to go on with: `run` has to be the same in all that its bits follow from.
 * Notes when and from where. */
bool rt_run_facts_resume(rt_run_facts *f, const char *directory, const rt_run *run,
                         const rt_position *at, rt_error *e);
void rt_run_facts_free(rt_run_facts *f);

/* Its settings, over the program's own. */
bool rt_run_facts_settings(const char *directory, const rt_model *model, rt_settings *set,
                           rt_error *e);

/* Does the command line change what a run that goes on has to keep?  `kept`: its settings; `asked`:
 * these and what was given. */
bool rt_run_facts_agree(const rt_model *model, const rt_settings *kept, const rt_settings *asked,
                        rt_error *e);

/* DIR/run.json, whole, with the status; exit_status only at an end, where it is >= 0. */
bool rt_run_facts_write(rt_run_facts *f, const char *directory, const char *status,
                        int exit_status, int64_t steps, rt_error *e);

#endif
