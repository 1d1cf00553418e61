/* repair.c -- tries every repair and every two of them. */
#include "repair.h"

#include <math.h>
#include <string.h>

#include "line_diff.h"
#include "repair_rules.h"

static const struct {
    const char *name, *how;
    Group group;
    RepairRule *rule;
} row[] = {
#define REPAIR(name, group, rule, how, about) { name, how, GROUP_##group, repair_##rule },
#include "repairs.def"
#undef REPAIR
};

static const double LONG_STEPS = 0.3;   /* from which on rate-too-high notes them */
static const double SHORT_STEPS = 0.03; /* under which rate-too-low looks at the run */

enum { N_ROWS = countof(row), NONE = -1, MOST_WORDS = 400, MOST_PAIRS = 64,
       MOST_LAYERS = 60000 };       /* of all forecasts together: some seconds */

typedef struct {
    const Compilation *base;
    Session *s;
    const Sites *sites;             /* of the base */
    size_t room;                    /* of a candidate's text */
    Suggestions *found;
    double penalty[N_ROWS];         /* of a row by itself */
    int pairs;                      /* that may be tried still, */
    int64_t layers;                 /* and forecast */
} Search;

/* A source compiled for its forecast alone. */
typedef struct {
    Session s;
    Compilation c;
    const Sites *sites;
    Health health;
} Tried;

Group repair_group(int i)
{
    return row[i].group;
}

bool repair_is_pair(const Candidate *c)
{
    return c->row[1] != NONE;
}

/* ---- One trial ------------------------------------------------------------------------------- */

/* Messages go nowhere: what does not compile is no repair.  Where a repair changes the data `input`
 * is NULL, and it is read again. */
static bool compile_text(Search *search, const char *text, InputMoments *input, Tried *t)
{
    const Compilation *base = search->base;
    Arena *a = search->s->arena;
    Intern *names = intern_new(a);

    t->s = (Session){ a, names, diag_new(a), vocabulary_new(names, a) };
    t->c = (Compilation){ .define = base->define, .n_defines = base->n_defines,
                          .warning = base->warning, .n_warnings = base->n_warnings,
                          .reuse = base->reuse, .data = base->data, .input = input };
    t->c.source = source_from_text(base->source->path, text, strlen(text), a);
    if (!compile_check(&t->c, &t->s) || compile_missing(&t->c))
        return false;
    t->c.program = lower(t->c.model, &t->s);
    compile_forecast(&t->c, &t->s);
    search->layers -= t->c.forecast->n;
    if (t->c.forecast->too_large)
        return false;
    t->sites = sites_of(t->c.model, a);
    t->health = health_of(&t->c, t->sites, &t->s);
    return true;
}

static InputMoments *input_of(int i, InputMoments *before)
{
    return row[i].group == GROUP_DATA ? NULL : before;
}

static bool is_out_of_time(Search *search)
{
    search->found->untried += search->layers <= 0;
    return search->layers <= 0;
}

/* The text that row i makes of a compiled source; NULL: none. */
static const char *mend(Search *search, const Compilation *c, Session *s, const Sites *sites,
                        const Health *h, int i, const char **what)
{
    Repair r = { .c = c, .s = s, .sites = sites, .health = h, .what = "",
                 .edits = { .arena = s->arena, .source = c->file->source } };
    const bool applies = row[i].rule(&r, row[i].how);
    const char *text;

    if (r.imported && !search->found->imported)
        search->found->imported = r.imported;
    if (!applies || !r.edits.n)
        return NULL;
    edit_keep_line_ends(&r.edits);
    text = edit_apply(&r.edits, 0, c->file->source->size);
    *what = repair_words(&r);
    return strcmp(text, c->file->source->text) == 0 ? NULL : text;
}

/* Memory for the candidates' texts: all else of a trial is given back. */
static void make_room(Search *search)
{
    for (int i = 0; i < MOST_CANDIDATES; i++) {
        search->found->candidate[i].text = arena_alloc(search->s->arena, search->room);
        search->found->candidate[i].what = arena_alloc(search->s->arena, MOST_WORDS);
    }
}

static Candidate *next_candidate(Suggestions *found)
{
    return found->n < MOST_CANDIDATES ? &found->candidate[found->n] : NULL;
}

static bool keep(const Search *search, Candidate *c, const char *text, const char *what)
{
    const size_t words = strlen(what), size = strlen(text);

    if (size >= search->room || words >= MOST_WORDS)
        return false;
    memcpy(c->text, text, size + 1);
    memcpy(c->what, what, words + 1);
    return true;
}

static void count_lines(const Search *search, Candidate *c)
{
    const LineDiff d = line_diff(search->base->source->text, c->text, search->s->arena);

    c->added = d.added;
    c->removed = d.removed;
}

/* It mends half of what is over the limits at least; else one ailment wholly. */
static bool is_better(double now, double before)
{
    return now < 0.5 * before;
}

/* Steps that were too long must become short, and those of no length long. */
static bool is_rate_left(const Health *before, const Health *after)
{
    return (health_ails_by_rate(before) && after->step_length >= LONG_STEPS)
        || (health_warns(before, "rate-too-low") && after->step_length < SHORT_STEPS);
}

/* The flow may not be worse, where it is not good.  Nothing that was over its limit may be worse;
 * what comes over its limit anew must be little beside what is mended. */
static bool does_harm(const Health *before, const Health *after)
{
    const double most = fmax(fabs(before->decades), 1) + 0.1;
    double brought = 0, mended = 0;

    if (fabs(after->decades) > most || is_rate_left(before, after))
        return true;
    for (int i = 0; i < N_AILMENTS; i++) {
        const AilmentId id = (AilmentId)i;
        const double was = health_over(before, id), is = health_over(after, id);

        if (was > 0 && is > was + 0.05)
            return true;
        brought += fmax(is - was, 0);
        mended += fmax(was - is, 0);
    }
    return brought > 0.2 * mended;
}

static bool mends_one(const Health *before, const Health *after)
{
    for (int i = 0; i < N_AILMENTS; i++)
        if (health_over(before, (AilmentId)i) > 0 && !(health_over(after, (AilmentId)i) > 0))
            return true;
    return false;
}

static bool is_worth(const Search *search, const Health *after, double least)
{
    const Health *before = &search->found->health;
    const bool helps = is_better(after->penalty, least)
                    || (after->penalty < 0.8 * least && mends_one(before, after));

    return helps && !does_harm(before, after);
}

/* A net that was as good, but for a warning. */
static bool is_tidier(const Search *search, int i, const Health *after)
{
    const Health *before = &search->found->health;

    return row[i].group == GROUP_TIDY && after->warned.n < before->warned.n
        && !(after->penalty > before->penalty);
}

/* ---- Rows alone ------------------------------------------------------------------------------ */

static int row_of(Group group)
{
    int i = 0;

    while (row[i].group != group)
        i++;
    return i;
}

/* They are too long, or were so before and are longer than what is said without a word. */
static bool wants_shorter(const Search *search, const Health *h)
{
    return health_ails_by_rate(h)
        || (health_ails_by_rate(&search->found->health) && h->step_length >= LONG_STEPS);
}

/* Steps that a repair alone would leave too long become shorter with it. */
static void shorten_steps(Search *search, Tried *t, Candidate *c)
{
    const int rate = row_of(GROUP_RATE);
    const char *what = "", *text;
    Candidate shorter = *c;
    Tried after;

    if (!wants_shorter(search, &t->health) || row[c->row[0]].group == GROUP_RATE
        || (c->row[1] != NONE && row[c->row[1]].group == GROUP_RATE))
        return;
    text = mend(search, &t->c, &t->s, t->sites, &t->health, rate, &what);
    if (!text || strlen(text) >= search->room
        || !compile_text(search, text, t->c.input, &after)
        || !(after.health.penalty <= t->health.penalty))
        return;
    if (keep(search, &shorter, text, arena_printf(search->s->arena, "%s, %s", c->what, what)))
        t->health = after.health;
}

static void try_alone(Search *search, int i)
{
    Arena *a = search->s->arena;
    Candidate *c = next_candidate(search->found);
    const ArenaMark mark = arena_mark(a);
    const Health *now = &search->found->health;
    const char *what = "", *text = mend(search, search->base, search->s, search->sites, now, i,
                                        &what);
    Tried tried;

    search->penalty[i] = INFINITY;
    if (c && text && keep(search, c, text, what) && !is_out_of_time(search)
        && compile_text(search, c->text, input_of(i, search->base->input), &tried)) {
        c->row[0] = i, c->row[1] = NONE;
        if (health_ails_by_rate(now))
            shorten_steps(search, &tried, c);
        search->penalty[i] = tried.health.penalty;
        c->health = tried.health;
        count_lines(search, c);
        search->found->n += is_worth(search, &tried.health, now->penalty)
                         || is_tidier(search, i, &tried.health);
    }
    arena_release(a, mark);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

/* What row k makes of what row i made: worth it if it is more than either does. */
static void try_second(Search *search, Tried *first, const char *before, int i, int k)
{
    Arena *a = search->s->arena;
    Candidate *c = next_candidate(search->found);
    const ArenaMark mark = arena_mark(a);
    const double least = fmin(fmin(search->penalty[i], search->penalty[k]),
                              search->found->health.penalty);
    const char *what = "", *text = mend(search, &first->c, &first->s, first->sites,
                                        &first->health, k, &what);
    Tried tried;

    if (c && text && keep(search, c, text, arena_printf(a, "%s, %s", before, what))
        && !is_out_of_time(search)) {
        search->pairs--;
        if (compile_text(search, c->text, input_of(k, first->c.input), &tried)) {
            c->row[0] = i, c->row[1] = k;
            shorten_steps(search, &tried, c);
            c->health = tried.health;
            count_lines(search, c);
            search->found->n += is_worth(search, &tried.health, least);
        }
    }
    arena_release(a, mark);
}

/* Less depth or more width is another net, and what is only tidier is no cure. */
static bool stands_alone(int i)
{
    return row[i].group == GROUP_SIZE || row[i].group == GROUP_TIDY;
}

static bool makes_pair(int i, int k)
{
    return row[i].group != row[k].group && !stands_alone(i) && !stands_alone(k);
}

static void try_pairs(Search *search, int i)
{
    Arena *a = search->s->arena;
    const ArenaMark mark = arena_mark(a);
    const char *what = "", *text = mend(search, search->base, search->s, search->sites,
                                        &search->found->health, i, &what);
    Tried first;

    if (text && search->layers > 0
        && compile_text(search, text, input_of(i, search->base->input), &first))
        for (int k = i + 1; k < N_ROWS && search->pairs > 0; k++)
            if (makes_pair(i, k) && search->penalty[k] > 0)
                try_second(search, &first, what, i, k);
    arena_release(a, mark);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void name_rows(Suggestions *found)
{
    for (int i = 0; i < found->n; i++)
        for (int k = 0; k < 2; k++)
            found->candidate[i].name[k] = found->candidate[i].row[k] == NONE
                                        ? NULL : row[found->candidate[i].row[k]].name;
}

Suggestions *repairs_find(const Compilation *c, Session *s)
{
    Suggestions *found = arena_new_of(s->arena, Suggestions);
    Search search = { .base = c, .s = s, .sites = sites_of(c->model, s->arena), .found = found,
                      .room = 2 * (size_t)c->source->size + 4096,
                      .pairs = MOST_PAIRS, .layers = MOST_LAYERS };

    bool ails;

    found->c = c;
    found->health = health_of(c, search.sites, s);
    ails = found->health.penalty > 0;
    if (!ails && !found->health.warned.n)
        return found;
    make_room(&search);
    for (int i = 0; i < N_ROWS; i++)
        if (ails || row[i].group == GROUP_TIDY)
            try_alone(&search, i);
    for (int i = 0; ails && i < N_ROWS; i++)
        if (search.penalty[i] > 0 && search.penalty[i] < INFINITY)
            try_pairs(&search, i);
    repairs_rank(found);
    name_rows(found);
    return found;
}
