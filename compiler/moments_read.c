/* moments_read.c -- the moments of an experiment's data, as its program's own readers read it. */
#include "moments.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "runtime/bytes.h"
#include "runtime/data.h"
#include "runtime/samples.h"

/* A part of a large source will do: moments of a thousand samples are within a few percent. */
enum { MOST_SAMPLES = 1000, LEAST_SAMPLES = 32, MOST_VALUES = 1 << 20, LEAST_BYTES = 1 << 19 };

/* ---- The program's record, as far as data goes ----------------------------------------------- */

/* Texts and numbers in the order of the source's signature; see rt_source. */
static rt_source source_of(const Value *v)
{
    rt_source out = { .reader = v->callee->name };
    int texts = 0, numbers = 0;

    for (int i = 0; i < v->callee->n_params; i++) {
        const Param *p = &v->callee->param[i];
        const Value *arg = &v->arg[i];
        const bool is_text = arg->kind == VALUE_STRING || arg->kind == VALUE_WORD;

        if (strcmp(p->name, "split") == 0)
            continue;
        if (strstr(p->kinds, "string") && texts < (int)countof(out.text))
            out.text[texts++] = arg->kind == VALUE_STRING ? arg->text : NULL;
        if (strcmp(p->kinds, "string") != 0 && numbers < (int)countof(out.number))
            out.number[numbers++] = is_text ? -1 : arg->kind == VALUE_BOOL ? (double)arg->integer
                                  : arg->real;
    }
    return out;
}

static rt_data data_of(const Model *m)
{
    const Data *d = &m->data;

    return (rt_data){ .train = source_of(&d->train), .split = d->split, .scale = d->scale,
                      .split_seed = m->settings.seed, .normalize = d->normalize, .mean = d->mean,
                      .std = d->std, .limit = d->limit };
}

static void put_shape(Shape s, int *rank, int dim[4])
{
    *rank = s.rank;
    for (int i = 0; i < s.rank; i++)
        dim[i] = (int)s.dim[i];
}

static rt_model record_of(const Model *m, const rt_data *data, const rt_settings *set)
{
    static const rt_target target[] = {
        [TARGET_CLASS] = RT_TARGET_CLASS, [TARGET_VECTOR] = RT_TARGET_VECTOR,
        [TARGET_INPUT] = RT_TARGET_INPUT
    };
    rt_model out = { .name = m->name, .target = target[m->target.kind], .settings = set,
                     .real_size = m->settings.double_precision ? sizeof(double) : sizeof(float),
                     .data = data, .classes = (int)m->target.classes,
                     .label_steps = (int)m->target.steps, .one_hot = m->target.one_hot };

    put_shape(m->input, &out.input_rank, out.input_shape);
    if (m->target.kind != TARGET_CLASS || m->target.one_hot)
        put_shape(m->target.shape, &out.target_rank, out.target_shape);
    return out;
}

/* ---- How much is read ------------------------------------------------------------------------ */

static rt_most most_of(const Model *m)
{
    const int64_t values = shape_size(m->input)
                         + (m->target.kind == TARGET_VECTOR ? shape_size(m->target.shape) : 1);
    const int64_t fit = MOST_VALUES / values;
    const int64_t samples = fit > MOST_SAMPLES ? MOST_SAMPLES
                          : fit < LEAST_SAMPLES ? LEAST_SAMPLES : fit;
    const size_t bytes = (size_t)(samples * values) * sizeof(float);

    return (rt_most){ .samples = samples, .bytes = bytes > LEAST_BYTES ? bytes : LEAST_BYTES };
}

static double *doubles(const rt_model *m, const void *values, int64_t n, Arena *a)
{
    double *out = arena_array(a, double, n);

    for (int64_t i = 0; i < n; i++)
        out[i] = rt_value_get(m, values, (size_t)i);
    return out;
}

static Samples samples_of(const rt_model *record, const rt_samples *part, Shape input, Arena *a)
{
    const int64_t size = shape_size(input);
    Samples s = { .n = part->n, .channels = input.rank ? input.dim[input.rank - 1] : 1,
                  .channels_last = input.rank < 3, .targets = part->targets,
                  .label = part->label, .labels = (int64_t)rt_labels(record) };

    if (input.rank == 3) {
        s.channels = input.dim[0];
        s.height = input.dim[1];
    }
    s.places = size / s.channels;
    s.x = doubles(record, part->x, s.n * size, a);
    if (part->target)
        s.target = doubles(record, part->target, s.n * s.targets, a);
    return s;
}

static bool has_words(const Program *p)
{
    for (int i = 0; i < p->n; i++)
        for (NodeId id = 1; id < p->graph[i]->n; id++)
            if (p->graph[i]->node[id].op == OP_EMBEDDING)
                return true;
    return false;
}

/* ---- What is said of it ---------------------------------------------------------------------- */

/* What stands in files must not steer a terminal: only whole characters pass. */
static const char *plain(const char *text, Arena *a)
{
    const size_t size = strlen(text);
    char *copy = arena_copy(a, text, size);

    for (size_t i = 0; i < size;) {
        const int n = utf8_length(text + i, size - i);

        if (n == 0 || (unsigned char)copy[i] < ' ' || copy[i] == 0x7f)
            copy[i] = '?';
        i += n ? (size_t)n : 1;
    }
    return copy;
}

/* A text that must be given names a file, or a folder: the first that is missing, or NULL. */
static const char *missing_file(const Value *v, const rt_source *source, const char *directory)
{
    int text = 0;

    for (int i = 0; i < v->callee->n_params; i++) {
        const Param *p = &v->callee->param[i];

        if (strcmp(p->kinds, "string") == 0 && p->required
            && !rt_bytes_exist(directory, source->text[text]))
            return source->text[text];
        text += strstr(p->kinds, "string") != NULL;
    }
    return NULL;
}

static InputMoments unread(const Model *m, const char *why, Arena *a)
{
    InputMoments in = unit_normal(m);

    in.why = plain(why, a);
    return in;
}

/* That a source which makes its samples has to train from; 0: it does not make them. */
static int64_t made_samples(const Model *m)
{
    const Value *source = &m->data.train;
    double n = 0;

    for (int i = 0; i < source->callee->n_params; i++)
        if (strcmp(source->callee->param[i].name, "n") == 0)
            n = floor(source->arg[i].real * (m->data.split > 0 ? m->data.split : 1) + 0.5);
    return (int64_t)(m->data.limit > 0 ? fmin(n, (double)m->data.limit) : n);
}

/* `gaussian` makes what is assumed where there is no data. */
static bool is_gaussian(const Data *d)
{
    return strcmp(d->train.callee->name, "gaussian") == 0 && d->scale == 1 && d->normalize != 2;
}

static InputMoments gaussian(const Model *m)
{
    InputMoments in = unit_normal(m);

    in.facts.samples = made_samples(m);
    if (m->target.kind == TARGET_VECTOR) {
        in.target_mean = in.target_other = in.target_kin = 0;
        in.target_square = 1;
    }
    return in;
}

static bool is_finite(const InputMoments *in)
{
    return isfinite(in->square) && isfinite(in->other) && isfinite(in->kin)
        && isfinite(in->apart[MOMENTS_SAME]) && isfinite(in->pair_var)
        && isfinite(in->target_square) && isfinite(in->target_other);
}

/* Of a made source also where only some were made; 0: not known. */
static int64_t samples_there(const Model *m, const rt_samples *part)
{
    return part->partial ? made_samples(m) : (int64_t)part->n;
}

static InputMoments measure(const Program *p, const rt_model *record, const rt_samples *part,
                            Session *s)
{
    const Model *m = p->model;
    const Samples samples = samples_of(record, part, m->input, s->arena);
    const Samples words = { .n = samples.n, .channels = 1, .places = shape_size(m->input),
                            .x = samples.x, .label = samples.label, .labels = samples.labels };
    const bool of_words = has_words(p);
    const char *file = record->data->train.text[0], *name = record->data->train.reader;
    InputMoments in = moments_of(&samples, s->arena);

    if (of_words)
        moments_of_words(&words, &in, s->arena);
    else
        moments_units(&samples, m->settings.batch, &in, s->arena);
    moments_of_labels(of_words ? &words : &samples, of_words, &in, s->arena);
    in.facts = moments_facts(&samples, s->arena);
    in.facts.samples = samples_there(m, part);
    if (part->partial)
        in.facts.class_share = 0;
    in.from = arena_printf(s->arena, "%lld sample%s of %s", (long long)part->n,
                           part->n == 1 ? "" : "s", plain(file ? file : name, s->arena));
    return is_finite(&in) ? in : unread(m, "the squares of its numbers are too large", s->arena);
}

InputMoments input_moments(const Program *p, const char *directory, Session *s)
{
    const Model *m = p->model;
    const rt_settings set = { .seed = m->settings.seed };
    rt_dataset read;
    rt_error e;

    if (m->data.train.kind != VALUE_CALL)
        return unit_normal(m);
    if (is_gaussian(&m->data))
        return gaussian(m);
    const rt_data data = data_of(m);
    const rt_model record = record_of(m, &data, &set);
    const char *missing = missing_file(&m->data.train, &data.train, directory);
    if (missing)
        return unread(m, errno == ENOENT ? arena_printf(s->arena, "%s is not there", missing)
                         : arena_printf(s->arena, "%s: %s", missing, strerror(errno)), s->arena);
    if (!rt_data_sample(&record, directory, most_of(m), &read, &e))
        return unread(m, e.text, s->arena);
    const InputMoments in = measure(p, &record, &read.train, s);
    rt_data_free(&read);
    return in;
}
