/* read_cifar10.c -- the binary version of CIFAR-10 (cs.toronto.edu/~kriz/cifar.html), also gzip. */
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "samples.h"

enum {
    CLASSES = 10, SIDE = 32, PIXELS = 3 * SIDE * SIDE,
    ROW = 1 + PIXELS,               /* bytes: the label, then the planes of red, green and blue */
    FILES = 5, NAME = 512
};

typedef struct {
    char name[FILES][NAME];
    rt_bytes bytes[FILES];
    int n;
    uint64_t samples;
} batches;

static bool set_name(const char *folder, const char *inner, const char *file, char name[NAME],
                     rt_error *e)
{
    const int n = snprintf(name, NAME, "%s%s%s", folder, inner, file);
    return (n >= 0 && n < NAME) || rt_fail(e, "%.200s...: the folder's name is too long", folder);
}

/* The archive unpacks to a folder of its own: files are looked for in both. */
static bool find(const rt_request *r, const char *file, char name[NAME], rt_error *e)
{
    static const char *const inner[] = {"/", "/cifar-10-batches-bin/"};
    static const char *const ending[] = {".bin", ".bin.gz"};
    const char *folder = r->source->text[0];
    char full[64];
    for (int i = 0; i < 4; i++) {
        snprintf(full, sizeof full, "%s%s", file, ending[i % 2]);
        if (!set_name(folder, inner[i / 2], full, name, e))
            return false;
        if (rt_bytes_exist(r->directory, name))
            return true;
    }
    return rt_fail(e, "%s: no file %s.bin there, or in %s/cifar-10-batches-bin; the binary version "
                   "of CIFAR-10 is wanted", folder, file, folder);
}

static bool check(rt_bytes *b, rt_error *e)
{
    if (b->cut)
        b->size -= b->size % ROW;
    if (b->size % ROW)
        return rt_fail_at(b, b->size, e, "the file ends %zu byte%s into a sample of %d",
                          b->size % ROW, rt_plural(b->size % ROW), ROW);
    for (size_t at = 0; at < b->size; at += ROW)
        if (b->data[at] >= CLASSES)
            return rt_fail_at(b, at, e, "sample %zu: label %d is none of CIFAR-10's, 0 to 9",
                              at / ROW, b->data[at]);
    return true;
}

static bool read_batch(const rt_request *r, const char *file, batches *all, rt_error *e)
{
    rt_bytes *b = &all->bytes[all->n];
    char *name = all->name[all->n++];
    const size_t most = r->most.samples ? ROW * ((size_t)r->most.samples / FILES + 1) : 0;
    if (!find(r, file, name, e) || !rt_bytes_read(r->directory, name, most, b, e) || !check(b, e))
        return false;
    all->samples += b->size / ROW;
    return true;
}

static bool read_batches(const rt_request *r, batches *all, rt_error *e)
{
    char file[32];
    if (strcmp(r->part, "train") != 0)
        return read_batch(r, "test_batch", all, e);
    for (int i = 1; i <= FILES; i++) {
        snprintf(file, sizeof file, "data_batch_%d", i);
        if (!read_batch(r, file, all, e))
            return false;
    }
    return true;
}

static bool fits(const rt_model *m, const char *name, rt_error *e)
{
    const int *side = m->input_shape;
    char shape[RT_SHAPE_TEXT];
    const bool image = m->input_rank == 3 && side[0] == 3 && side[1] == SIDE && side[2] == SIDE;
    return image || (m->input_rank == 1 && side[0] == PIXELS)
        || rt_fail(e, "%s: samples are [3,32,32], the model's input is %s", name,
                   rt_shape_text(m->input_rank, side, shape));
}

static bool add_batch(const rt_model *m, const rt_bytes *b, size_t first, rt_samples *out,
                      rt_error *e)
{
    char wrong[RT_SHAPE_TEXT];
    const unsigned char *p = b->data;
    size_t at = first * PIXELS;
    for (size_t i = 0; i < b->size / ROW; i++) {
        const char *message = rt_target_set(m, out, first + i, *p++, wrong);
        if (message)
            return rt_fail_at(b, i * ROW, e, "sample %zu: %s", i, message);
        for (int j = 0; j < PIXELS; j++)
            rt_value_set(m, out->x, at++, *p++);
    }
    return true;
}

static bool add_batches(const rt_model *m, const batches *all, rt_samples *out, rt_error *e)
{
    size_t first = 0;
    for (int i = 0; i < all->n; i++) {
        if (!add_batch(m, &all->bytes[i], first, out, e))
            return false;
        first += all->bytes[i].size / ROW;
    }
    return true;
}

bool rt_read_cifar10(const rt_request *r, rt_samples *out, rt_error *e)
{
    batches all = {.n = 0};
    const char *name = r->source->text[0];
    const bool read = rt_target_is_number(r->model, name, e) && fits(r->model, name, e)
                   && read_batches(r, &all, e)
                   && rt_samples_new(r->model, name, all.samples, out, e)
                   && add_batches(r->model, &all, out, e);
    for (int i = 0; i < all.n; i++) {
        out->partial = out->partial || all.bytes[i].cut;
        rt_bytes_free(&all.bytes[i]);
    }
    return read;
}
