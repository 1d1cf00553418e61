/* data.c -- the table of readers; loading, ordering and batching of samples. */
#include "data.h"

#include <string.h>

#include "philox.h"
#include "prepare.h"
#include "samples.h"

static const rt_reader readers[] = {
#define READER(name) {#name, rt_read_##name},
#include "readers.def"
#undef READER
};

static const rt_reader *find_reader(const char *name)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (strcmp(readers[i].name, name) == 0)
            return &readers[i];
    return NULL;
}

static bool read_part(const rt_model *model, const rt_source *source, const char *directory,
                      const char *part, rt_most most, rt_samples *out, rt_error *e)
{
    const rt_request request = {source, model, directory, part, most};
    if (!source->reader)
        return true;
    const rt_reader *reader = find_reader(source->reader);
    if (!reader)
        return rt_fail(e, "data: this library has no source '%s'", source->reader);
    return reader->read(&request, out, e);
}

static bool read_train(const rt_model *m, const char *directory, rt_most most, rt_dataset *out,
                       rt_error *e)
{
    if (!m->data || !m->data->train.reader)
        return rt_fail(e, "data: no source to train from");
    return read_part(m, &m->data->train, directory, "train", most, &out->train, e);
}

static bool read_parts(const rt_model *m, const char *directory, rt_dataset *out, rt_error *e)
{
    const rt_most all = {0, 0};
    return read_train(m, directory, all, out, e)
        && read_part(m, &m->data->test, directory, "test", all, &out->test, e)
        && read_part(m, &m->data->valid, directory, "valid", all, &out->valid, e);
}

bool rt_data_load(const rt_model *model, const char *directory, rt_dataset *out, rt_error *e)
{
    *out = (rt_dataset){0};
    if (read_parts(model, directory, out, e) && rt_prepare(model, out, e))
        return true;
    rt_data_free(out);
    return false;
}

bool rt_data_sample(const rt_model *model, const char *directory, rt_most most, rt_dataset *out,
                    rt_error *e)
{
    *out = (rt_dataset){0};
    if (read_train(model, directory, most, out, e) && rt_prepare(model, out, e))
        return true;
    rt_data_free(out);
    return false;
}

void rt_data_free(rt_dataset *d)
{
    rt_samples_free(&d->train);
    rt_samples_free(&d->test);
    rt_samples_free(&d->valid);
}

void rt_data_order(uint64_t seed, bool shuffle, int64_t epoch, int64_t n, uint32_t *order)
{
    const rt_stream stream = {.seed = seed, .purpose = RT_FOR_SHUFFLE, .step = (uint64_t)epoch};
    if (shuffle) {
        rt_random_permutation(&stream, (size_t)n, order);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
}

enum { LINE = 64, AHEAD = 4096 };   /* bytes: of a cache line, and of a row asked for beforehand */

/* Rows lie anywhere, and the processor guesses nothing of the next one: it is asked for. */
static void ask_for(const char *row, size_t bytes)
{
    for (size_t k = 0; k < bytes && k < AHEAD; k += LINE)
        __builtin_prefetch(row + k);
}

/* to[row] = from[order[row]], rows of `bytes` bytes. */
static void gather(void *to, const void *from, size_t bytes, const uint32_t *order, int rows)
{
    for (size_t i = 0; to && from && i < (size_t)rows; i++) {
        if (i + 1 < (size_t)rows)
            ask_for((const char *)from + order[i + 1] * bytes, bytes);
        memcpy((char *)to + i * bytes, (const char *)from + order[i] * bytes, bytes);
    }
}

void rt_data_batch(const rt_model *model, const rt_samples *s, const uint32_t *order, int64_t from,
                   int rows, void *x, int32_t *labels, void *target)
{
    gather(x, s->x, (size_t)s->features * model->real_size, order + from, rows);
    gather(labels, s->label, rt_labels(model) * sizeof *s->label, order + from, rows);
    gather(target, s->target, (size_t)s->targets * model->real_size, order + from, rows);
}
