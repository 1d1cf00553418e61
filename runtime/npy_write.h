/* npy_write.h -- writes NumPy's formats: an array as .npy, several as .npz. */
#ifndef RT_NPY_WRITE_H
#define RT_NPY_WRITE_H

#include <stdint.h>

#include "atomic_file.h"

enum { RT_WRITTEN_RANK = 6 };

/* An array of the machine's byte order, row-major. */
typedef struct {
    const char *name;               /* in an .npz: "x" */
    char kind;                      /* 'f' real, 'i' signed */
    int width;                      /* bytes of a value */
    int rank;
    int64_t dim[RT_WRITTEN_RANK];
    const void *data;
} rt_written;

bool rt_npy_write(rt_atomic_file *f, const rt_written *array, rt_error *e);

/* The arrays as files of an uncompressed zip.  One of 4 GiB or more is refused. */
bool rt_npz_write(rt_atomic_file *f, const rt_written *array, int n, rt_error *e);

#endif
