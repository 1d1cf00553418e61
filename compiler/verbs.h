/* verbs.h -- what netc does, a function a verb; each returns netc's exit status. */
#ifndef VERBS_H
#define VERBS_H

#include "options.h"
#include "process.h"

int verb_build(const Options *o, Arena *a);
int verb_run(const Options *o, Arena *a, Folder *folder);   /* in a folder that main removes */
int verb_check(const Options *o, Arena *a);
int verb_fmt(const Options *o, Arena *a);
int verb_expand(const Options *o, Arena *a);
int verb_explain(const Options *o);
int verb_diff(const Options *o, Arena *a);
int verb_suggest(const Options *o, Arena *a);
int verb_report(const Options *o, Arena *a);
int verb_graph(const Options *o, Arena *a);
int verb_export(const Options *o, Arena *a);
int verb_sweep(const Options *o, Arena *a);

#endif
