/* sweep_points.c -- what each point of a sweep compiles to: its program, which others share, the
 * numbers that are its own, and the forecast. */
#include "sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "work.h"

/* What is kept of a compilation when its memory is given back. */
typedef struct {
    uint64_t hash[2];
    double predicted, work;
    char *numbers, *warnings, *why;     /* to be freed; why: NULL where it compiles */
    char *optimizer, *clip;             /* to be freed */
    Takes takes;
} Kept;

/* FNV-1a, 64 bits, from two starts: nobody makes two texts of one hash on purpose. */
static void add_hash(uint64_t hash[2], const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 2; k++)
            hash[k] = (hash[k] ^ (unsigned char)text[i]) * 1099511628211u;
}

static char *keep_warnings(const Session *session)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const char *name, *gap = "";

    for (int i = 0; out && (name = diag_warning_nth(i)); i++)
        if (diag_warnings_called(session->diag, name)) {
            fprintf(out, "%s%s", gap, name);
            gap = " ";
        }
    if (out)
        fclose(out);
    return text;
}

static char *keep_numbers(const Compilation *c, Session *session)
{
    const Numbers list = numbers_of(c->model, session->arena);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    for (int i = 0; out && i < list.n; i++)
        fprintf(out, "%s=%s\n", list.number[i].key, list.number[i].text);
    if (out)
        fclose(out);
    return text;
}

static void keep_takes(const Compilation *c, Kept *kept)
{
    const Settings *set = &c->model->settings;

    kept->optimizer = strdup(set->optimizer.callee->name);
    kept->clip = strdup(set->clip.callee->name);
    kept->takes = (Takes){ .loss = set->loss.callee->id_name,
                           .schedule = set->schedule.callee->id_name,
                           .batch_statistics = emit_has_batch_statistics(c->program) };
}

/* The first line of what is wrong, behind what it holds for. */
static char *keep_error(const Session *session, const char *where)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs(where, out);
    diag_print(session->diag, DIAG_TEXT, false, out);
    fclose(out);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* Samples are not counted before a run: as many as the forecast found, or a thousand. */
static double work_of(const Compilation *c)
{
    const Settings *set = &c->model->settings;
    const int64_t samples = c->forecast->input.facts.samples;
    const double seen = set->steps ? (double)set->steps * (double)set->batch
                                   : (double)set->epochs * (samples > 0 ? (double)samples : 1e3);
    const double start = 1e8;       /* a program reads its data, and reports */

    return start + 3 * seen * graph_multiply_adds(c->program->graph[c->program->n - 1], FORWARD);
}

/* The program at the largest batch, without the numbers of a run: its points share it. */
static bool hash_program(const Sweep *s, const Point *p, Kept *kept)
{
    Session session;
    Compilation c;
    size_t n;

    if (!sweep_check(s, p->choice, true, &session, &c)) {
        kept->why = keep_error(&session, arena_printf(s->arena, "in batches of %lld, the largest "
                                                      "of the sweep: ", (long long)s->batch));
        return false;
    }
    compile_plan(&c, &session);
    const char *text = emit_numberless(c.program, &session, &n);
    kept->hash[0] = 14695981039346656037u;
    kept->hash[1] = 9650029242287828579u;
    add_hash(kept->hash, text, n);
    return true;
}

/* Neither an error nor a warning that -Werror makes one; the messages are not printed. */
static bool is_allowed(const Session *session, const Options *o)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const bool allowed = out && session_report(session, o, out);

    if (out)
        fclose(out);
    free(text);
    return allowed;
}

static bool compile_point(const Sweep *s, const Point *p, Kept *kept)
{
    Session session;
    Compilation c;

    if (sweep_check(s, p->choice, false, &session, &c)) {
        compile_plan(&c, &session);
        compile_forecast(&c, &session);
        compile_warn(&c, &session);
    }
    if (!is_allowed(&session, s->options)) {
        kept->why = keep_error(&session, "");
        return false;
    }
    kept->predicted = c.forecast->flow;
    kept->work = work_of(&c);
    kept->numbers = keep_numbers(&c, &session);
    kept->warnings = keep_warnings(&session);
    keep_takes(&c, kept);
    return hash_program(s, p, kept);
}

static const char *take(char *text, Arena *a)
{
    const char *copy = text ? arena_copy(a, text, strlen(text)) : "";

    free(text);
    return copy;
}

static int find_program(Sweep *s, const uint64_t hash[2], int point)
{
    for (int i = 0; i < s->n_programs; i++)
        if (s->program[i].hash[0] == hash[0] && s->program[i].hash[1] == hash[1])
            return i;
    const SweepProgram made = { { hash[0], hash[1] }, point };
    arena_push(s->arena, s->program, s->n_programs, made);
    return s->n_programs - 1;
}

/* The numbers in which a point differs from its program's own; the seed of a run is not compiled,
 * and the batch is the largest. */
static void set_numbers(Sweep *s, Point *p)
{
    const char *own = s->point[s->program[p->program].point].numbers;

    for (const char *line = p->numbers; *line; line += strcspn(line, "\n") + 1) {
        const int n = (int)strcspn(line, "\n");
        const char *text = arena_printf(s->arena, "%.*s", n, line);
        const char *same = strstr(own, arena_printf(s->arena, "%s\n", text));
        const bool largest = strncmp(text, "batch=", 6) != 0
                          || strtoll(text + 6, NULL, 10) == (long long)s->batch;
        if (!largest || !same || (same > own && same[-1] != '\n'))
            arena_push(s->arena, p->set, p->n_set, text);
    }
    for (int k = 0; k < s->n_axes; k++)
        if (s->axis[k].setting && strcmp(s->axis[k].name, "seed") == 0)
            arena_push(s->arena, p->set, p->n_set,
                       arena_printf(s->arena, "seed=%s", s->text[k][p->choice[k]]));
}

static void take_point(Sweep *s, Point *p, const Kept *kept, bool compiles)
{
    p->numbers = take(kept->numbers, s->arena);
    p->warnings = take(kept->warnings, s->arena);
    p->takes = kept->takes;
    p->takes.optimizer = take(kept->optimizer, s->arena);
    p->takes.clip = take(kept->clip, s->arena);
    const char *why = take(kept->why, s->arena);
    if (!compiles) {
        p->status = POINT_REFUSED;
        p->why = why;
        return;
    }
    p->status = POINT_WAITING;
    p->predicted = kept->predicted;
    p->work = kept->work;
    p->program = find_program(s, kept->hash, (int)(p - s->point));
    set_numbers(s, p);
}

bool sweep_points(Sweep *s)
{
    enum { TOLD = 5 };
    int refused = 0;

    sweep_list(s);
    for (int i = 0; i < s->n_points; i++) {
        Point *p = &s->point[i];
        Kept kept = { .predicted = NAN };
        const ArenaMark mark = arena_mark(s->arena);
        const bool compiles = compile_point(s, p, &kept);
        arena_release(s->arena, mark);
        take_point(s, p, &kept, compiles);
        refused += !compiles;
        if (!compiles && refused <= TOLD)
            fprintf(stderr, "netc: point %s does not compile (%s): %s\n", p->name,
                    sweep_describe(s, p, s->arena), p->why);
    }
    if (refused > TOLD)
        fprintf(stderr, "netc: %d more points do not compile\n", refused - TOLD);
    if (s->n_points == 0)
        fprintf(stderr, "netc: %s: the sweep's 'where' leaves no point\n", s->source->path);
    return s->n_points > refused;
}
