/* repair_json.c -- what would mend a net, as JSON lines: their keys are in docs/suggest.md. */
#include <math.h>

#include "diag.h"
#include "repair.h"

static void put_number(const char *key, double x, FILE *out)
{
    if (isfinite(x))
        fprintf(out, ",\"%s\":%.6g", key, x);
    else
        fprintf(out, ",\"%s\":null", key);
}

static void put_health(const Health *h, FILE *out)
{
    const char *comma = "";

    put_number("decades", h->decades, out);
    fprintf(out, ",\"healthy\":%s", health_is_good(h) ? "true" : "false");
    put_number("penalty", h->penalty, out);
    fputs(",\"ailments\":[", out);
    for (int i = 0; i < N_AILMENTS; i++) {
        if (!health_ails(h, (AilmentId)i))
            continue;
        fprintf(out, "%s{\"name\":\"%s\"", comma, ailment_name((AilmentId)i));
        put_number("measure", h->measure[i], out);
        put_number("limit", h->limit[i], out);
        fputc('}', out);
        comma = ",";
    }
    fputs("],\"warnings\":[", out);
    for (int i = 0; i < h->warned.n; i++)
        fprintf(out, "%s\"%s\"", i ? "," : "", h->warned.name[i]);
    fputc(']', out);
}

static void put_candidate(const Candidate *c, int number, FILE *out)
{
    fprintf(out, "{\"event\":\"repair\",\"number\":%d,\"repairs\":[\"%s\"", number, c->name[0]);
    if (c->name[1])
        fprintf(out, ",\"%s\"", c->name[1]);
    fputs("],\"what\":", out);
    diag_json_string(c->what, out);
    put_health(&c->health, out);
    fprintf(out, ",\"lines_added\":%d,\"lines_removed\":%d}\n", c->added, c->removed);
}

/* NULL: none */
static void put_reason(const char *key, const char *reason, FILE *out)
{
    fprintf(out, ",\"%s\":", key);
    if (reason)
        diag_json_string(reason, out);
    else
        fputs("null", out);
}

void repairs_json(const Suggestions *found, FILE *out)
{
    const Forecast *f = found->c->forecast;

    fputs("{\"event\":\"suggest\",\"name\":", out);
    diag_json_string(found->c->model->name, out);
    put_health(&found->health, out);
    fprintf(out, ",\"repairs\":%d,\"untried\":%d", found->n, found->untried);
    put_reason("unread", f->input.why, out);
    put_reason("imported", found->imported, out);
    put_reason("rough", f->rough, out);
    fputs("}\n", out);
    for (int i = 0; i < found->n; i++)
        put_candidate(&found->candidate[i], i + 1, out);
}
