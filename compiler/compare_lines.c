/* compare_lines.c -- how many lines come and go between two texts: by their longest common
 * subsequence.
 *
 * Its length by bits (Hyyro, "Bit-parallel LCS-length computation revisited", 2004): a zero in
 * `row` at i says that the common subsequence grows at line i of the old text.  A step for each
 * line of the new one; nothing depends on how much the two differ. */
#include "compare.h"

#include <string.h>

#include "map.h"

enum { BITS = 64 };

/* Where a line stands in the old text. */
typedef struct {
    int *at;
    int n;
} Sites;

typedef struct {
    Str *line;
    int n;
} Lines;

static Lines split(const char *text, Intern *names, Arena *a)
{
    Lines lines = { .n = 0 };

    while (*text) {
        const size_t n = strcspn(text, "\n");
        arena_push(a, lines.line, lines.n, intern_n(names, text, n));
        text += n + (text[n] == '\n');
    }
    return lines;
}

static void index_lines(Map *sites, const Str *line, int n, Arena *a)
{
    for (int i = 0; i < n; i++) {
        Sites *s = map_get(sites, line[i]);
        if (!s) {
            s = arena_new_of(a, Sites);
            map_put(sites, line[i], s, a);
        }
        arena_push(a, s->at, s->n, i);
    }
}

/* row = (row + (row & same)) | (row & ~same), over all words; `same`: where the line stands. */
static void advance(uint64_t *row, uint64_t *same, int words, const Sites *sites)
{
    unsigned char carry = 0;

    for (int i = 0; i < sites->n; i++)
        same[sites->at[i] / BITS] |= UINT64_C(1) << sites->at[i] % BITS;
    for (int i = 0; i < words; i++) {
        const uint64_t both = row[i] & same[i], sum = row[i] + both, next = sum + carry;
        carry = (unsigned char)(sum < both || next < sum);
        row[i] = next | (row[i] & ~same[i]);
    }
    for (int i = 0; i < sites->n; i++)
        same[sites->at[i] / BITS] = 0;
}

static int count_zeros(const uint64_t *row, int n)
{
    int zeros = 0;

    for (int i = 0; i < n; i++)
        zeros += !(row[i / BITS] >> i % BITS & 1);
    return zeros;
}

static int common(const Str *old, int n_old, const Str *new, int n_new, Arena *a)
{
    const int words = n_old / BITS + 1;
    uint64_t *row = arena_array(a, uint64_t, words), *same = arena_array(a, uint64_t, words);
    Map sites = { .n = 0 };

    memset(row, 0xff, (size_t)words * sizeof *row);
    index_lines(&sites, old, n_old, a);
    for (int i = 0; i < n_new; i++) {
        const Sites *s = map_get(&sites, new[i]);
        if (s)
            advance(row, same, words, s);
    }
    return count_zeros(row, n_old);
}

LineChange compare_lines(const char *old_text, const char *new_text, Arena *a)
{
    Intern *names = intern_new(a);
    const Lines old = split(old_text, names, a), new = split(new_text, names, a);
    const int shorter = old.n < new.n ? old.n : new.n;
    int head = 0, tail = 0, kept;

    while (head < shorter && old.line[head] == new.line[head])
        head++;
    while (tail < shorter - head && old.line[old.n - 1 - tail] == new.line[new.n - 1 - tail])
        tail++;
    kept = head + tail + common(old.line + head, old.n - head - tail, new.line + head,
                                new.n - head - tail, a);
    return (LineChange){ .old_lines = old.n, .new_lines = new.n, .removed = old.n - kept,
                         .added = new.n - kept };
}
