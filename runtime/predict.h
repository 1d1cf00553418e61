/* predict.h -- what the model puts out for each sample, as a file (`--predict`). */
#ifndef RT_PREDICT_H
#define RT_PREDICT_H

#include "run.h"

/* Whether `path` ends as a format that can be written does: .csv, .npy, .npz. */
bool rt_predict_knows(const char *path, rt_error *e);

/* The outputs for the test data, or the training data where there is none, into `path`. */
bool rt_predict(rt_run *run, const char *path, rt_error *e);

#endif
