/* check.h -- the parts of check.c, a file each. */
#ifndef CHECK_H
#define CHECK_H

#include "eval.h"
#include "globals.h"

typedef struct {
    Session *s;
    Model *model;
    Globals *globals;
    const Define *define;
    int n_defines;
    const Decl **decl;              /* params, lets and blocks, those of imports first */
    int n_decls;
    const Decl *current;            /* being evaluated */
    bool lost;                      /* a file could not be read in whole */
    Map declared;                   /* name to Decl: all of them, to know what comes later */
} Checker;

/* Follows the imports of `file`; fills c->decl, c->lost and File.imported. */
void check_imports(Checker *c, File *file);

/* params, lets, blocks: c->globals. */
void check_declarations(Checker *c);

/* The sections of a file, once each.  A value of kind NONE or ERROR is left where nothing fits. */
void check_data(Checker *c, const Decl *d);
void check_train(Checker *c, const Decl *d);
void check_observe(Checker *c, const Decl *d);
void check_expect(Checker *c, const Decl *d);
void check_sweep(Checker *c, const Decl *d);
void check_allow(Checker *c, const Decl *d);

/* The settings of a section bound to its signature; NULL where the section has no settings. */
const Value *check_settings(Checker *c, const Decl *d, const char *section);
/* What the command line or a point of a sweep sets; NULL. */
const Define *check_find_define(const Checker *c, Str name, bool setting);
Value check_define_value(Checker *c, const Define *define, const Kinds *want);
const Setting *check_find_setting(const Decl *d, const char *key);

#endif
