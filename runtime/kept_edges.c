/* kept_edges.c -- the graph of a run's layers, from the edges in run.json. */
#include <stdlib.h>
#include <string.h>

#include "kept.h"

typedef struct {
    rt_kept *kept;
    json_t *place;                  /* by name: its place among the vertices */
    rt_error *error;
} Reading;

static const json_t *layer_named(const rt_kept *k, const json_t *names, const char *name)
{
    const json_t *at = json_object_get(names, name);

    return at ? json_array_get(json_object_get(k->facts, "layers"),
                               (size_t)json_integer_value(at)) : NULL;
}

/* The rows of the map, by name; the places of layers in run.json, by name. */
static json_t *rows_of(const rt_kept *k)
{
    json_t *rows = json_object();

    for (size_t i = 0; i < k->n_layers; i++)
        json_object_set_new(rows, k->layer[i].name, json_integer((json_int_t)i));
    return rows;
}

static json_t *places_of(const rt_kept *k)
{
    const json_t *list = json_object_get(k->facts, "layers");
    json_t *places = json_object();

    for (size_t i = 0; i < json_array_size(list); i++)
        json_object_set_new(places, rt_kept_text(json_array_get(list, i), "name"),
                            json_integer((json_int_t)i));
    return places;
}

/* The vertex of that name, a new one if need be. */
static bool find(Reading *r, const char *name, size_t *vertex)
{
    rt_kept *k = r->kept;
    const json_t *at = json_object_get(r->place, name);

    *vertex = at ? (size_t)json_integer_value(at) : k->n_vertices;
    if (at)
        return true;
    rt_kept_vertex *list = rt_kept_grow(k->vertex, k->n_vertices, sizeof *list, r->error);
    if (!list)
        return false;
    k->vertex = list;
    list[k->n_vertices] = (rt_kept_vertex){ .name = name, .row = k->n_layers };
    json_object_set_new(r->place, name, json_integer((json_int_t)k->n_vertices++));
    return true;
}

static bool add_edge(Reading *r, const json_t *edge)
{
    rt_kept *k = r->kept;
    const char *from = json_string_value(json_array_get(edge, 0));
    const char *to = json_string_value(json_array_get(edge, 1));
    rt_kept_edge x;

    if (!from || !to)
        return rt_fail(r->error, "%s/run.json: an edge is no pair of names", k->path);
    rt_kept_edge *list = rt_kept_grow(k->edge, k->n_edges, sizeof *list, r->error);
    if (!list)
        return false;
    k->edge = list;
    if (!find(r, from, &x.from) || !find(r, to, &x.to))
        return false;
    list[k->n_edges++] = x;
    return true;
}

static void know_vertices(rt_kept *k)
{
    json_t *rows = rows_of(k), *places = places_of(k);

    for (size_t i = 0; i < k->n_vertices; i++) {
        rt_kept_vertex *v = &k->vertex[i];
        const json_t *row = json_object_get(rows, v->name);
        v->layer = layer_named(k, places, v->name);
        if (row) {
            v->row = (size_t)json_integer_value(row);
            v->depth = (double)v->row + 0.5;
        }
    }
    json_decref(rows);
    json_decref(places);
}

/* Edges stand behind those that lead to where they begin. */
static void place_vertices(rt_kept *k)
{
    for (size_t i = 0; i < k->n_edges; i++) {
        const rt_kept_vertex *from = &k->vertex[k->edge[i].from];
        rt_kept_vertex *to = &k->vertex[k->edge[i].to];
        if (to->row == k->n_layers)
            to->depth = fmax(to->depth, from->row < k->n_layers ? from->depth + 0.5 : from->depth);
    }
}

bool rt_kept_read_edges(rt_kept *k, rt_error *e)
{
    const json_t *list = json_object_get(k->facts, "edges");
    Reading r = { .kept = k, .place = json_object(), .error = e };
    bool ok = r.place || rt_fail(e, "%s: out of memory", k->path);

    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = add_edge(&r, json_array_get(list, i));
    json_decref(r.place);
    if (!ok)
        return false;
    know_vertices(k);
    place_vertices(k);
    return true;
}
