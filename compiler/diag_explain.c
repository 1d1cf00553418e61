/* diag_explain.c -- the catalogue of messages: code, title, lesson. */
#include <strings.h>

#include "diag_message.h"

static const struct {
    const char *code, *title, *lesson;
} catalogue[] = {
#define MESSAGE(id, code, title, lesson) [MSG_##id] = { code, title, lesson },
#include "messages.def"
#undef MESSAGE
};

const char *diag_code(MessageId id)
{
    return catalogue[id].code;
}

bool diag_explain(const char *code, FILE *out)
{
    for (size_t i = 0; i < countof(catalogue); i++)
        if (strcasecmp(catalogue[i].code, code) == 0) {
            fprintf(out, "%s: %s\n\n%s\n", catalogue[i].code, catalogue[i].title,
                    catalogue[i].lesson);
            return true;
        }
    return false;
}
