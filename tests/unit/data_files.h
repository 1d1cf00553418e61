/* data_files.h -- what the tests of data share: files in a folder of their own, small models. */
#ifndef DATA_FILES_H
#define DATA_FILES_H

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "samples.h"
#include "test.h"

static char folder[64] = "/tmp/netrt-XXXXXX";
static rt_settings settings = {.seed = 7};

static inline void remove_folder(void)
{
    char path[512];
    DIR *d = opendir(folder);
    for (struct dirent *f; d && (f = readdir(d));) {
        snprintf(path, sizeof path, "%s/%.255s", folder, f->d_name);
        if (f->d_name[0] != '.' && remove(path) != 0)
            perror(path);
    }
    if (d)
        closedir(d);
    rmdir(folder);
}

/* In memory where the system has such a folder: the tests write many small files. */
static inline void make_folder(void)
{
    if (access("/dev/shm", W_OK) == 0)
        memcpy(folder, "/dev/shm/netrt-XXXXXX", sizeof "/dev/shm/netrt-XXXXXX");
    if (!mkdtemp(folder))
        exit(1);
    atexit(remove_folder);
}

static inline const char *path_in(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline void put(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(path_in(name), "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        exit(1);
}

static inline void put_text(const char *name, const char *text) { put(name, text, strlen(text)); }

/* Inputs [features], classes; 0 classes: the target is the vector [1]. */
static inline rt_model model_of(int features, int classes, const rt_data *data)
{
    return (rt_model){.name = "test", .real_size = sizeof(float), .input_rank = 1,
                      .input_shape = {features}, .classes = classes,
                      .target = classes ? RT_TARGET_CLASS : RT_TARGET_VECTOR, .target_rank = 1,
                      .target_shape = {classes ? classes : 1}, .settings = &settings, .data = data};
}

static inline double x_at(const rt_model *m, const rt_samples *s, int64_t i, int64_t j)
{
    return rt_value_get(m, s->x, (size_t)(i * s->features + j));
}

static inline double target_at(const rt_model *m, const rt_samples *s, int64_t i, int64_t j)
{
    return rt_value_get(m, s->target, (size_t)(i * s->targets + j));
}

/* Loads and frees; whether it went well, and the sentence if it did not ("" if so). */
static inline const char *error_of(const rt_model *m, const char *directory)
{
    static rt_error e;
    rt_dataset d;
    e.text[0] = '\0';
    if (rt_data_load(m, directory, &d, &e))
        rt_data_free(&d);
    else if (!e.text[0])
        snprintf(e.text, sizeof e.text, "failed without a sentence");
    return e.text;
}

#endif
