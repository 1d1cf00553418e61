/* sweep_words.c -- the options of a sweep's programs: which of them mean something there. */
#include "sweep.h"

#include <string.h>

/* "--data dir" and "--data=dir" */
static const char *value_of(char *const *words, const char *option)
{
    const size_t n = strlen(option);

    if (strncmp(words[0], option, n) != 0)
        return NULL;
    return words[0][n] == '=' ? words[0] + n + 1 : words[0][n] == '\0' ? words[1] : NULL;
}

ProgramWord sweep_word(char *const *words, const char **value)
{
    if ((*value = value_of(words, "--data")) != NULL)
        return WORD_DATA;
    return (*value = value_of(words, "--load")) != NULL ? WORD_LOAD : WORD_PLAIN;
}

static bool is_option(const char *word, const char *option)
{
    const size_t n = strlen(option);

    return strncmp(word, option, n) == 0 && (word[n] == '\0' || word[n] == '=');
}

bool sweep_has_word(const Sweep *s, const char *option)
{
    for (char **word = s->options->rest; word && *word; word++)
        if (is_option(*word, option))
            return true;
    return false;
}

/* Points differ in this number: each has its own. */
static bool varies(const Sweep *s, const char *key, size_t n)
{
    const bool length = (n == 6 && !memcmp(key, "epochs", n))
                     || (n == 5 && !memcmp(key, "steps", n));

    for (int i = 0; i < s->n_points; i++)
        for (int k = 0; k < s->point[i].n_set; k++) {
            const char *set = s->point[i].set[k];
            if (strncmp(set, key, n) == 0 && set[n] == '=')
                return true;
            if (length && (!strncmp(set, "epochs=", 7) || !strncmp(set, "steps=", 6)))
                return true;
        }
    return false;
}

/* "lr" of "--lr" and of "--set lr=0.1" */
static const char *key_of(char *const *words, size_t *n)
{
    static const char *const option[] = { "epochs", "steps", "lr", "seed", "batch", "every" };
    const char *pair = value_of(words, "--set");

    if (pair)
        return *n = strcspn(pair, "="), pair;
    for (size_t i = 0; i < countof(option); i++)
        if (strncmp(words[0], "--", 2) == 0 && is_option(words[0] + 2, option[i]))
            return *n = strlen(option[i]), option[i];
    return NULL;
}

bool sweep_words(const Sweep *s)
{
    static const char *const own[] = { "--out", "--no-out", "--resume", "--json", "--dry-run",
                                       "--check-grad", "--eval", "--predict", "--replay", "--save",
                                       "--save-grads", "--help", "--version" };

    for (size_t i = 0; i < countof(own); i++)
        if (sweep_has_word(s, own[i])) {
            fprintf(stderr, "netc: %s: not in a sweep, where each point trains in a run directory "
                            "of its own\n", own[i]);
            return false;
        }
    for (char **word = s->options->rest; word && *word; word++) {
        size_t n;
        const char *key = key_of(word, &n);
        if (key && varies(s, key, n)) {
            fprintf(stderr, "netc: %s: the points of the sweep differ in '%.*s'\n", *word, (int)n,
                    key);
            return false;
        }
    }
    return true;
}
