/* history_file.c -- the records of a run in a file. */
#include "history_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char magic[8];
    uint32_t layers, layer_size, epoch_size, entry_size;
} Head;

/* What stands before the layers of a record, or is an epoch. */
typedef struct {
    uint64_t is_epoch, clipped;
    double seconds;
    union {
        struct { int64_t step, epoch; double loss, rate, norm_before, norm_after; } record;
        rt_epoch epoch;
    } of;
} Entry;

static Head head_of(const rt_net *net)
{
    return (Head){ .magic = "netc hi1", .layers = (uint32_t)net->n_layers,
                   .layer_size = sizeof(rt_layer_record), .epoch_size = sizeof(rt_epoch),
                   .entry_size = sizeof(Entry) };
}

void rt_history_file_begin(FILE *out, const rt_net *net)
{
    const Head head = head_of(net);

    fwrite(&head, sizeof head, 1, out);
    fflush(out);
}

void rt_history_file_record(FILE *out, const rt_net *net, const rt_record *r, double seconds)
{
    Entry entry;

    memset(&entry, 0, sizeof entry);
    entry.clipped = r->clipped;
    entry.seconds = seconds;
    entry.of.record.step = r->step;
    entry.of.record.epoch = r->epoch;
    entry.of.record.loss = r->loss;
    entry.of.record.rate = r->rate;
    entry.of.record.norm_before = r->norm_before;
    entry.of.record.norm_after = r->norm_after;
    fwrite(&entry, sizeof entry, 1, out);
    fwrite(r->layer, sizeof *r->layer, (size_t)net->n_layers, out);
    fflush(out);
}

void rt_history_file_epoch(FILE *out, const rt_epoch *epoch, double seconds)
{
    Entry entry;

    memset(&entry, 0, sizeof entry);
    entry.is_epoch = 1;
    entry.seconds = seconds;
    entry.of.epoch = *epoch;
    fwrite(&entry, sizeof entry, 1, out);
    fflush(out);
}

/* ---- Reading ----------------------------------------------------------------------------- */

typedef struct {
    FILE *in;
    const rt_position *at;
    rt_history *history;
    rt_layer_record *layer;         /* [n_layers] */
    rt_error *error;
} Reading;

/* A byte that no bool can be is none. */
static void mend_bools(rt_layer_record *layer, int n)
{
    for (int i = 0; i < n; i++) {
        unsigned char same;
        memcpy(&same, &layer[i].same_units, 1);
        layer[i].same_units = same == 1;
    }
}

static rt_record record_of(const Entry *x, rt_layer_record *layer)
{
    return (rt_record){ .step = x->of.record.step, .epoch = x->of.record.epoch,
                        .loss = x->of.record.loss, .rate = x->of.record.rate,
                        .norm_before = x->of.record.norm_before,
                        .norm_after = x->of.record.norm_after, .clipped = x->clipped == 1,
                        .layer = layer };
}

/* Whether the entry is whole and stands before the position. */
static bool is_before(Reading *r, const Entry *x)
{
    const size_t layers = (size_t)r->history->net->n_layers;

    if (x->is_epoch)
        return x->of.epoch.epoch < r->at->epochs;
    return x->of.record.step < r->at->step
        && fread(r->layer, sizeof *r->layer, layers, r->in) == layers;
}

static bool take(Reading *r, const Entry *x)
{
    if (x->is_epoch)
        return rt_history_add_epoch(r->history, &x->of.epoch, r->error);
    mend_bools(r->layer, r->history->net->n_layers);
    const rt_record record = record_of(x, r->layer);
    return rt_history_put(r->history, &record, r->error);
}

static bool read_entries(Reading *r, int64_t *length, double *seconds)
{
    Entry entry;

    while (fread(&entry, sizeof entry, 1, r->in) == 1 && is_before(r, &entry)) {
        if (!take(r, &entry))
            return false;
        *length = ftell(r->in);
        *seconds = entry.seconds;
    }
    return true;
}

bool rt_history_file_read(const char *path, const rt_position *at, rt_history *h, int64_t *length,
                          double *seconds, rt_error *e)
{
    const Head wanted = head_of(h->net);
    Head head;
    Reading r = { .in = fopen(path, "rbe"), .at = at, .history = h, .error = e };
    bool ok = false;

    if (!r.in)
        return rt_fail(e, "%s: %s", path, strerror(errno));
    r.layer = calloc((size_t)h->net->n_layers + 1, sizeof *r.layer);
    *length = sizeof head;
    *seconds = 0;
    if (!r.layer)
        rt_fail(e, "%s: out of memory", path);
    else if (fread(&head, sizeof head, 1, r.in) != 1 || memcmp(&head, &wanted, sizeof head) != 0)
        rt_fail(e, "%s: is damaged, or of another version of netc", path);
    else
        ok = read_entries(&r, length, seconds);
    free(r.layer);
    fclose(r.in);
    return ok;
}
