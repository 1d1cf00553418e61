/* event_file.c -- TensorBoard's event files: records of protocol buffers (event.proto). */
#include "event_file.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crc32c.h"
#include "event.pb-c.h"

static const char prefix[] = "events.out.tfevents.";

/* ---- Its name: prefix, ten digits of the time, host, process ------------------------------- */

/* The time in the last name that is there, or 0. */
static int64_t latest_in(const char *directory)
{
    DIR *entries = opendir(directory);
    int64_t latest = 0;

    for (struct dirent *x; entries && (x = readdir(entries));) {
        if (strncmp(x->d_name, prefix, sizeof prefix - 1) != 0)
            continue;
        const int64_t time = strtoll(x->d_name + sizeof prefix - 1, NULL, 10);
        latest = time > latest ? time : latest;
    }
    if (entries)
        closedir(entries);
    return latest;
}

static char *path_of(const char *directory, double wall)
{
    char host[65] = "localhost", *path;
    const int64_t now = (int64_t)wall, latest = latest_in(directory);

    if (gethostname(host, sizeof host - 1) != 0 || strchr(host, '/'))
        snprintf(host, sizeof host, "localhost");
    return asprintf(&path, "%s/%s%010" PRId64 ".%s.%d.0", directory, prefix,
                    now > latest ? now : latest + 1, host, (int)getpid()) < 0 ? NULL : path;
}

FILE *rt_event_file_new(const char *directory, double wall, rt_error *e)
{
    char *path = path_of(directory, wall);

    errno = 0;
    FILE *out = path ? fopen(path, "wxe") : NULL;
    if (!out || !rt_event_version(out, wall)) {
        rt_fail(e, "%s: %s", path ? path : directory,
                errno ? strerror(errno) : "out of memory");
        if (out)
            fclose(out);
        out = NULL;
    }
    free(path);
    return out;
}

/* ---- Records ----------------------------------------------------------------------------- */

static void put_number(unsigned char *out, uint64_t x, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (unsigned char)(x >> 8 * i);
}

/* So that a checksum of data that holds checksums stays one. */
static uint32_t masked(uint32_t sum)
{
    return (sum >> 15 | sum << 17) + 0xa282ead8;
}

static bool put_record(FILE *out, const void *data, size_t n)
{
    unsigned char head[12], foot[4];

    put_number(head, n, 8);
    put_number(head + 8, masked(rt_crc32c(head, 8)), 4);
    put_number(foot, masked(rt_crc32c(data, n)), 4);
    fwrite(head, 1, sizeof head, out);
    fwrite(data, 1, n, out);
    fwrite(foot, 1, sizeof foot, out);
    return !ferror(out);
}

static bool put_event(FILE *out, const RtTb__Event *event)
{
    uint8_t *data = malloc(rt_tb__event__get_packed_size(event) + 1);

    if (!data)
        return false;
    const bool ok = put_record(out, data, rt_tb__event__pack(event, data));
    free(data);
    return ok;
}

static RtTb__Event event_at(rt_moment at)
{
    RtTb__Event event = RT_TB__EVENT__INIT;

    event.wall_time = at.wall;
    event.step = at.step;
    return event;
}

static bool put_value(FILE *out, rt_moment at, RtTb__Summary__Value *value)
{
    RtTb__Summary summary = RT_TB__SUMMARY__INIT;
    RtTb__Event event = event_at(at);

    summary.n_value = 1;
    summary.value = &value;
    event.what_case = RT_TB__EVENT__WHAT_SUMMARY;
    event.summary = &summary;
    return put_event(out, &event);
}

/* ---- What stands in them ----------------------------------------------------------------- */

bool rt_event_version(FILE *out, double wall)
{
    RtTb__Event event = event_at((rt_moment){ 0, wall });

    event.what_case = RT_TB__EVENT__WHAT_FILE_VERSION;
    event.file_version = "brain.Event:2";
    return put_event(out, &event);
}

bool rt_event_restart(FILE *out, rt_moment at)
{
    RtTb__SessionLog log = RT_TB__SESSION_LOG__INIT;
    RtTb__Event event = event_at(at);

    log.status = RT_TB__SESSION_LOG__STATUS__START;
    event.what_case = RT_TB__EVENT__WHAT_SESSION_LOG;
    event.session_log = &log;
    return put_event(out, &event);
}

bool rt_event_scalar(FILE *out, rt_moment at, const char *tag, double value)
{
    RtTb__Summary__Value v = RT_TB__SUMMARY__VALUE__INIT;

    v.tag = (char *)tag;
    v.value_case = RT_TB__SUMMARY__VALUE__VALUE_SIMPLE_VALUE;
    v.simple_value = (float)value;
    return put_value(out, at, &v);
}

static bool put_tensor(FILE *out, rt_moment at, const char *tag, RtTb__SummaryMetadata *metadata,
                       RtTb__Tensor *tensor)
{
    RtTb__Summary__Value v = RT_TB__SUMMARY__VALUE__INIT;

    v.tag = (char *)tag;
    v.metadata = metadata;
    v.value_case = RT_TB__SUMMARY__VALUE__VALUE_TENSOR;
    v.tensor = tensor;
    return put_value(out, at, &v);
}

/* For the plugin that shows the tensor. */
static bool put_shown(FILE *out, rt_moment at, const char *tag, const char *plugin,
                      const char *description, RtTb__Tensor *tensor)
{
    RtTb__SummaryMetadata__PluginData data = RT_TB__SUMMARY_METADATA__PLUGIN_DATA__INIT;
    RtTb__SummaryMetadata metadata = RT_TB__SUMMARY_METADATA__INIT;

    data.plugin_name = (char *)plugin;
    metadata.plugin_data = &data;
    metadata.summary_description = (char *)description;
    metadata.data_class = RT_TB__DATA_CLASS__DATA_CLASS_TENSOR;
    return put_tensor(out, at, tag, &metadata, tensor);
}

bool rt_event_text(FILE *out, rt_moment at, const char *tag, const char *markdown)
{
    RtTb__Tensor tensor = RT_TB__TENSOR__INIT;
    RtTb__TensorShape scalar = RT_TB__TENSOR_SHAPE__INIT;
    ProtobufCBinaryData text = { .len = strlen(markdown), .data = (uint8_t *)markdown };

    tensor.dtype = RT_TB__DATA_TYPE__DT_STRING;
    tensor.tensor_shape = &scalar;
    tensor.n_string_val = 1;
    tensor.string_val = &text;
    return put_shown(out, at, tag, "text", "", &tensor);
}

bool rt_event_histogram(FILE *out, rt_moment at, const char *tag, const char *description,
                        double (*row)[3], int rows)
{
    RtTb__Tensor tensor = RT_TB__TENSOR__INIT;
    RtTb__TensorShape shape = RT_TB__TENSOR_SHAPE__INIT;
    RtTb__TensorShape__Dim height = RT_TB__TENSOR_SHAPE__DIM__INIT, width = height;
    RtTb__TensorShape__Dim *dim[] = { &height, &width };

    height.size = rows;
    width.size = 3;
    shape.n_dim = 2;
    shape.dim = dim;
    tensor.dtype = RT_TB__DATA_TYPE__DT_DOUBLE;
    tensor.tensor_shape = &shape;
    tensor.n_double_val = (size_t)rows * 3;
    tensor.double_val = row ? row[0] : NULL;
    return put_shown(out, at, tag, "histograms", description, &tensor);
}

/* The tensor is the smallest that there is: of no floats. */
bool rt_event_plugin(FILE *out, rt_moment at, const char *tag, const char *plugin,
                     const void *content, size_t n)
{
    RtTb__SummaryMetadata__PluginData data = RT_TB__SUMMARY_METADATA__PLUGIN_DATA__INIT;
    RtTb__SummaryMetadata metadata = RT_TB__SUMMARY_METADATA__INIT;
    RtTb__Tensor tensor = RT_TB__TENSOR__INIT;
    RtTb__TensorShape shape = RT_TB__TENSOR_SHAPE__INIT;
    RtTb__TensorShape__Dim none = RT_TB__TENSOR_SHAPE__DIM__INIT, *dim = &none;

    data.plugin_name = (char *)plugin;
    data.content = (ProtobufCBinaryData){ .len = n, .data = (uint8_t *)content };
    metadata.plugin_data = &data;
    tensor.dtype = RT_TB__DATA_TYPE__DT_FLOAT;
    shape.n_dim = 1;
    shape.dim = &dim;
    tensor.tensor_shape = &shape;
    return put_tensor(out, at, tag, &metadata, &tensor);
}
