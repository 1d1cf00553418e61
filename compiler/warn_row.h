/* warn_row.h -- the rows of warnings.def, and what repairs go by as warnings do. */
#ifndef WARN_ROW_H
#define WARN_ROW_H

#include "diag.h"
#include "forecast.h"

/* What several warnings would be about: the first that is given accounts for the others. */
typedef enum {
    NOTHING = 0,
    VANISHES = 1,                   /* what arrives at the first layers is too small */
    EXPLODES = 2,                   /* or too large */
    IN_PART = 4,                    /* some units, or bodies of residuals, get or give nothing */
    IDLES = 8,                      /* steps come to nothing */
    SHOUTS = 16                     /* the first outputs are too large */
} Symptom;

enum { N_SYMPTOMS = 5 };

typedef enum { ADVICE, UNMENDED, MEASURED, FAILURE } Meaning;

/* The forecast that a rule goes by where the output's weights start at 0. */
typedef enum { AT_START, OPENED, GROWN } Stand;

typedef struct Warn Warn;

typedef struct {
    const char *name;
    MessageId message;
    int explains, behind;           /* Symptoms */
    Meaning means;
    Stand stands;
    double noted, warned, grave;
    void (*rule)(Warn *w);          /* NULL: the source decides */
} Warning;

const Warning *warning_called(const char *name);

/* Of another size than initialisers are made for: warn_site.c. */
bool inputs_are_large(const InputMoments *in);
/* With which outputs start at the targets' mean: warn_output.c. */
double output_bias_wanted(const InputMoments *in);

#define WARNING(rule, ...) void warn_##rule(Warn *w);
#include "warnings.def"
#undef WARNING

#endif
