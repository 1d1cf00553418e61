/* compare.c -- compare what a run left behind with the stored reference numbers.
 *
 *     compare NAME FOLDER REFERENCE [--tolerance T]
 *
 * FOLDER holds the run's steps.jsonl (`--json --every 1`), grads.safetensors (`--save-grads`) and
 * final.safetensors (`--save`).  Prints one line: ok or FAIL, the name, the worst relative error
 * and whose it is.  The limit is the reference's own, in its metadata, unless it is given. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *path;
    char *data;                     /* the whole file */
    size_t size, payload;           /* payload: offset of the first tensor */
    json_t *header;
} Tensors;

typedef struct {
    const char *bytes;
    size_t n, width;                /* elements, bytes of each */
    json_t *shape;
} Tensor;

typedef struct {
    const char *name;
    double tolerance, error;
    char worst[128], reason[256];   /* reason: why there is nothing to compare */
    size_t compared;
} Result;

static _Noreturn void die(const char *path, const char *why)
{
    fprintf(stderr, "compare: %s: %s\n", path, why);
    exit(2);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        die(path, strerror(errno));
    if (fseek(in, 0, SEEK_END) != 0)
        die(path, "cannot be sought in");
    const long end = ftell(in);
    rewind(in);
    if (end < 0)
        die(path, "has no size");
    *size = (size_t)end;
    char *data = malloc(*size + 1);
    if (!data || fread(data, 1, *size, in) != *size)
        die(path, "cannot be read");
    data[*size] = '\0';
    fclose(in);
    return data;
}

static Tensors tensors_open(const char *path)
{
    Tensors t = { .path = path };
    t.data = read_file(path, &t.size);
    uint64_t length;
    if (t.size < sizeof length)
        die(path, "is too short for a safetensors file");
    memcpy(&length, t.data, sizeof length);
    if (length > t.size - sizeof length)
        die(path, "has a header longer than the file");
    t.payload = sizeof length + (size_t)length;
    t.header = json_loadb(t.data + sizeof length, (size_t)length, 0, NULL);
    if (!json_is_object(t.header))
        die(path, "has a header that is no JSON object");
    return t;
}

static void tensors_close(Tensors *t)
{
    json_decref(t->header);
    free(t->data);
}

/* How many tensors the file holds. */
static size_t tensors_count(const Tensors *t)
{
    return json_object_size(t->header) - (json_object_get(t->header, "__metadata__") != NULL);
}

static bool tensor_find(const Tensors *t, const char *name, Tensor *out)
{
    const json_t *entry = json_object_get(t->header, name);
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    const json_t *offsets = json_object_get(entry, "data_offsets");

    if (!entry)
        return false;
    const json_int_t from = json_integer_value(json_array_get(offsets, 0));
    const json_int_t to = json_integer_value(json_array_get(offsets, 1));
    if (from < 0 || to < from || (size_t)to > t->size - t->payload)
        die(t->path, "has a tensor that lies outside the file");
    if (!type || (strcmp(type, "F32") != 0 && strcmp(type, "F64") != 0))
        die(t->path, "has a tensor that is neither F32 nor F64");
    out->width = strcmp(type, "F32") == 0 ? sizeof(float) : sizeof(double);
    out->n = (size_t)(to - from) / out->width;
    out->bytes = t->data + t->payload + from;
    out->shape = json_object_get(entry, "shape");
    return true;
}

static double element(const Tensor *t, size_t i)
{
    float f;
    double d;
    if (t->width == sizeof f) {
        memcpy(&f, t->bytes + i * sizeof f, sizeof f);
        return (double)f;
    }
    memcpy(&d, t->bytes + i * sizeof d, sizeof d);
    return d;
}

/* |a - b| / |b| in the Euclidean norm; a zero reference asks for exact zeros. */
static double relative_error(const Tensor *a, const Tensor *b)
{
    double difference = 0, size = 0;
    for (size_t i = 0; i < b->n; i++) {
        const double d = element(a, i) - element(b, i);
        difference += d * d;
        size += element(b, i) * element(b, i);
    }
    if (size == 0)
        return difference == 0 ? 0 : INFINITY;
    return sqrt(difference / size);
}

static void note(Result *r, double error, const char *what)
{
    r->compared++;
    if (error <= r->error)
        return;
    r->error = isnan(error) ? INFINITY : error;
    snprintf(r->worst, sizeof r->worst, "%s", what);
}

static void refuse(Result *r, const char *what, const char *why)
{
    if (!r->reason[0])
        snprintf(r->reason, sizeof r->reason, "%.120s %s", what, why);
}

/* The tensor `key` of the reference against `name` of the run's file. */
static void compare_tensor(const Tensors *reference, const char *key, const Tensors *run,
                           const char *name, Result *r)
{
    Tensor a, b;
    if (!tensor_find(reference, key, &b))
        return;
    if (!tensor_find(run, name, &a)) {
        refuse(r, name, "is missing from the run");
        return;
    }
    if (!json_equal(a.shape, b.shape) || a.n != b.n) {
        refuse(r, name, "has another shape in the run");
        return;
    }
    note(r, relative_error(&a, &b), key);
}

/* The losses of the step events, one JSON object a line, against the reference's `loss`. */
static void compare_losses(const Tensors *reference, const char *path, Result *r)
{
    Tensor want;
    size_t size, seen = 0;
    char *text = read_file(path, &size), *rest = text;

    if (!tensor_find(reference, "loss", &want))
        die(reference->path, "has no losses");
    for (char *line; (line = strsep(&rest, "\n"));) {
        json_t *event = json_loads(line, 0, NULL);
        const char *kind = json_string_value(json_object_get(event, "event"));
        if (kind && strcmp(kind, "step") == 0) {
            const json_int_t step = json_integer_value(json_object_get(event, "step"));
            const double loss = json_number_value(json_object_get(event, "loss"));
            char what[32];
            if ((size_t)step != seen++ || seen > want.n)
                refuse(r, "a step", "is missing, or one too many");
            else {
                const double b = element(&want, (size_t)step);
                snprintf(what, sizeof what, "loss of step %d", (int)step);
                note(r, fabs(loss - b) / fabs(b), what);
            }
        }
        json_decref(event);
    }
    if (seen != want.n)
        refuse(r, "the run", "did not report every step");
    free(text);
}

static void compare_run(const Tensors *reference, const char *folder, Result *r)
{
    char steps[4096], grads_path[4096], final_path[4096];
    const char *key;
    json_t *entry;
    size_t states = 0;

    snprintf(steps, sizeof steps, "%s/steps.jsonl", folder);
    snprintf(grads_path, sizeof grads_path, "%s/grads.safetensors", folder);
    snprintf(final_path, sizeof final_path, "%s/final.safetensors", folder);
    Tensors grads = tensors_open(grads_path), final = tensors_open(final_path);
    compare_losses(reference, steps, r);
    json_object_foreach(reference->header, key, entry) {
        if (strncmp(key, "step.", 5) == 0)
            compare_tensor(reference, key, &grads, key, r);
        else if (strncmp(key, "final.", 6) == 0) {
            compare_tensor(reference, key, &final, key + 6, r);
            states++;
        }
    }
    if (tensors_count(&final) != states)
        refuse(r, "the saved state", "holds tensors that PyTorch's does not");
    tensors_close(&grads);
    tensors_close(&final);
}

static double own_tolerance(const Tensors *reference)
{
    const json_t *metadata = json_object_get(reference->header, "__metadata__");
    const char *text = json_string_value(json_object_get(metadata, "tolerance"));
    if (!text)
        die(reference->path, "says no tolerance");
    return strtod(text, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 4 && !(argc == 6 && strcmp(argv[4], "--tolerance") == 0)) {
        fprintf(stderr, "usage: compare NAME FOLDER REFERENCE [--tolerance T]\n");
        return 2;
    }
    Tensors reference = tensors_open(argv[3]);
    Result r = { .name = argv[1], .error = -1 };
    r.tolerance = argc == 6 ? strtod(argv[5], NULL) : own_tolerance(&reference);
    compare_run(&reference, argv[2], &r);
    tensors_close(&reference);

    const bool ok = !r.reason[0] && r.compared > 0 && r.error <= r.tolerance;
    printf("%s reference/%s: ", ok ? "ok" : "FAIL", r.name);
    if (r.reason[0])
        printf("%s\n", r.reason);
    else
        printf("worst of %zu is %.1e in %s, limit %g\n", r.compared, r.error, r.worst, r.tolerance);
    return !ok;
}
