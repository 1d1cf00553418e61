/* nearest.c -- the name that was probably meant, by edit distance. */
#include "nearest.h"

#include <string.h>

enum { LONGEST = 40 };              /* names longer than this are not compared */

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Edits that turn a into b: insert, delete, replace, swap two neighbours (Damerau 1964). */
static size_t distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    size_t d[LONGEST + 1][LONGEST + 1];

    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            d[i][j] = least(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
                            least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[n][m];
}

/* How far `name` is from `word`, or a large number.  A word that is a whole part of the name is as
 * near as one edit: "decay" of "weight_decay". */
static size_t remoteness(const char *word, const char *name)
{
    if (strlen(word) > LONGEST || strlen(name) > LONGEST)
        return LONGEST;
    const size_t d = distance(word, name);
    return d > 1 && strlen(word) > 2 && strstr(name, word) ? 1 : d;
}

const char *rt_nearest(const char *word, const void *table, size_t row_size, size_t n)
{
    const char *nearest = NULL;
    size_t best = strlen(word) / 3 + 2;     /* one past the edits that are forgiven */

    for (size_t i = 0; i < n; i++) {
        const char *name;
        memcpy(&name, (const char *)table + i * row_size, sizeof name);
        const size_t d = name ? remoteness(word, name) : best;
        if (d < best) {
            best = d;
            nearest = name;
        }
    }
    return nearest;
}
