/* check_settings.c -- the sections of settings: data, train, observe. */
#include <string.h>

#include "check.h"
#include "suggest.h"

const Setting *check_find_setting(const Decl *d, const char *key)
{
    for (const Setting *set = d->settings; set; set = set->next)
        if (!strcmp(set->key, key))
            return set;
    return NULL;
}

static Arg **add_arg(Arg **end, Arg arg, Arena *a)
{
    *end = arena_new_of(a, Arg);
    **end = arg;
    return &(*end)->next;
}

/* `lr` belongs to the optimiser; a seed is that of the run, and leaves the data as they are. */
static bool is_written(const Define *d)
{
    return d->setting && strcmp(d->name, "lr") != 0 && strcmp(d->name, "seed") != 0;
}

/* The point of a sweep sets it; of `epochs` and `steps` it sets both. */
static bool is_set_by_point(const Checker *c, const Decl *d, Str key)
{
    const bool length = !strcmp(key, "epochs") || !strcmp(key, "steps");

    if (d->kind != DECL_TRAIN)
        return false;
    for (int i = 0; i < c->n_defines; i++) {
        const char *name = c->define[i].name;
        if (is_written(&c->define[i])
            && (!strcmp(name, key)
                || (length && (!strcmp(name, "epochs") || !strcmp(name, "steps")))))
            return true;
    }
    return false;
}

/* The values of a point of a sweep, over those that were written. */
static Arg **add_point(Checker *c, Arg **end)
{
    Session *s = c->s;

    for (int i = 0; i < c->n_defines; i++) {
        const Define *d = &c->define[i];
        if (!is_written(d))
            continue;
        const Str path = intern(s->names, arena_printf(s->arena, "the axis '%s'", d->name));
        Expr *e = parse_expr(source_from_text(path, d->text, strlen(d->text), s->arena), s);
        if (e)
            end = add_arg(end, (Arg){ .name = intern(s->names, d->name), .name_at = e->at,
                                      .at = e->at, .value = e }, s->arena);
    }
    return end;
}

/* Settings are arguments by name; `data = source` is `train = source`. */
static const Arg *settings_as_args(Checker *c, const Decl *d)
{
    Arg *first = NULL, **end = &first;

    for (const Setting *set = d->settings; set; set = set->next)
        if (!is_set_by_point(c, d, set->key))
            end = add_arg(end, (Arg){ .name = set->key, .name_at = set->key_at, .at = set->at,
                                      .value = set->value }, c->s->arena);
    if (d->kind == DECL_TRAIN)
        end = add_point(c, end);
    if (d->value)
        add_arg(end, (Arg){ .at = d->value->at, .value = d->value }, c->s->arena);
    return first;
}

const Value *check_settings(Checker *c, const Decl *d, const char *section)
{
    Session *s = c->s;
    const Eval in = { s, c->globals->scope };
    const Call call = {
        .callee = vocabulary_find(s->vocabulary, FAMILY_SETTINGS, intern(s->names, section)),
        .args = settings_as_args(c, d), .at = d->at,
    };
    Value *arg = call_bind(&call, &in);
    map_put(&c->model->sections, d, arg, s->arena);
    return arg;
}

static const Value *setting(const Checker *c, const Value *arg, const char *section,
                            const char *key)
{
    const Session *s = c->s;
    return call_arg(vocabulary_find(s->vocabulary, FAMILY_SETTINGS, intern(s->names, section)), arg,
                    key);
}

static void conflict(Checker *c, Span at, Span other, const char *text)
{
    Message *m = diag_error(c->s->diag, MSG_SETTING_CONFLICT, at, "%s", text);
    diag_note(m, other, "the other one is here");
}

/* Both keys were written. */
static void exclude(Checker *c, const Decl *d, const char *a, const char *b)
{
    const Setting *first = check_find_setting(d, a), *second = check_find_setting(d, b);

    if (first && second)
        conflict(c, second->key_at, first->key_at,
                 arena_printf(c->s->arena, "'%s' and '%s' exclude each other", a, b));
}

/* ---- data ---- */

static double source_split(const Value *source)
{
    return source->kind == VALUE_CALL ? value_arg(source, "split")->real : 0;
}

/* A split makes train and test of a single source. */
static void check_split(Checker *c, const Value *split)
{
    Data *data = &c->model->data;
    const double own = source_split(&data->train);
    const bool given = split->kind != VALUE_ERROR && !split->is_default;
    const Value *others[] = { &data->test, &data->valid };

    if (given && own > 0)
        conflict(c, split->at, data->train.at, "the source has a split of its own");
    data->split = given ? split->real : own;
    if (data->split > 0 && data->test.kind == VALUE_CALL)
        conflict(c, data->test.at, given ? split->at : data->train.at,
                 "split makes the test part, so there is no test source");
    for (size_t i = 0; i < countof(others); i++)
        if (source_split(others[i]) > 0)
            diag_error(c->s->diag, MSG_SETTING_CONFLICT, others[i]->at,
                       "only the train source can be split");
}

static void check_normalize(Checker *c, const Value *v)
{
    Data *data = &c->model->data;

    if (v->kind == VALUE_WORD)
        data->normalize = 1;
    if (v->kind != VALUE_LIST)
        return;
    if (v->n != 2 || v->item[1].real <= 0) {
        diag_error(c->s->diag, MSG_NORMALIZE_FORM, v->at, "%s",
                   v->n == 2 ? "the deviation of normalize has to be above 0"
                             : "normalize wants two numbers, [mean, deviation]");
        return;
    }
    data->normalize = 2;
    data->mean = v->item[0].real;
    data->std = v->item[1].real;
}

/* Each change of the images at most once; whether the input has images, infer_data.c checks. */
static void check_augment(Checker *c, const Value *v)
{
    c->model->data.augment = *v;
    for (int i = 0; v->kind == VALUE_LIST && i < v->n; i++)
        for (int j = 0; j < i; j++)
            if (v->item[i].kind == VALUE_CALL && v->item[i].callee == v->item[j].callee) {
                conflict(c, v->item[i].at, v->item[j].at,
                         arena_printf(c->s->arena, "'%s' is there twice",
                                      v->item[i].callee->name));
                return;
            }
}

/* CIFAR-10 comes in both parts: the test part is read unless another is given, or a split made. */
static void take_test_part(Data *data)
{
    if (word_is(&data->train, "CIFAR10") && data->test.kind == VALUE_NONE && data->split == 0)
        data->test = data->train;
}

void check_data(Checker *c, const Decl *d)
{
    const Value *arg = check_settings(c, d, "data");
    Data *data = &c->model->data;

    data->decl = d;
    data->train = *setting(c, arg, "data", "train");
    data->test = *setting(c, arg, "data", "test");
    data->valid = *setting(c, arg, "data", "valid");
    data->scale = setting(c, arg, "data", "scale")->real;
    data->limit = setting(c, arg, "data", "limit")->integer;
    check_split(c, setting(c, arg, "data", "split"));
    check_normalize(c, setting(c, arg, "data", "normalize"));
    check_augment(c, setting(c, arg, "data", "augment"));
    take_test_part(data);
    exclude(c, d, "scale", "normalize");
}

/* ---- train ---- */

static void check_optimizer(Checker *c, const Value *v)
{
    if (!word_is(v, "SGD") || !value_arg(v, "nesterov")->integer)
        return;
    if (value_arg(v, "momentum")->kind == VALUE_REAL && value_arg(v, "momentum")->real == 0)
        diag_error(c->s->diag, MSG_NESTEROV, value_arg(v, "nesterov")->at,
                   "nesterov needs a momentum above 0");
}

/* An axis `lr` is the optimiser's. */
static void set_rate(Checker *c, const Value *optimizer)
{
    const Define *define = check_find_define(c, intern(c->s->names, "lr"), true);
    const Kinds real = { .mask = KIND_REAL };

    if (!define || optimizer->kind != VALUE_CALL)
        return;
    for (int i = 0; i < optimizer->callee->n_params; i++) {
        const Param *p = &optimizer->callee->param[i];
        if (!strcmp(p->name, "lr"))
            optimizer->arg[i] = param_fit(check_define_value(c, define, &real), p, "the axis 'lr'",
                                          c->s);
    }
}

static void check_schedule(Checker *c, const Value *v)
{
    enum { MAX_POINTS = 16 };           /* rt_settings.at */

    if (!word_is(v, "STEP") || value_arg(v, "at")->kind != VALUE_LIST)
        return;
    const Value *at = value_arg(v, "at");
    if (!at->n || at->n > MAX_POINTS)
        diag_error(c->s->diag, MSG_SCHEDULE_POINTS, at->at, "'at' has %d epochs, wanted 1 to %d",
                   at->n, MAX_POINTS);
    for (int i = 0; i < at->n; i++) {
        const int64_t before = i ? at->item[i - 1].integer : 0;
        if (at->item[i].integer > before)
            continue;
        diag_error(c->s->diag, MSG_SCHEDULE_POINTS, at->item[i].at,
                   "the epochs of 'at' have to rise, from 1 on");
        return;
    }
}

void check_train(Checker *c, const Decl *d)
{
    const Value *arg = check_settings(c, d, "train");
    Settings *set = &c->model->settings;

    c->model->has_train = true;
    set->decl = d;
    set->loss = *setting(c, arg, "train", "loss");
    set->optimizer = *setting(c, arg, "train", "optimizer");
    set->schedule = *setting(c, arg, "train", "schedule");
    set->clip = *setting(c, arg, "train", "clip");
    set->regularize = *setting(c, arg, "train", "regularize");
    set->batch = setting(c, arg, "train", "batch")->integer;
    set->epochs = setting(c, arg, "train", "epochs")->integer;
    set->steps = setting(c, arg, "train", "steps")->integer;
    set->seed = (uint64_t)setting(c, arg, "train", "seed")->integer;
    set->shuffle = setting(c, arg, "train", "shuffle")->integer != 0;
    set->double_precision =
        setting(c, arg, "train", "precision")->text == intern(c->s->names, "double");
    set->on_nonfinite = setting(c, arg, "train", "on_nonfinite")->text;
    exclude(c, d, "epochs", "steps");
    set_rate(c, &set->optimizer);
    check_optimizer(c, &set->optimizer);
    check_schedule(c, &set->schedule);
}

/* ---- observe ---- */

void check_observe(Checker *c, const Decl *d)
{
    const Value *arg = check_settings(c, d, "observe");
    const Value *layers = setting(c, arg, "observe", "layers");
    Observe *o = &c->model->observe;

    o->every = setting(c, arg, "observe", "every")->integer;
    o->histograms = setting(c, arg, "observe", "histograms")->integer != 0;
    for (int i = 0; layers->kind == VALUE_LIST && i < layers->n; i++)
        arena_push(c->s->arena, o->layer, o->n_layers, layers->item[i].text);
}
