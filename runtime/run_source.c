/* run_source.c -- the source that a program was compiled from, as run.json has it. */
#include "run_source.h"

#include <jansson.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"
#include "utf8.h"

/* A file's name need not be UTF-8. */
static json_t *name_of(const char *name)
{
    char *copy = rt_utf8(name);
    json_t *text = json_string(copy ? copy : "?");

    free(copy);
    return text;
}

static json_t *describe_file(const rt_named_text *file)
{
    char digest[SHA256_DIGEST_STRING_LENGTH];

    SHA256Data((const uint8_t *)file->text, strlen(file->text), digest);
    return json_pack("{s:o, s:s, s:s}", "file", name_of(file->name), "sha256", digest,
                     "text", file->text);
}

static json_t *list_params(const rt_named_text *param)
{
    json_t *list = json_object();

    for (; param && param->name; param++)
        json_object_set_new(list, param->name, json_string(param->text));
    return list;
}

void *rt_run_source(const rt_notes *notes)
{
    if (!notes)
        return json_null();
    if (!notes->file)
        return json_pack("{s:o}", "file", name_of(notes->source));
    json_t *source = describe_file(notes->file), *imports = json_array();
    for (const rt_named_text *file = notes->file + 1; file->name; file++)
        json_array_append_new(imports, describe_file(file));
    json_object_set_new(source, "params", list_params(notes->param));
    json_object_set_new(source, "imports", imports);
    return source;
}

/* ---- Other values of params -------------------------------------------------------------- */

static bool set_param(rt_named_text *list, const char *given, rt_error *e)
{
    const size_t n = strcspn(given, "=");

    for (; list->name; list++)
        if (strlen(list->name) == n && !strncmp(list->name, given, n)) {
            list->text = given + n + 1;
            return true;
        }
    return rt_fail(e, "--param: the source has no param '%.*s'", (int)n, given);
}

bool rt_run_params(rt_notes *told, const char *const *given, int n, rt_error *e)
{
    size_t params = 0;

    while (told->param && told->param[params].name)
        params++;
    rt_named_text *list = calloc(params + 1, sizeof *list);
    if (!list)
        return rt_fail(e, "out of memory for %zu params", params);
    if (params)
        memcpy(list, told->param, params * sizeof *list);
    told->param = list;
    for (int i = 0; i < n; i++)
        if (!set_param(list, given[i], e))
            return false;
    return true;
}

/* ---- The same source? -------------------------------------------------------------------- */

/* By texts and params: a file may have been moved. */
bool rt_run_source_is(const void *kept, const rt_notes *notes)
{
    if (!json_object_get(kept, "sha256") || !notes || !notes->file)
        return true;
    json_t *own = rt_run_source(notes);
    const bool same = rt_kept_same_files(kept, own)
                   && json_equal(json_object_get(kept, "params"), json_object_get(own, "params"));

    json_decref(own);
    return same;
}
