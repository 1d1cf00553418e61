/* tiny_model.h -- a program as netc generates it, by hand: three tanh layers, two of them in a
 * repeat, and a batchnorm in a block before the output, on the bundled digits. */
#ifndef TINY_MODEL_H
#define TINY_MODEL_H

#include "../../runtime/netrt.h"

enum { BATCH = 32, INPUT = 64, HIDDEN = 16, CLASSES = 10, DEPTH = 2 };

/* ---- Memory ------------------------------------------------------------------------------ */

struct h_params { rt_real weight[HIDDEN][HIDDEN], bias[HIDDEN]; };
struct stage_params { rt_real bn_weight[HIDDEN], bn_bias[HIDDEN]; };
struct model_params {
    rt_real first_weight[HIDDEN][INPUT], first_bias[HIDDEN];
    struct h_params h[DEPTH];
    struct stage_params stage;
    rt_real logits_weight[CLASSES][HIDDEN], logits_bias[CLASSES];
};

struct h_memory { rt_watch watch; rt_real y[BATCH][HIDDEN]; };
struct stage_memory {
    rt_watch bn_watch;
    rt_real running_mean[HIDDEN], running_var[HIDDEN], stats[2][HIDDEN], y[BATCH][HIDDEN];
};
struct model_memory {
    rt_watch first_watch, logits_watch;
    rt_real first[BATCH][HIDDEN];
    struct h_memory h[DEPTH];
    struct stage_memory stage;
    rt_real logits[BATCH][CLASSES];
};
struct model_scratch { rt_real dz[BATCH][HIDDEN], dx[BATCH][HIDDEN], dlogits[BATCH][CLASSES]; };

/* ---- h = dense(16, act = tanh) ----------------------------------------------------------- */

static void h_forward(rt_pass *c, const struct h_params *p, struct h_memory *m, const rt_real *x)
{
    rt_affine(c, c->rows, HIDDEN, HIDDEN, x, &p->weight[0][0], p->bias, NULL, &m->y[0][0]);
    for (int i = 0; i < c->rows; i++)
        for (int j = 0; j < HIDDEN; j++)
            m->y[i][j] = rt_tanh(m->y[i][j]);
    rt_watch_output(c, &m->watch, RT_TANH, 0, c->rows, HIDDEN, 1, &m->y[0][0], &m->y[0][0]);
}

/* dz = dy (1 - y^2) */
static void tanh_dx(int n, const rt_real (*y)[HIDDEN], const rt_real (*dy)[HIDDEN],
                    rt_real (*dz)[HIDDEN])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < HIDDEN; j++)
            dz[i][j] = dy[i][j] * rt_tanh_slope(y[i][j]);
}

/* Takes dy in s->dx, leaves the gradient by x there. */
static void h_backward(rt_pass *c, const struct h_params *p, struct h_params *g, struct h_memory *m,
                       const rt_real *x)
{
    struct model_scratch *s = c->scratch;
    tanh_dx(c->rows, (const rt_real (*)[HIDDEN])m->y, (const rt_real (*)[HIDDEN])s->dx, s->dz);
    rt_watch_delta(c, &m->watch, c->rows, HIDDEN, &s->dz[0][0]);
    rt_affine_dw(c, c->rows, HIDDEN, HIDDEN, &s->dz[0][0], x, &g->weight[0][0]);
    rt_column_sum(c, c->rows, HIDDEN, &s->dz[0][0], g->bias);
    rt_affine_dx(c, c->rows, HIDDEN, HIDDEN, &s->dz[0][0], &p->weight[0][0], &s->dx[0][0]);
}

/* ---- The model --------------------------------------------------------------------------- */

static double model_forward(rt_pass *c)
{
    const struct model_params *p = c->params;
    struct model_memory *m = c->memory;
    struct stage_memory *stage = &m->stage;

    rt_affine(c, c->rows, HIDDEN, INPUT, c->x, &p->first_weight[0][0], p->first_bias, NULL,
              &m->first[0][0]);
    for (int i = 0; i < c->rows; i++)
        for (int j = 0; j < HIDDEN; j++)
            m->first[i][j] = rt_tanh(m->first[i][j]);
    rt_watch_output(c, &m->first_watch, RT_TANH, 0, c->rows, HIDDEN, 1, &m->first[0][0],
                    &m->first[0][0]);
    h_forward(c, &p->h[0], &m->h[0], &m->first[0][0]);
    for (int k = 1; k < DEPTH; k++)
        h_forward(c, &p->h[k], &m->h[k], &m->h[k - 1].y[0][0]);
    rt_batchnorm_stats(c, NULL, c->rows, HIDDEN, 1, 1e-5, 0.1, &m->h[DEPTH - 1].y[0][0],
                       stage->running_mean, stage->running_var, &stage->stats[0][0]);
    rt_batchnorm(c, c->rows, HIDDEN, 1, &m->h[DEPTH - 1].y[0][0], &stage->stats[0][0],
                 p->stage.bn_weight, p->stage.bn_bias, &stage->y[0][0]);
    rt_watch_output(c, &stage->bn_watch, RT_LINEAR, 0, c->rows, HIDDEN, 1, &stage->y[0][0],
                    &stage->y[0][0]);
    rt_affine(c, c->rows, CLASSES, HIDDEN, &stage->y[0][0], &p->logits_weight[0][0], p->logits_bias, NULL,
              &m->logits[0][0]);
    rt_watch_output(c, &m->logits_watch, RT_LINEAR, 0, c->rows, CLASSES, 1, &m->logits[0][0],
                    &m->logits[0][0]);
    return rt_softmax_cross_entropy(c, c->rows, CLASSES, &m->logits[0][0], c->labels);
}

static void model_backward(rt_pass *c)
{
    const struct model_params *p = c->params;
    struct model_params *g = c->grads;
    struct model_memory *m = c->memory;
    struct model_scratch *s = c->scratch;
    const rt_real *x = &m->h[DEPTH - 1].y[0][0];

    rt_softmax_cross_entropy_dx(c, c->rows, CLASSES, &m->logits[0][0], c->labels,
                                &s->dlogits[0][0]);
    rt_watch_delta(c, &m->logits_watch, c->rows, CLASSES, &s->dlogits[0][0]);
    rt_affine_dw(c, c->rows, CLASSES, HIDDEN, &s->dlogits[0][0], &m->stage.y[0][0],
                 &g->logits_weight[0][0]);
    rt_column_sum(c, c->rows, CLASSES, &s->dlogits[0][0], g->logits_bias);
    rt_affine_dx(c, c->rows, CLASSES, HIDDEN, &s->dlogits[0][0], &p->logits_weight[0][0],
                 &s->dx[0][0]);
    rt_watch_delta(c, &m->stage.bn_watch, c->rows, HIDDEN, &s->dx[0][0]);
    rt_batchnorm_backward(c, c->rows, HIDDEN, 1, &s->dx[0][0], x, &m->stage.stats[0][0],
                          p->stage.bn_weight, g->stage.bn_weight, g->stage.bn_bias,
                          &s->dx[0][0]);
    for (int k = DEPTH - 1; k >= 0; k--)
        h_backward(c, &p->h[k], &g->h[k], &m->h[k], k ? &m->h[k - 1].y[0][0] : &m->first[0][0]);
    tanh_dx(c->rows, (const rt_real (*)[HIDDEN])m->first, (const rt_real (*)[HIDDEN])s->dx, s->dz);
    rt_watch_delta(c, &m->first_watch, c->rows, HIDDEN, &s->dz[0][0]);
    rt_affine_dw(c, c->rows, HIDDEN, INPUT, &s->dz[0][0], c->x, &g->first_weight[0][0]);
    rt_column_sum(c, c->rows, HIDDEN, &s->dz[0][0], g->first_bias);
}

static void model_update(rt_update *u)
{
    rt_penalty(u);
    rt_clip_global_norm(u);
    rt_sgd(u);
}

static void model_expect(rt_expect *e)
{
    rt_expected(e, "accuracy.train > 0.05",
                rt_compare(e, rt_quantity(e, "accuracy.train", NULL, -1, -1), RT_GREATER, 0.05));
}

/* ---- Tables ------------------------------------------------------------------------------ */

static const rt_tensor first_tensors[] = {
    { .role = "weight", .offset = offsetof(struct model_params, first_weight), .rank = 2,
      .shape = { HIDDEN, INPUT }, .init = { RT_XAVIER_UNIFORM, 0, 0 }, .fan_in = INPUT,
      .fan_out = HIDDEN, .is_weight = true },
    { .role = "bias", .offset = offsetof(struct model_params, first_bias), .rank = 1,
      .shape = { HIDDEN }, .init = { RT_ZEROS, 0, 0 } },
};
static const rt_tensor h_tensors[] = {
    { .role = "weight", .offset = offsetof(struct h_params, weight), .rank = 2,
      .shape = { HIDDEN, HIDDEN }, .init = { RT_XAVIER_UNIFORM, 0, 0 }, .fan_in = HIDDEN,
      .fan_out = HIDDEN, .is_weight = true },
    { .role = "bias", .offset = offsetof(struct h_params, bias), .rank = 1, .shape = { HIDDEN },
      .init = { RT_ZEROS, 0, 0 } },
};
static const rt_tensor bn_tensors[] = {
    { .role = "weight", .offset = offsetof(struct stage_params, bn_weight), .rank = 1,
      .shape = { HIDDEN }, .init = { RT_ONES, 0, 0 } },
    { .role = "bias", .offset = offsetof(struct stage_params, bn_bias), .rank = 1,
      .shape = { HIDDEN }, .init = { RT_ZEROS, 0, 0 } },
};
static const rt_tensor bn_states[] = {
    { .role = "running_mean", .offset = offsetof(struct stage_memory, running_mean), .rank = 1,
      .shape = { HIDDEN }, .init = { RT_ZEROS, 0, 0 } },
    { .role = "running_var", .offset = offsetof(struct stage_memory, running_var), .rank = 1,
      .shape = { HIDDEN }, .init = { RT_ONES, 0, 0 } },
};
static const rt_tensor logits_tensors[] = {
    { .role = "weight", .offset = offsetof(struct model_params, logits_weight), .rank = 2,
      .shape = { CLASSES, HIDDEN }, .init = { RT_XAVIER_UNIFORM, 0, 0 }, .fan_in = HIDDEN,
      .fan_out = CLASSES, .is_weight = true },
    { .role = "bias", .offset = offsetof(struct model_params, logits_bias), .rank = 1,
      .shape = { CLASSES }, .init = { RT_ZEROS, 0, 0 } },
};

static const rt_layer first_layer = {
    .name = "first", .kind = "dense", .act = RT_TANH, .rank = 1, .shape = { HIDDEN },
    .param = first_tensors, .n_params = 2, .watched = true,
    .watch = offsetof(struct model_memory, first_watch), .in_flow = true,
};
static const rt_layer h_layer = {
    .name = "h", .kind = "dense", .act = RT_TANH, .rank = 1, .shape = { HIDDEN },
    .param = h_tensors, .n_params = 2, .watched = true,
    .watch = offsetof(struct h_memory, watch), .in_flow = true,
};
static const rt_layer bn_layer = {
    .name = "bn", .kind = "batchnorm", .act = RT_LINEAR, .rank = 1, .shape = { HIDDEN },
    .param = bn_tensors, .n_params = 2, .state = bn_states, .n_states = 2, .watched = true,
    .watch = offsetof(struct stage_memory, bn_watch),
};
static const rt_layer logits_layer = {
    .name = "logits", .kind = "dense", .act = RT_LINEAR, .rank = 1, .shape = { CLASSES },
    .param = logits_tensors, .n_params = 2, .watched = true,
    .watch = offsetof(struct model_memory, logits_watch), .in_flow = true,
};

static const rt_member h_members[] = { { .layer = &h_layer } };
static const rt_unit h_unit = { h_members, 1 };
static const rt_member stage_members[] = { { .layer = &bn_layer } };
static const rt_unit stage_unit = { stage_members, 1 };
static const rt_member model_members[] = {
    { .layer = &first_layer },
    { .unit = &h_unit, .name = "", .is_repeat = true, .first = 0, .count = DEPTH,
      .params = offsetof(struct model_params, h), .params_stride = sizeof(struct h_params),
      .memory = offsetof(struct model_memory, h), .memory_stride = sizeof(struct h_memory) },
    { .unit = &stage_unit, .name = "stage", .count = 1,
      .params = offsetof(struct model_params, stage),
      .memory = offsetof(struct model_memory, stage) },
    { .layer = &logits_layer },
};
static const rt_unit model_unit = { model_members, 4 };

static const rt_settings model_settings = {
    .batch = BATCH, .epochs = 3, .seed = 42, .shuffle = true, .lr = 0.1, .momentum = 0.9,
    .factor = 0.1, .clip = 1, .huber_delta = 1, .on_nonfinite = RT_STOP, .every = 50,
};
static const rt_data model_data = {
    .train = { .reader = "digits" }, .split = 0.8, .split_seed = 42, .scale = 1,
};

#define TINY_RECORD { \
    .name = "tiny", .real_size = sizeof(rt_real), .reals = &RT_REALS, .batch = BATCH, \
    .input_rank = 1, .input_shape = { INPUT }, .target = RT_TARGET_CLASS, .classes = CLASSES, \
    .output_rank = 1, .output_shape = { CLASSES }, \
    .output = offsetof(struct model_memory, logits), .loss = RT_SOFTMAX_CROSS_ENTROPY, \
    .batch_statistics = true, .params_size = sizeof(struct model_params), \
    .memory_size = sizeof(struct model_memory), .scratch_size = sizeof(struct model_scratch), \
    .optimizer_slots = 1, .optimizer = "sgd", .clip = "global_norm", .unit = &model_unit, \
    .settings = &model_settings, .data = &model_data, .forward = model_forward, \
    .backward = model_backward, .update = model_update, .expect = model_expect, \
}

#endif
