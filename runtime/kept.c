/* kept.c -- a run as its directory tells it: facts, curves, and the flow of chosen steps. */
#include "kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const rt_kept_key[RT_KEPT_QUANTITIES] = {
#define QUANTITY(id, key) [RT_KEPT_##id] = key,
#include "kept.def"
#undef QUANTITY
};

double rt_kept_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

const char *rt_kept_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

char *rt_kept_file(const rt_kept *k, const char *file, rt_error *e)
{
    char *path;

    if (asprintf(&path, "%s/%s", k->path, file) >= 0)
        return path;
    rt_fail(e, "%s: out of memory", k->path);
    return NULL;
}

/* The room is the next power of two. */
void *rt_kept_grow(void *list, size_t n, size_t size, rt_error *e)
{
    void *more = n & (n - 1) ? list : realloc(list, (n ? 2 * n : 1) * size);

    if (!more)
        rt_fail(e, "out of memory for the records of a run");
    return more;
}

/* ---- Lines of objects -------------------------------------------------------------------- */

bool rt_kept_lines_open(rt_kept_lines *l, const rt_kept *k, const char *file, rt_error *e)
{
    *l = (rt_kept_lines){ .path = rt_kept_file(k, file, e) };
    if (!l->path)
        return false;
    l->in = fopen(l->path, "re");
    return l->in || rt_fail(e, "%s: %s", l->path, strerror(errno));
}

void rt_kept_lines_close(rt_kept_lines *l)
{
    if (l->in)
        fclose(l->in);
    free(l->path);
    free(l->line);
}

size_t rt_kept_lines_next(rt_kept_lines *l)
{
    const ssize_t n = getline(&l->line, &l->room, l->in);

    if (n < 0 && !feof(l->in))
        l->error = errno;
    l->number++;
    return n > 0 && l->line[n - 1] == '\n' ? (size_t)n : 0;
}

bool rt_kept_lines_ended(const rt_kept_lines *l, rt_error *e)
{
    return !l->error || rt_fail(e, "%s: cannot be read: %s", l->path, strerror(l->error));
}

bool rt_kept_lines_fail(const rt_kept_lines *l, const char *what, rt_error *e)
{
    return rt_fail(e, "%s: line %zu: %s", l->path, l->number, what);
}

json_t *rt_kept_lines_object(const rt_kept_lines *l, size_t n, rt_error *e)
{
    json_error_t error;
    json_t *object = json_loadb(l->line, n, JSON_REJECT_DUPLICATES, &error);

    if (json_is_object(object))
        return object;
    rt_kept_lines_fail(l, object ? "is not an object" : error.text, e);
    json_decref(object);
    return NULL;
}

/* ---- The directory ----------------------------------------------------------------------- */

static bool is_directory(const char *path, rt_error *e)
{
    struct stat s;

    if (stat(path, &s) != 0)
        return rt_fail(e, "%s: %s", path, errno == ENOENT ? "there is no such run directory"
                                                          : strerror(errno));
    return S_ISDIR(s.st_mode) || rt_fail(e, "%s: is not a run directory", path);
}

static json_t *read_object(const rt_kept *k, const char *file, rt_error *e)
{
    json_error_t error;
    char *path = rt_kept_file(k, file, e);
    json_t *object = path ? json_load_file(path, JSON_REJECT_DUPLICATES, &error) : NULL;

    if (path && !object && json_error_code(&error) == json_error_cannot_open_file)
        rt_fail(e, "%s: holds no %s: it is not the directory of a run", k->path, file);
    else if (path && !object)
        rt_fail(e, "%s: line %d: %s", path, error.line, error.text);
    else if (path && !json_is_object(object))
        rt_fail(e, "%s: is not an object", path);
    free(path);
    if (json_is_object(object))
        return object;
    json_decref(object);
    return NULL;
}

static bool read_facts(rt_kept *k, rt_error *e)
{
    k->facts = read_object(k, "run.json", e);
    if (!k->facts)
        return false;
    k->name = rt_kept_text(k->facts, "name");
    k->status = rt_kept_text(k->facts, "status");
    if (*k->name && *k->status && json_is_array(json_object_get(k->facts, "layers")))
        return true;
    return rt_fail(e, "%s/run.json: is not of a run of netc: it has no name, status or layers",
                   k->path);
}

/* Written when a run ends. */
static bool read_summary(rt_kept *k, rt_error *e)
{
    struct stat s;
    char *path = rt_kept_file(k, "summary.json", e);
    const bool exists = path && stat(path, &s) == 0;

    free(path);
    if (exists)
        k->summary = read_object(k, "summary.json", e);
    return path && (!exists || k->summary);
}

bool rt_kept_open(rt_kept *k, const char *path, rt_error *e)
{
    size_t n = strlen(path);

    *k = (rt_kept){ .path = NULL };
    while (n > 1 && path[n - 1] == '/')
        n--;
    k->path = strndup(path, n);
    if (!k->path)
        return rt_fail(e, "out of memory");
    if (is_directory(k->path, e) && read_facts(k, e) && read_summary(k, e)
        && rt_kept_read_metrics(k, e) && rt_kept_read_flow(k, e)
        && rt_kept_read_edges(k, e))
        return true;
    rt_kept_free(k);
    return false;
}

/* ---- What is missing --------------------------------------------------------------------- */

bool rt_kept_ended(const rt_kept *k) { return strcmp(k->status, "running") != 0; }

/* The last step of a run is always watched. */
rt_kept_cut rt_kept_cut_log(const rt_kept *k, int log)
{
    const int64_t steps = json_integer_value(json_object_get(k->facts, "steps_done"));
    const int64_t metrics = k->n_steps ? k->step[k->n_steps - 1].step : -1;
    const int64_t flow = k->n_columns ? k->column[k->n_columns - 1].step : -1;
    const rt_kept_cut cut[RT_KEPT_LOGS] = { { "metrics.jsonl", metrics, steps },
                                            { "flow.jsonl", flow, steps } };

    return rt_kept_ended(k) && cut[log].last + 1 < steps ? cut[log] : (rt_kept_cut){ .last = -1 };
}

void rt_kept_free(rt_kept *k)
{
    free(k->path);
    json_decref(k->facts);
    json_decref(k->summary);
    free(k->step);
    free(k->epoch);
    free(k->layer);
    free(k->column);
    for (int q = 0; q < RT_KEPT_QUANTITIES; q++)
        free(k->cell[q]);
    free(k->bins[0]);
    free(k->bins[1]);
    free(k->bin_column);
    free(k->vertex);
    free(k->edge);
    *k = (rt_kept){ .path = NULL };
}

bool rt_kept_same_files(const json_t *source, const json_t *other)
{
    const json_t *a = json_object_get(source, "imports"), *b = json_object_get(other, "imports");
    bool same = !strcmp(rt_kept_text(source, "sha256"), rt_kept_text(other, "sha256"))
             && json_array_size(a) == json_array_size(b);

    for (size_t i = 0; same && i < json_array_size(a); i++)
        same = !strcmp(rt_kept_text(json_array_get(a, i), "sha256"),
                       rt_kept_text(json_array_get(b, i), "sha256"));
    return same;
}
