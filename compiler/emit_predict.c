/* emit_predict.c -- an unrolled net as one C file that predicts. */
#include "emit_predict.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { COLUMNS = 96 };

/* Names of <math.h> that tensors would hide or clash with, and of the file itself. */
static const char *const reserved[] = {
    "x", "y", "i", "n", "main", "NULL", "acos", "asin", "atan", "atan2", "cbrt", "ceil",
    "copysign", "cos", "cosh", "erf", "erfc", "exp", "exp2", "expm1", "fabs", "fdim", "floor",
    "fma", "fmax", "fmin", "fmod", "frexp", "gamma", "hypot", "ilogb", "isfinite", "isinf",
    "isnan", "j0", "j1", "jn", "ldexp", "lgamma", "llrint", "llround", "log", "log10", "log1p",
    "log2", "logb", "lrint", "lround", "modf", "nan", "nearbyint", "nextafter", "pow",
    "remainder", "remquo", "rint", "round", "scalb", "signbit", "signgam", "significand", "sin",
    "sinh", "sqrt", "tan", "tanh", "tgamma", "trunc", "y0", "y1", "yn", "drem", "finite",
    "index", "div", "abs", "exit", "abort", "read", "write", "select", "time", "signal",
    "exp10", "sincos", "pow10", "printf", "puts", "malloc", "free", "memcpy", "memset",
};

const char *predict_number(const Predict *w, double x)
{
    const char *text = emit_number(w->s->arena, x);

    return arena_printf(w->s->arena, "%s%sf", text, strpbrk(text, ".e") ? "" : ".0");
}

/* ---- Names --------------------------------------------------------------------------------- */

/* "stage_1_h_z" of "stage.1.h_z" */
static Str claim(Predict *w, const char *path)
{
    char *name = arena_printf(w->s->arena, "%s", path);

    for (char *p = name; *p; p++)
        if (*p == '.')
            *p = '_';
    return name_claim(&w->taken, w->s->names, name, w->s->arena);
}

static void reserve(Predict *w)
{
    for (size_t i = 0; i < countof(reserved); i++)
        name_claim(&w->taken, w->s->names, reserved[i], w->s->arena);
    for (int k = 0; predict_kernel[k].name; k++)
        name_claim(&w->taken, w->s->names, predict_kernel[k].name, w->s->arena);
    for (int b = 0; b < w->plan.n_buffers; b++)
        claim(w, arena_printf(w->s->arena, "buffer_%d", b));
    claim(w, arena_printf(w->s->arena, "%s_predict", w->net->model->name));
    claim(w, arena_printf(w->s->arena, "%s_predict_batch", w->net->model->name));
}

static void name_tensors(Predict *w)
{
    w->name = arena_array(w->s->arena, Str, w->net->n);
    for (int i = 0; i < w->net->n; i++)
        w->name[i] = i == w->net->input ? intern(w->s->names, "x") : claim(w, w->net->op[i].name);
}

/* ---- Weights ------------------------------------------------------------------------------- */

/* Nine digits give back the same float. */
static int put_float(char *out, size_t room, float value)
{
    int n = snprintf(out, room, "%.9g", (double)value);

    if (!strpbrk(out, ".e"))
        n += snprintf(out + n, room - (size_t)n, ".0");
    return n + snprintf(out + n, room - (size_t)n, "f,");
}

static void put_floats(Emit *out, const float *value, int64_t count)
{
    char line[COLUMNS + 32];
    int at = 0;

    for (int64_t i = 0; i < count; i++) {
        at += snprintf(line + at, sizeof line - (size_t)at, "%s", at ? " " : "");
        at += put_float(line + at, sizeof line - (size_t)at, value[i]);
        if (at < COLUMNS - 20 && i + 1 < count)
            continue;
        emit_line(out, "%s", line);
        at = 0;
    }
}

/* "10 * 64"; a scalar is one number. */
static const char *extent(const Predict *w, Shape s)
{
    const char *text = s.rank ? "" : "1";

    for (int i = 0; i < s.rank; i++)
        text = arena_printf(w->s->arena, "%s%s%lld", text, i ? " * " : "", (long long)s.dim[i]);
    return text;
}

static void put_weights(const Predict *w, Emit *out)
{
    for (int i = 0; i < w->net->n; i++) {
        const UnrolledOp *op = &w->net->op[i];

        if (!unrolled_is_weight(op) || !op->used)
            continue;
        emit_blank(out);
        emit_open(out, "static const float %s[%s] = {", w->name[i],
                  extent(w, op->tensor->shape));
        put_floats(out, w->weight[i], shape_size(op->tensor->shape));
        emit_close(out, ";");
    }
}

/* ---- The file ------------------------------------------------------------------------------ */

static int64_t buffer_bytes(const Predict *w)
{
    int64_t n = 0;

    for (int b = 0; b < w->plan.n_buffers; b++)
        n += w->plan.buffer[b];
    return n * (int64_t)sizeof(float);
}

static int64_t weight_bytes(const Predict *w)
{
    int64_t n = 0;

    for (int i = 0; i < w->net->n; i++)
        if (unrolled_is_weight(&w->net->op[i]) && w->net->op[i].used)
            n += shape_size(w->net->op[i].tensor->shape);
    return n * (int64_t)sizeof(float);
}

static void put_head(const Predict *w, Emit *out, const char *constant)
{
    const char *name = w->net->model->name;
    Arena *a = w->s->arena;

    emit_line(out, "/* %s_predict.c -- predicts with the trained net %s; made by netc export.",
              name, name);
    emit_line(out, " *");
    emit_line(out, " * x %s is a sample as the model takes it, y %s what the model puts out, "
              "both row-major;", shape_text(a, w->net->op[w->net->input].node->shape),
              shape_text(a, w->net->op[w->net->output].node->shape));
    emit_line(out, " * of a batch one sample stands behind the other.  x and y do not overlap.");
    emit_line(out, " * Weights: %lld bytes; room to work in: %lld bytes.",
              (long long)weight_bytes(w), (long long)buffer_bytes(w));
    emit_line(out, " *");
    emit_line(out, " * To build: cc -std=c11 -O3 -c %s_predict.c; to link: -lm. */", name);
    emit_line(out, "#include <math.h>");
    emit_line(out, "#include <stddef.h>");
    emit_blank(out);
    emit_line(out, "enum { %s_INPUTS = %lld, %s_OUTPUTS = %lld };", constant,
              (long long)shape_size(w->net->op[w->net->input].node->shape), constant,
              (long long)shape_size(w->net->op[w->net->output].node->shape));
    emit_blank(out);
    emit_line(out, "void %s_predict(const float *x, float *y);", name);
    emit_line(out, "void %s_predict_batch(int n, const float *x, float *y);", name);
    if (!w->plan.n_buffers)
        return;
    emit_blank(out);
    emit_line(out, "/* Of what each thread has its own; -D%s_ROOM=static where there are none. */",
              constant);
    emit_line(out, "#ifndef %s_ROOM", constant);
    emit_line(out, "#define %s_ROOM static _Thread_local", constant);
    emit_line(out, "#endif");
}

static void open_function(const Predict *w, Emit *out, const char *constant)
{
    emit_line(out, "void %s_predict(const float *x, float *y)", w->net->model->name);
    emit_open(out, "{");
    for (int b = 0; b < w->plan.n_buffers; b++)
        emit_line(out, "%s_ROOM float buffer_%d[%lld];", constant, b,
                  (long long)w->plan.buffer[b]);
}

static void put_batch(const Predict *w, Emit *out, const char *constant)
{
    const char *name = w->net->model->name;

    emit_blank(out);
    emit_line(out, "void %s_predict_batch(int n, const float *x, float *y)", name);
    emit_open(out, "{");
    emit_line(out, "for (int i = 0; i < n; i++, x += %s_INPUTS, y += %s_OUTPUTS)", constant,
              constant);
    emit_line(out, "    %s_predict(x, y);", name);
    emit_close(out, "");
}

/* Texts, an empty line between them. */
static const char *joined(char *const *text, const size_t *size, int n, Arena *a, size_t *total)
{
    char *out, *at;

    *total = 0;
    for (int i = 0; i < n; i++)
        *total += size[i] + 1;
    out = at = arena_alloc(a, *total + 1);
    for (int i = 0; i < n; i++) {
        memcpy(at, text[i], size[i]);
        at += size[i];
        if (i + 1 < n && size[i])
            *at++ = '\n';
    }
    *total = (size_t)(at - out);
    return out;
}

const char *emit_predict(const Unrolled *net, const float **weight, Session *s, size_t *size)
{
    enum { HEAD, KERNELS, CONSTANTS, WEIGHTS, FUNCTIONS, PARTS };
    Predict w = { .s = s, .net = net, .weight = weight, .plan = predict_plan(net, s->arena) };
    const char *constant = c_constant(s->names, net->model->name, s->arena);
    Emit *part[PARTS];
    char *text[PARTS];
    size_t sizes[PARTS];

    for (int i = 0; i < PARTS; i++)
        part[i] = emit_new(s->arena);
    w.constants = part[CONSTANTS];
    w.body = part[FUNCTIONS];
    reserve(&w);
    name_tensors(&w);
    put_head(&w, part[HEAD], constant);
    open_function(&w, w.body, constant);
    predict_body(&w);
    emit_close(w.body, "");
    put_batch(&w, w.body, constant);
    put_weights(&w, part[WEIGHTS]);
    predict_kernels(part[KERNELS], arena_printf(s->arena, "%s%s", emit_text(w.body, size),
                                                emit_text(w.constants, size)));
    for (int i = 0; i < PARTS; i++)
        text[i] = (char *)(uintptr_t)emit_text(part[i], &sizes[i]);
    return joined(text, sizes, PARTS, s->arena, size);
}
