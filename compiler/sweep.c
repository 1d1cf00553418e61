/* sweep.c -- a sweep: its points, the programs that they share, how each went (`netc sweep`). */
#include "sweep.h"

#include <math.h>
#include <string.h>

/* ---- The axes --------------------------------------------------------------------------- */

/* The text of the first element of a list or range, as it was written; NULL: neither. */
static const char *first_text(const Expr *list, Arena *a)
{
    const Expr *e = list->kind == EXPR_LIST && list->args ? list->args->value
                  : list->kind == EXPR_BINARY && list->oper == OPER_RANGE ? list->left : NULL;

    return e ? arena_copy(a, e->at.source->text + e->at.from, e->at.to - e->at.from) : NULL;
}

static bool is_fixed(const Sweep *s, const char *name)
{
    for (int i = 0; i < s->n_fixed; i++)
        if (strcmp(s->fixed[i].name, name) == 0)
            return true;
    return false;
}

/* A sweep sets a param that has no value: until then it has the first of its axis. */
static void set_first(Sweep *s, const File *file)
{
    for (const Decl *d = file->decls; d; d = d->next)
        for (const Line *l = d->kind == DECL_SWEEP ? d->lines : NULL; l; l = l->next) {
            const char *text = l->key ? first_text(l->value, s->arena) : NULL;
            for (const Decl *p = file->decls; text && p; p = p->next) {
                const Define first = { l->key, text, false };
                if (p->kind == DECL_PARAM && p->name == l->key && !p->value
                    && !is_fixed(s, l->key))
                    arena_push(s->arena, s->fixed, s->n_fixed, first);
            }
        }
}

/* What the command line fixes does not vary. */
static bool axes_are_free(const Sweep *s)
{
    for (int i = 0; i < s->options->n_defines; i++)
        for (int k = 0; k < s->n_axes; k++)
            if (strcmp(s->options->define[i].name, s->axis[k].name) == 0) {
                fprintf(stderr, "netc: -D %s: the sweep of %s varies it\n", s->axis[k].name,
                        s->source->path);
                return false;
            }
    return true;
}

static void write_values(Sweep *s)
{
    s->text = arena_array(s->arena, const char **, s->n_axes);
    for (int k = 0; k < s->n_axes; k++) {
        s->text[k] = arena_array(s->arena, const char *, s->axis[k].n);
        for (int i = 0; i < s->axis[k].n; i++)
            s->text[k][i] = value_literal(&s->axis[k].value[i], s->arena);
    }
}

int sweep_open(Sweep *s, const Options *o, Arena *a)
{
    Session session;
    Compilation c;

    *s = (Sweep){ .options = o, .arena = a };
    for (int i = 0; i < o->n_defines; i++)
        arena_push(a, s->fixed, s->n_fixed, o->define[i]);
    if (!session_open(o->file[0], o, a, &session, &c))
        return EXIT_SOURCE;
    s->source = c.source;
    c.file = parse(c.source, &session);
    if (diag_errors(session.diag) == 0) {
        set_first(s, c.file);
        c.model = check(c.file, s->fixed, s->n_fixed, &session);
    }
    if (!session_report(&session, o, stderr))
        return EXIT_SOURCE;
    s->name = c.model->name;
    s->axis = c.model->axis;
    s->n_axes = c.model->n_axes;
    s->folder = o->out ? o->out : arena_printf(a, "%s.sweep", s->name);
    if (s->n_axes > 0 && !compile_missing(&c)) {
        write_values(s);
        return axes_are_free(s) ? EXIT_FINE : EXIT_USAGE;
    }
    fprintf(stderr, "netc: %s has no '%s' block: there is nothing to %s\n", s->source->path,
            s->n_axes > 0 ? compile_missing(&c) : "sweep", s->n_axes > 0 ? "run" : "sweep over");
    return EXIT_SOURCE;
}

/* ---- One point -------------------------------------------------------------------------- */

int sweep_place(const Sweep *s, const int *choice)
{
    int place = 0;

    for (int k = 0; k < s->n_axes; k++)
        place = place * s->axis[k].n + choice[k];
    return place;
}

static void choose(const Sweep *s, int place, int *choice)
{
    for (int k = s->n_axes - 1; k >= 0; k--) {
        choice[k] = place % s->axis[k].n;
        place /= s->axis[k].n;
    }
}

const char *sweep_describe(const Sweep *s, const Point *p, Arena *a)
{
    const char *text = "";

    for (int k = 0; k < s->n_axes; k++)
        text = arena_printf(a, "%s%s%s = %s", text, k ? ", " : "", s->axis[k].name,
                            s->text[k][p->choice[k]]);
    return text;
}

/* Letters that mean nothing to make, to a shell and in a URL. */
static const char *plain(const char *text, Arena *a)
{
    enum { LENGTH = 24 };
    char out[LENGTH + 1];
    int n = 0;

    for (; *text && n < LENGTH; text++) {
        const bool keeps = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')
                        || (*text >= '0' && *text <= '9') || *text == '.' || *text == '-';
        if (keeps || (n > 0 && out[n - 1] != '_'))
            out[n++] = keeps ? *text : '_';
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    return arena_copy(a, out, (size_t)n);
}

/* Its number comes first, so that no two points have one name, and names sort as points do. */
static const char *name_of(const Sweep *s, const Point *p, int number)
{
    enum { LENGTH = 100 };          /* of a file's name, with room for what is behind it */
    const char *name = arena_printf(s->arena, "%0*d", snprintf(NULL, 0, "%d", s->n_points),
                                    number + 1);

    for (int k = 0; k < s->n_axes; k++)
        name = arena_printf(s->arena, "%s-%s", name, plain(s->text[k][p->choice[k]], s->arena));
    return arena_printf(s->arena, "%.*s", LENGTH, name);
}

static void set_defines(const Sweep *s, const int *choice, bool largest, Session *session,
                        Compilation *c)
{
    Define *define = NULL;
    int n = 0;

    for (int i = 0; i < s->options->n_defines; i++)
        arena_push(session->arena, define, n, s->options->define[i]);
    for (int k = 0; k < s->n_axes; k++) {
        const Define d = { s->axis[k].name, s->text[k][choice[k]], s->axis[k].setting };
        if (!largest || !d.setting || strcmp(d.name, "batch") != 0)
            arena_push(session->arena, define, n, d);
    }
    if (largest) {
        const Define d = { "batch", arena_printf(session->arena, "%lld", (long long)s->batch),
                           true };
        arena_push(session->arena, define, n, d);
    }
    c->define = define;
    c->n_defines = n;
}

bool sweep_check(const Sweep *s, const int *choice, bool largest, Session *session, Compilation *c)
{
    if (!session_open(s->source->path, s->options, s->arena, session, c))
        return false;
    set_defines(s, choice, largest, session, c);
    return compile_check(c, session);
}

/* ---- Which points there are ------------------------------------------------------------- */

/* `where` leaves points out, and the largest batch is that of any point that compiles: one that
 * does not would keep the others from compiling. */
static bool is_in(Sweep *s, const int *choice)
{
    const ArenaMark mark = arena_mark(s->arena);
    Session session;
    Compilation c;
    bool in = true;

    if (session_open(s->source->path, s->options, s->arena, &session, &c)) {
        set_defines(s, choice, false, &session, &c);
        c.file = parse(c.source, &session);
        c.model = check(c.file, c.define, c.n_defines, &session);
        in = !c.model->left_out;
        if (in && c.model->settings.batch > s->batch
            && sweep_check(s, choice, false, &session, &c))
            s->batch = c.model->settings.batch;
    }
    arena_release(s->arena, mark);
    return in;
}

void sweep_list(Sweep *s)
{
    s->n_product = 1;
    for (int k = 0; k < s->n_axes; k++)
        s->n_product *= s->axis[k].n;
    s->at = arena_array(s->arena, int, s->n_product);
    s->point = arena_array(s->arena, Point, s->n_product);
    for (int place = 0; place < s->n_product; place++) {
        int *choice = arena_array(s->arena, int, s->n_axes);
        choose(s, place, choice);
        const bool in = is_in(s, choice);
        s->at[place] = in ? s->n_points : -1;
        if (in)
            s->point[s->n_points++] = (Point){ .choice = choice, .program = -1, .exit_status = -1,
                                               .predicted = NAN, .warnings = "", .numbers = "" };
    }
    for (int i = 0; i < s->n_points; i++)
        s->point[i].name = name_of(s, &s->point[i], i);
}
