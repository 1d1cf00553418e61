/* diag_nearest.c -- did you mean ...? */
#include <string.h>

#include "diag.h"

enum { WORD_MAX = 64 };

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

static int least(int a, int b) { return a < b ? a : b; }

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, capitals
 * and small letters being equal. */
static int distance(const char *a, const char *b)
{
    const int n = (int)strlen(a), m = (int)strlen(b);
    int row[3][WORD_MAX + 1];

    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *before = row[(i + 1) % 3], *last = row[(i - 1) % 3], *now = row[i % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            now[j] = least(last[j - 1] + !same, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2])
                && lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

const char *diag_nearest(const char *word, const char *const *words, int n)
{
    const size_t size = strlen(word);
    const char *nearest = NULL;
    int best = (int)(size / 3) + 1;

    if (size > WORD_MAX)
        return NULL;
    for (int i = 0; i < n; i++) {
        if (strlen(words[i]) > WORD_MAX)
            continue;
        const int d = distance(word, words[i]);
        if (d < best) {
            best = d;
            nearest = words[i];
        }
    }
    return nearest;
}
