/* warn_row.h -- the rows of warnings.def. */
#ifndef WARN_ROW_H
#define WARN_ROW_H

#include "diag.h"

/* What several warnings would be about: the first that is given accounts for the others. */
typedef enum {
    NOTHING = 0,
    VANISHES = 1,                   /* what arrives at the first layers is too small */
    EXPLODES = 2,                   /* or too large */
    IN_PART = 4,                    /* some units, or bodies of residuals, get or give nothing */
    IDLES = 8                       /* steps come to nothing */
} Symptom;

enum { N_SYMPTOMS = 4 };

typedef enum { ADVICE, MEASURED, FAILURE } Meaning;

typedef struct Warn Warn;

typedef struct {
    const char *name;
    MessageId message;
    int explains, behind;           /* Symptoms */
    Meaning means;
    double noted, warned, grave;
    void (*rule)(Warn *w);          /* NULL: the source decides */
} Warning;

const Warning *warning_called(const char *name);

#define WARNING(rule, ...) void warn_##rule(Warn *w);
#include "warnings.def"
#undef WARNING

#endif
