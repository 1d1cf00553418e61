/* diag_message.h -- a message from within: for the writers of diag_text.c and diag_json.c. */
#ifndef DIAG_MESSAGE_H
#define DIAG_MESSAGE_H

#include "diag.h"

typedef struct {
    Span at;
    const char *text;               /* of a note; of a fix: what replaces `at` */
} Remark;

struct Message {
    Arena *arena;
    MessageId id;
    Severity severity;
    Span at;
    const char *text;
    const char *name;               /* a warning's, of warnings.def */
    int gravity;                    /* of a warning of the forecast; 0: it has none */
    Remark *note, *fix;
    int n_notes, n_fixes;
};

struct Diag {
    Arena *arena;
    Message **message;
    int n;
    int errors, warnings;           /* also those that are not kept */
};

const char *diag_code(MessageId id);
const char *severity_name(Severity s);

void diag_print_text(const Diag *d, bool color, FILE *out);
void diag_print_json(const Diag *d, FILE *out);

#endif
