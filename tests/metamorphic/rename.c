/* rename.c -- rename tensors in a safetensors file.
 *
 *     rename IN OUT < NAMES
 *
 * Each line of NAMES is `from to`: a tensor `from`, and all whose name starts with `from.`, become `to`,
 * `to.`.  Every line must rename something; what no line names stays. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RULES = 64, NAME = 128 };

typedef struct {
    char from[NAME], to[NAME];
    bool used;
} Rule;

typedef struct {
    uint64_t header;                /* bytes of JSON */
    json_t *tensors;
    char *data;
    size_t size;
} Tensors;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "rename: %s\n", what);
    exit(1);
}

static Tensors read_tensors(const char *path)
{
    Tensors t = { 0 };
    FILE *in = fopen(path, "rb");

    if (!in || fread(&t.header, sizeof t.header, 1, in) != 1 || t.header > 1u << 24)
        die("cannot read the header");
    char *json = malloc((size_t)t.header);
    if (!json || fread(json, 1, (size_t)t.header, in) != t.header)
        die("the header is cut off");
    t.tensors = json_loadb(json, (size_t)t.header, 0, NULL);
    if (!t.tensors)
        die("the header is no JSON");
    free(json);
    t.data = malloc(1u << 24);
    t.size = t.data ? fread(t.data, 1, 1u << 24, in) : 0;
    if (t.size == 0 || !feof(in))
        die("no data, or more than 16 MiB");
    fclose(in);
    return t;
}

static int read_rules(Rule *rule)
{
    int n = 0;

    while (n < MOST_RULES && scanf("%127s %127s", rule[n].from, rule[n].to) == 2)
        n++;
    if (!feof(stdin))
        die("a line of names is not `from to`, or there are too many");
    return n;
}

/* The name of a tensor by the rules, in `out`. */
static const char *renamed(const char *name, Rule *rule, int n, char out[2 * NAME])
{
    for (int i = 0; i < n; i++) {
        const size_t length = strlen(rule[i].from);
        if (strncmp(name, rule[i].from, length) != 0 || (name[length] && name[length] != '.'))
            continue;
        rule[i].used = true;
        snprintf(out, 2 * NAME, "%s%s", rule[i].to, name + length);
        return out;
    }
    return name;
}

static json_t *rename_all(json_t *tensors, Rule *rule, int n)
{
    json_t *result = json_object(), *value;
    const char *name;
    char out[2 * NAME];

    json_object_foreach(tensors, name, value)
        json_object_set(result, renamed(name, rule, n, out), value);
    if (json_object_size(result) != json_object_size(tensors))
        die("two tensors have one name");
    for (int i = 0; i < n; i++)
        if (!rule[i].used)
            die(rule[i].from);
    return result;
}

static void write_tensors(const char *path, const Tensors *t, const json_t *tensors)
{
    FILE *out = fopen(path, "wb");
    const char *json = json_dumps(tensors, JSON_COMPACT);
    const uint64_t length = json ? strlen(json) : 0, padded = (length + 7) / 8 * 8;

    if (!out || !json)
        die("cannot write");
    fwrite(&padded, sizeof padded, 1, out);
    fprintf(out, "%s%*s", json, (int)(padded - length), "");
    fwrite(t->data, 1, t->size, out);
    if (fclose(out) != 0)
        die("cannot write");
}

int main(int argc, char **argv)
{
    Rule rule[MOST_RULES] = { 0 };

    if (argc != 3)
        die("usage: rename IN OUT < NAMES");
    const Tensors t = read_tensors(argv[1]);
    write_tensors(argv[2], &t, rename_all(t.tensors, rule, read_rules(rule)));
    return 0;
}
