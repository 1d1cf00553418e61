/* safetensors.h -- the file format of weights (huggingface/safetensors).
 *
 *     u64 LE n;  n bytes of JSON, padded with spaces;  the tensors, little endian, row-major
 *
 * The JSON maps each name to {"dtype", "shape", "data_offsets": [begin, end]}, offsets counted from
 * the end of the JSON, without holes; "__metadata__" maps strings to strings. */
#ifndef RT_SAFETENSORS_H
#define RT_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* A tensor to write: of float, of double, or of int32_t. */
typedef struct {
    const char *name;
    int rank;
    const int *shape;
    size_t real_size, n;            /* bytes of an element, elements */
    const void *data;
    bool whole;                     /* int32_t */
} rt_stored;

typedef struct {
    const char *key, *value;
} rt_note;

bool rt_safetensors_write(const char *path, const rt_stored *tensor, size_t n, const rt_note *note,
                          int n_notes, rt_error *e);

enum { RT_STORED_RANK = 8 };

/* A tensor in a file. */
typedef struct {
    const char *name;
    const char *dtype;              /* "F32", "I64" */
    int rank;
    int64_t shape[RT_STORED_RANK];
    uint64_t n, begin, end;         /* elements; bytes in the data */
} rt_entry;

typedef struct {
    const char *path;
    int fd;
    uint64_t data;                  /* where the tensors begin, bytes */
    rt_entry *entry;                /* by name */
    size_t n;
    void *header;                   /* the JSON */
} rt_safetensors;

/* Opens and checks the whole header; nothing of the size that a file claims is allocated before the
 * claim is checked.  A header over `most` bytes is refused. */
bool rt_safetensors_open(rt_safetensors *f, const char *path, uint64_t most, rt_error *e);
void rt_safetensors_close(rt_safetensors *f);

const rt_entry *rt_safetensors_find(const rt_safetensors *f, const char *name);

/* A value of the metadata, or NULL. */
const char *rt_safetensors_note(const rt_safetensors *f, const char *key);

/* n bytes of a tensor, from byte `from` of it. */
bool rt_safetensors_read(const rt_safetensors *f, const rt_entry *t, uint64_t from, void *out,
                         size_t n, rt_error *e);

#endif
