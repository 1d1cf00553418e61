/* event_hparams.c -- what TensorBoard's tab HParams shows of a run: numbers, and its end. */
#include "event_hparams.h"

#include <stdlib.h>
#include <string.h>

#include "event.pb-c.h"
#include "number.h"

/* A message under way.  Its parts are messages themselves, of one entry of a list each: protobuf
 * defines what stands one behind the other as their merge, in which lists are joined. */
typedef struct {
    FILE *out;                      /* to `bytes` */
    char *bytes;
    size_t size;
    bool ok;
} Message;

static Message *begin(Message *m)
{
    *m = (Message){ .bytes = NULL };
    m->out = open_memstream(&m->bytes, &m->size);
    m->ok = m->out != NULL;
    return m;
}

static void add(Message *m, const RtTb__HParams *part)
{
    const size_t n = rt_tb__hparams__get_packed_size(part);
    uint8_t *data = m->ok ? malloc(n + 1) : NULL;

    m->ok = data && rt_tb__hparams__pack(part, data) == n && fwrite(data, 1, n, m->out) == n;
    free(data);
}

static bool put(Message *m, FILE *out, rt_moment at, const char *tag)
{
    const bool whole = m->out && fclose(m->out) == 0 && m->ok;
    const bool ok = whole && rt_event_plugin(out, at, tag, "hparams", m->bytes, m->size);

    free(m->bytes);
    return ok;
}

static RtTb__HParamValue value_of(const char *text)
{
    RtTb__HParamValue value = RT_TB__HPARAM_VALUE__INIT;

    if (!strcmp(text, "true") || !strcmp(text, "false")) {
        value.kind_case = RT_TB__HPARAM_VALUE__KIND_BOOL_VALUE;
        value.bool_value = *text == 't';
    } else if (rt_number(text, strlen(text), &value.number_value) == RT_NUMBER) {
        value.kind_case = RT_TB__HPARAM_VALUE__KIND_NUMBER_VALUE;
    } else {
        value.kind_case = RT_TB__HPARAM_VALUE__KIND_STRING_VALUE;
        value.string_value = (char *)text;
    }
    return value;
}

/* ---- The columns of the table ------------------------------------------------------------ */

static RtTb__HParamInfo__DataType type_of(const char *text)
{
    switch (value_of(text).kind_case) {
    case RT_TB__HPARAM_VALUE__KIND_BOOL_VALUE:
        return RT_TB__HPARAM_INFO__DATA_TYPE__DATA_TYPE_BOOL;
    case RT_TB__HPARAM_VALUE__KIND_NUMBER_VALUE:
        return RT_TB__HPARAM_INFO__DATA_TYPE__DATA_TYPE_FLOAT64;
    default:
        return RT_TB__HPARAM_INFO__DATA_TYPE__DATA_TYPE_STRING;
    }
}

static void add_experiment(Message *m, RtTb__Experiment *experiment)
{
    RtTb__HParams part = RT_TB__HPARAMS__INIT;

    part.data_case = RT_TB__HPARAMS__DATA_EXPERIMENT;
    part.experiment = experiment;
    add(m, &part);
}

static void add_column(Message *m, const rt_hparam *hparam)
{
    RtTb__HParamInfo info = RT_TB__HPARAM_INFO__INIT, *list = &info;
    RtTb__Experiment experiment = RT_TB__EXPERIMENT__INIT;

    info.name = (char *)hparam->name;
    info.type = type_of(hparam->text);
    info.differs = hparam->varies;
    experiment.n_hparam_infos = 1;
    experiment.hparam_infos = &list;
    add_experiment(m, &experiment);
}

static void add_metric(Message *m, const char *tag)
{
    RtTb__MetricInfo__MetricName name = RT_TB__METRIC_INFO__METRIC_NAME__INIT;
    RtTb__MetricInfo info = RT_TB__METRIC_INFO__INIT, *list = &info;
    RtTb__Experiment experiment = RT_TB__EXPERIMENT__INIT;

    name.tag = (char *)tag;
    info.name = &name;
    experiment.n_metric_infos = 1;
    experiment.metric_infos = &list;
    add_experiment(m, &experiment);
}

bool rt_event_experiment(FILE *out, rt_moment at, const rt_hparam *hparam, size_t n,
                         const char *const *metric, size_t metrics)
{
    Message message, *m = begin(&message);

    for (size_t i = 0; i < n; i++)
        add_column(m, &hparam[i]);
    for (size_t i = 0; i < metrics; i++)
        add_metric(m, metric[i]);
    return put(m, out, at, "_hparams_/experiment");
}

/* ---- The row of the run ------------------------------------------------------------------ */

static void add_start(Message *m, RtTb__SessionStart *start)
{
    RtTb__HParams part = RT_TB__HPARAMS__INIT;

    part.data_case = RT_TB__HPARAMS__DATA_SESSION_START_INFO;
    part.session_start_info = start;
    add(m, &part);
}

static void add_value(Message *m, const rt_hparam *hparam)
{
    RtTb__HParamValue value = value_of(hparam->text);
    RtTb__SessionStart__Entry entry = RT_TB__SESSION_START__ENTRY__INIT, *list = &entry;
    RtTb__SessionStart start = RT_TB__SESSION_START__INIT;

    entry.key = (char *)hparam->name;
    entry.value = &value;
    start.n_hparams = 1;
    start.hparams = &list;
    add_start(m, &start);
}

bool rt_event_session_start(FILE *out, rt_moment at, const rt_hparam *hparam, size_t n)
{
    Message message, *m = begin(&message);
    RtTb__SessionStart start = RT_TB__SESSION_START__INIT;

    start.start_time_secs = at.wall;
    add_start(m, &start);
    for (size_t i = 0; i < n; i++)
        add_value(m, &hparam[i]);
    return put(m, out, at, "_hparams_/session_start_info");
}

bool rt_event_session_end(FILE *out, rt_moment at, bool success)
{
    Message message, *m = begin(&message);
    RtTb__HParams part = RT_TB__HPARAMS__INIT;
    RtTb__SessionEnd end = RT_TB__SESSION_END__INIT;

    end.status = success ? RT_TB__SESSION_END__STATUS__STATUS_SUCCESS
                         : RT_TB__SESSION_END__STATUS__STATUS_FAILURE;
    end.end_time_secs = at.wall;
    part.data_case = RT_TB__HPARAMS__DATA_SESSION_END_INFO;
    part.session_end_info = &end;
    add(m, &part);
    return put(m, out, at, "_hparams_/session_end_info");
}
