/* diag_explain.c -- the catalogue of messages: code, title, lesson. */
#include <stdlib.h>
#include <string.h>
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

/* "NET0203", "net0203" and "203" */
static bool is_code(const char *full, const char *code)
{
    const char *digits = full + strcspn(full, "0123456789");
    const bool number = *code && code[strspn(code, "0123456789")] == '\0';

    return strcasecmp(full, code) == 0
        || (number && strtol(digits, NULL, 10) == strtol(code, NULL, 10));
}

bool diag_explain(const char *code, FILE *out)
{
    for (size_t i = 0; i < countof(catalogue); i++)
        if (is_code(catalogue[i].code, code)) {
            fprintf(out, "%s: %s\n\n%s\n", catalogue[i].code, catalogue[i].title,
                    catalogue[i].lesson);
            return true;
        }
    return false;
}
