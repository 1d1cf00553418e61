/* data.h -- samples in memory, read from files or made. */
#ifndef RT_DATA_H
#define RT_DATA_H

#include "error.h"
#include "netrt.h"

/* Samples of one part (train, test, valid). */
typedef struct {
    int64_t n;
    bool partial;                   /* rt_most left some of the source out */
    int64_t features, targets;      /* numbers in a sample, in a target vector (0: labels) */
    void *x;                        /* reals of the model's precision, [n][features] */
    int32_t *label;                 /* [n][rt_labels], in 0 .. classes - 1; NULL where targets are
                                     * vectors */
    void *target;                   /* [n][targets], also a class as a vector (rt_model.one_hot);
                                     * RT_TARGET_INPUT: x itself */
} rt_samples;

/* How much of a source is wanted, where a part of it will do; zeros: all. */
typedef struct {
    size_t bytes;                   /* of a file, and of what it unpacks to */
    int64_t samples;
} rt_most;

/* Labels of a sample: one, or a class for each step. */
static inline size_t rt_labels(const rt_model *m)
{
    return m->label_steps > 0 ? (size_t)m->label_steps : 1;
}

typedef struct {
    rt_samples train, test, valid;  /* n 0 where there is none */
} rt_dataset;

/* Reads and prepares all parts: sources, split, limit, scale, normalize; checks every size, label
 * and value against the model.  Files are relative to `directory`.  On failure nothing is kept. */
bool rt_data_load(const rt_model *model, const char *directory, rt_dataset *out, rt_error *e);
void rt_data_free(rt_dataset *d);

/* The same for some samples of the training source, not much over most.samples: all of a small one,
 * samples spread evenly over arrays, the beginning of what is only read from its beginning.  They
 * are split and normalized as if there were no others. */
bool rt_data_sample(const rt_model *model, const char *directory, rt_most most, rt_dataset *out,
                    rt_error *e);

/* The order in which epoch `epoch` visits n samples. */
void rt_data_order(uint64_t seed, bool shuffle, int64_t epoch, int64_t n, uint32_t *order);

/* Copies samples order[from .. from + rows - 1] into a batch: x[rows][features], and labels and
 * target, whichever of them the part has and the caller wants (not NULL). */
void rt_data_batch(const rt_model *model, const rt_samples *s, const uint32_t *order, int64_t from,
                   int rows, void *x, int32_t *labels, void *target);

/* What a reader is asked for. */
typedef struct {
    const rt_source *source;
    const rt_model *model;
    const char *directory;
    const char *part;               /* "train", "test", "valid": made samples differ by it */
    rt_most most;
} rt_request;

/* A format or a generator.  One row in readers.def adds it.  A reader fills n, features, x and, by
 * the model's target, label or target; what it leaves in *out on failure is freed by the caller. */
typedef struct {
    const char *name;               /* "idx" */
    bool (*read)(const rt_request *r, rt_samples *out, rt_error *e);
} rt_reader;

#define READER(name) bool rt_read_##name(const rt_request *r, rt_samples *out, rt_error *e);
#include "readers.def"
#undef READER

#endif
