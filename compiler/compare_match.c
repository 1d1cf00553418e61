/* compare_match.c -- which statement of the old model has become which of the new.
 *
 * Lists of statements are aligned in order, as Needleman and Wunsch (1970) align sequences: the
 * pairs together get the largest score.  What is left over on both sides and alike has moved. */
#include "compare.h"

#include <string.h>

typedef enum { STEP_BOTH, STEP_OLD, STEP_NEW } Step;

typedef struct {
    Comparison *c;
    Arena *a;
} Matcher;

static void align(Matcher *m, const Parts *old, const Parts *new);

/* ---- How alike two statements are ----------------------------------------------------------- */

static bool same_kind(const Part *a, const Part *b)
{
    return strcmp(a->kind, b->kind) == 0;
}

static bool is_activation(const Part *p)
{
    return p->item && p->item->kind == ITEM_ACTIVATION;
}

/* A name that a user gave says most; then what it is, with all in it; then its kind, as long as no
 * name speaks against it.  0: they have nothing to do with each other. */
static int likeness(const Part *a, const Part *b)
{
    const bool kind = same_kind(a, b), names = a->named || b->named;

    if (a->named && b->named && a->name == b->name)
        return kind ? 100 : 30;
    if (!kind)
        return !names && is_activation(a) && is_activation(b) ? 8 : 0;
    if (a->sign == b->sign && a->body == b->body)
        return names ? 50 : a->name == b->name ? 61 : 60;
    if (a->body == b->body && a->parts.n > 0)
        return names ? 38 : 40;
    if (a->sign == b->sign)
        return names ? 34 : 36;
    return names ? 0 : 10;
}

/* ---- What changed in a pair ----------------------------------------------------------------- */

static void add_detail(Matcher *m, Match *to, const char *what, const char *old, const char *new)
{
    const bool same = old && new ? strcmp(old, new) == 0 : old == new;
    const Detail detail = { what, old, new };

    if (!same)
        arena_push(m->a, to->detail, to->n_details, detail);
}

static const char *arg_text(const Part *p, const char *name)
{
    for (int i = 0; i < p->n_args; i++)
        if (strcmp(p->arg[i].name, name) == 0)
            return p->arg[i].text;
    return NULL;
}

static void compare_args(Matcher *m, Match *to)
{
    const Part *old = to->old, *new = to->new;

    for (int i = 0; i < new->n_args; i++)
        add_detail(m, to, new->arg[i].name, arg_text(old, new->arg[i].name), new->arg[i].text);
    for (int i = 0; i < old->n_args; i++)
        if (!arg_text(new, old->arg[i].name))
            add_detail(m, to, old->arg[i].name, old->arg[i].text, NULL);
}

static void describe(Matcher *m, Match *to)
{
    const Part *old = to->old, *new = to->new;

    to->renamed = old->name != new->name && (old->named || new->named);
    if (!same_kind(old, new))
        add_detail(m, to, "kind", old->text, new->text);
    else
        compare_args(m, to);
    add_detail(m, to, "in", old->in, new->in);
    add_detail(m, to, "out", old->out, new->out);
}

static void push(Matcher *m, const Part *old, const Part *new, bool moved)
{
    Match match = { .old = old, .new = new, .moved = moved };

    if (old && new)
        describe(m, &match);
    arena_push(m->a, m->c->match, m->c->n_matches, match);
}

static void pair(Matcher *m, const Part *old, const Part *new)
{
    push(m, old, new, false);
    align(m, &old->parts, &new->parts);
}

/* One that came or went, with all in it. */
static void single(Matcher *m, const Part *old, const Part *new)
{
    const Parts *parts = old ? &old->parts : &new->parts;

    push(m, old, new, false);
    for (int i = 0; i < parts->n; i++)
        single(m, old ? parts->part[i] : NULL, new ? parts->part[i] : NULL);
}

/* ---- Alignment of two lists ----------------------------------------------------------------- */

/* By row and column, from the ends of the lists: the first step of the best way on. */
static unsigned char *best_steps(Matcher *m, Part *const *old, int n_old, Part *const *new,
                                 int n_new)
{
    const size_t width = (size_t)n_new + 1;
    unsigned char *step = arena_alloc_array(m->a, (size_t)n_old + 1, width);
    int *below = arena_array(m->a, int, width), *here = arena_array(m->a, int, width);

    for (int i = n_old - 1; i >= 0; i--) {
        int *const swap = below;
        here[n_new] = 0;
        for (int k = n_new - 1; k >= 0; k--) {
            const int like = likeness(old[i], new[k]), both = like ? like + below[k + 1] : -1;
            const int alone = below[k] >= here[k + 1] ? below[k] : here[k + 1];
            here[k] = both >= alone ? both : alone;
            step[(size_t)i * width + (size_t)k] =
                both >= alone ? STEP_BOTH : below[k] >= here[k + 1] ? STEP_OLD : STEP_NEW;
        }
        below = here;
        here = swap;
    }
    return step;
}

static void align_rest(Matcher *m, Part *const *old, int n_old, Part *const *new, int n_new)
{
    const unsigned char *step = best_steps(m, old, n_old, new, n_new);
    int i = 0, k = 0;

    while (i < n_old || k < n_new) {
        const Step next = i == n_old ? STEP_NEW : k == n_new ? STEP_OLD
                        : (Step)step[(size_t)i * ((size_t)n_new + 1) + (size_t)k];
        if (next == STEP_BOTH)
            pair(m, old[i++], new[k++]);
        else if (next == STEP_OLD)
            single(m, old[i++], NULL);
        else
            single(m, NULL, new[k++]);
    }
}

static bool identical(const Part *a, const Part *b)
{
    return a->name == b->name && a->named == b->named && a->sign == b->sign
        && a->body == b->body;
}

/* What is the same at both ends needs no table. */
static void align(Matcher *m, const Parts *old, const Parts *new)
{
    const int shorter = old->n < new->n ? old->n : new->n;
    int head = 0, tail = 0;

    while (head < shorter && identical(old->part[head], new->part[head]))
        head++;
    while (tail < shorter - head
           && identical(old->part[old->n - 1 - tail], new->part[new->n - 1 - tail]))
        tail++;
    for (int i = 0; i < head; i++)
        pair(m, old->part[i], new->part[i]);
    align_rest(m, old->part + head, old->n - head - tail, new->part + head,
               new->n - head - tail);
    for (int i = tail; i > 0; i--)
        pair(m, old->part[old->n - i], new->part[new->n - i]);
}

/* ---- What moved ----------------------------------------------------------------------------- */

/* The same named layer, or one that is the same but for its name. */
static bool is_same_elsewhere(const Part *old, const Part *new)
{
    if (!same_kind(old, new) || !old->item || !new->item)
        return false;
    if (old->named && new->named)
        return old->name == new->name;
    return !old->named && !new->named && old->sign == new->sign && old->body == new->body;
}

static int find_arrival(const Comparison *c, const Part *old)
{
    for (int i = 0; i < c->n_matches; i++)
        if (!c->match[i].old && c->match[i].new && is_same_elsewhere(old, c->match[i].new))
            return i;
    return -1;
}

static void find_moves(Matcher *m)
{
    Comparison *c = m->c;
    int kept = 0;

    for (int i = 0; i < c->n_matches; i++) {
        const Match gone = c->match[i];
        const int to = gone.new || !gone.old ? -1 : find_arrival(c, gone.old);
        if (to < 0)
            continue;
        c->match[to] = (Match){ .old = gone.old, .new = c->match[to].new, .moved = true };
        describe(m, &c->match[to]);
        c->match[i].old = NULL;
    }
    for (int i = 0; i < c->n_matches; i++)
        if (c->match[i].old || c->match[i].new)
            c->match[kept++] = c->match[i];
    c->n_matches = kept;
}

void compare_match(Comparison *c, Arena *a)
{
    Matcher m = { c, a };

    align(&m, &c->old.parts, &c->new.parts);
    find_moves(&m);
}

/* ---- What a match says ---------------------------------------------------------------------- */

bool match_differs(const Match *m)
{
    return !m->old || !m->new || m->renamed || m->moved || m->n_details > 0;
}

bool match_of_shape(const Match *m)
{
    if (!m->old || !m->new || m->renamed || m->moved)
        return false;
    for (int i = 0; i < m->n_details; i++)
        if (strcmp(m->detail[i].what, "in") != 0 && strcmp(m->detail[i].what, "out") != 0)
            return false;
    return m->n_details > 0;
}
