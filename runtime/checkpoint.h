/* checkpoint.h -- weights and running statistics in a file, under PyTorch's names. */
#ifndef RT_CHECKPOINT_H
#define RT_CHECKPOINT_H

#include "net.h"

/* Writes all parameters and running statistics as safetensors, whole or not at all. */
bool rt_checkpoint_save(const char *path, const rt_net *net, const void *params, const void *memory,
                        int64_t step, rt_error *e);

/* Reads them back, converting between float and double.  The file has to hold the same tensors in
 * the same shapes (PyTorch's `num_batches_tracked` and the arrays of an optimiser are passed over);
 * otherwise the first that differs is named, and nothing is changed. */
bool rt_checkpoint_load(const char *path, const rt_net *net, void *params, void *memory,
                        rt_error *e);

#endif
