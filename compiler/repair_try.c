/* repair_try.c -- a repair made and forecast. */
#include "repair_try.h"

#include <string.h>

static const struct {
    const char *name, *how;
    Group group;
    RepairRule *rule;
} row[N_REPAIRS] = {
#define REPAIR(name, group, rule, how, about) { name, how, GROUP_##group, repair_##rule },
#include "repairs.def"
#undef REPAIR
};

enum { MOST_WORDS = 400 };

Group repair_group(int i)
{
    return row[i].group;
}

const char *repair_name(int i)
{
    return i == NO_REPAIR ? NULL : row[i].name;
}

bool repair_is_pair(const Candidate *c)
{
    return c->row[1] != NO_REPAIR;
}

/* At least one is, however large the net. */
bool repair_affords(Search *search)
{
    const bool affords = search->left >= search->each || !search->found->tried;

    search->found->untried += !affords;
    return affords;
}

/* Its messages go nowhere: what does not compile is no repair. */
static Session quiet_session(Arena *a)
{
    Intern *names = intern_new(a);

    return (Session){ a, names, diag_new(a), vocabulary_new(names, a) };
}

/* Where a repair changes the data it is read again. */
bool repair_try(Search *search, const char *text, int i, InputMoments *input, Tried *t)
{
    const Compilation *base = search->base;
    Arena *a = search->s->arena;

    t->s = quiet_session(a);
    t->c = (Compilation){ .define = base->define, .n_defines = base->n_defines,
                          .warning = base->warning, .n_warnings = base->n_warnings,
                          .reuse = base->reuse, .data = base->data,
                          .input = row[i].group == GROUP_DATA ? NULL : input };
    t->c.source = source_from_text(base->source->path, text, strlen(text), a);
    search->found->tried++;
    if (!compile_check(&t->c, &t->s) || compile_missing(&t->c)) {
        search->left -= WORK_TRIAL;
        return false;
    }
    t->c.program = lower(t->c.model, &t->s);
    search->left -= repair_work(t->c.program);
    compile_forecast(&t->c, &t->s);
    if (t->c.forecast->too_large)
        return false;
    t->sites = sites_of(t->c.model, a);
    t->health = health_of(&t->c, t->sites, &t->s);
    return true;
}

/* An edited source, in the canonical form if it was so before: a longer key or value moves what is
 * lined up with it. */
static const char *keep_form(const Compilation *c, const char *text, Arena *a)
{
    Session s = quiet_session(a);
    File *file;

    if (strcmp(format(c->file, a), c->file->source->text) != 0)
        return text;
    file = parse(source_from_text(c->file->source->path, text, strlen(text), a), &s);
    return diag_errors(s.diag) ? text : format(file, a);
}

const char *repair_make(Search *search, const Compilation *c, Session *s, const Sites *sites,
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
    text = keep_form(c, edit_apply(&r.edits, 0, c->file->source->size), s->arena);
    *what = repair_words(&r);
    return strcmp(text, c->file->source->text) == 0 ? NULL : text;
}

/* All else of a trial is given back. */
bool repair_keep(const Search *search, Candidate *c, const char *text, const char *what)
{
    const size_t words = strlen(what), size = strlen(text);

    if (!c->text) {
        c->text = arena_alloc(search->s->arena, search->room);
        c->what = arena_alloc(search->s->arena, MOST_WORDS);
    }
    if (size >= search->room || words >= MOST_WORDS)
        return false;
    memcpy(c->text, text, size + 1);
    memcpy(c->what, what, words + 1);
    return true;
}

static bool sets_rate(const Candidate *c)
{
    return row[c->row[0]].group == GROUP_RATE
        || (repair_is_pair(c) && row[c->row[1]].group == GROUP_RATE);
}

static int row_of(Group group)
{
    int i = 0;

    while (row[i].group != group)
        i++;
    return i;
}

static bool is_too_long(const Search *search, const Health *h)
{
    return health_ails_by_rate(h) || h->step_length > search->steps;
}

/* What keeps a net from learning may hide that its rate would do so too.  A repair that sets
 * another optimizer has set its rate. */
static bool is_too_short(const Search *search, const Tried *t)
{
    const Value *before = &search->base->model->settings.optimizer;

    return t->health.step_length < SHORT_STEPS
        && strcmp(t->c.model->settings.optimizer.callee->name, before->callee->name) == 0
        && (health_warns(&search->found->health, "rate-too-low")
            || health_is_slow(&t->health) || noted_of(&t->c, "rate-too-low", search->s->arena));
}

void repair_pace(Search *search, Tried *t, Candidate *c)
{
    const int rate = row_of(GROUP_RATE);
    const char *what = "", *text;
    Candidate paced = *c;
    Tried after;

    if (sets_rate(c))
        return;
    t->health.wants_longer = is_too_short(search, t);
    if (!t->health.wants_longer && !is_too_long(search, &t->health))
        return;
    text = repair_make(search, &t->c, &t->s, t->sites, &t->health, rate, &what);
    if (!text || strlen(text) >= search->room
        || !repair_try(search, text, rate, t->c.input, &after)
        || !(after.health.penalty <= t->health.penalty) || is_too_long(search, &after.health))
        return;
    if (repair_keep(search, &paced, text,
                    arena_printf(search->s->arena, "%s, %s", c->what, what)))
        t->health = after.health;
}
