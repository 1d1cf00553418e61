/* emit_predict_kernels.c -- the kernels that a text calls, and those that they call themselves. */
#include "emit_predict.h"

#include <ctype.h>
#include <string.h>

enum { MOST_KERNELS = 64 };

static bool is_letter(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Behind a comment that starts here; else `text`. */
static const char *skip_comment(const char *text)
{
    const char *end = strncmp(text, "/*", 2) == 0 ? strstr(text + 2, "*/") : NULL;

    return end ? end + 2 : text;
}

/* Stands the name in the text, outside of comments? */
static bool names(const char *text, const char *name)
{
    const size_t n = strlen(name);
    const char *start = text;

    while (*text) {
        const char *behind = skip_comment(text);

        if (behind != text)
            text = behind;
        else if (strncmp(text, name, n) == 0 && !is_letter(text[n])
                 && (text == start || !is_letter(text[-1])))
            return true;
        else
            text++;
    }
    return false;
}

static void put_text(Emit *out, const char *text)
{
    emit_blank(out);
    while (*text) {
        const size_t n = strcspn(text, "\n");

        if (n)
            emit_line(out, "%.*s", (int)n, text);
        else
            emit_blank(out);
        text += n + (text[n] == '\n');
    }
}

static void put_called(Emit *out, const char *text, bool done[MOST_KERNELS])
{
    for (int k = 0; predict_kernel[k].name; k++) {
        if (k == MOST_KERNELS)
            bug("more than %d kernels", MOST_KERNELS);
        if (done[k] || !names(text, predict_kernel[k].name))
            continue;
        done[k] = true;
        put_called(out, predict_kernel[k].text, done);
        put_text(out, predict_kernel[k].text);
    }
}

void predict_kernels(Emit *out, const char *text)
{
    bool done[MOST_KERNELS] = { false };

    put_called(out, text, done);
}
