/* array.h -- numbers as they lie in a file: any type, any order, with a shape. */
#ifndef RT_ARRAY_H
#define RT_ARRAY_H

#include "bytes.h"
#include "data.h"

enum { RT_ARRAY_RANK = 8 };

typedef struct {
    rt_bytes bytes;                 /* the file; messages count from its start */
    size_t at, size;                /* where the values begin in it, how many bytes they are */
    char kind;                      /* 'u' unsigned, 'i' signed, 'f' real */
    int width;                      /* bytes of a value */
    bool big_endian;
    bool columns_first;             /* Fortran's order: the first index runs fastest */
    int rank;
    uint64_t dim[RT_ARRAY_RANK];
    uint64_t n;                     /* samples that are there: dim[0], or less of a cut file */
} rt_array;

/* Checks that the values fill the file from `at` to its end exactly, and sets `size` and `n`. */
bool rt_array_check(rt_array *a, rt_error *e);

/* x[n][...] and y[n] or y[n][...] become samples; their sizes are checked against the model's.  Of
 * more than are wanted, so many at equal distances. */
bool rt_array_samples(const rt_request *r, const rt_array *x, const rt_array *y, rt_samples *out,
                      rt_error *e);

/* NumPy's format, versions 1 to 3: parses and checks the header in a->bytes (read_npy.c). */
bool rt_npy_parse(rt_array *a, rt_error *e);

#endif
