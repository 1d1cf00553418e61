/* block_predict.c -- predicts with the trained net block; made by netc export.
 *
 * x [4] is a sample as the model takes it, y [3] what the model puts out, both row-major;
 * of a batch one sample stands behind the other.  x and y do not overlap.
 * Weights: 280 bytes; room to work in: 48 bytes.
 *
 * To build: cc -std=c11 -O3 -c block_predict.c; to link: -lm. */
#include <math.h>
#include <stddef.h>

enum { BLOCK_INPUTS = 4, BLOCK_OUTPUTS = 3 };

void block_predict(const float *x, float *y);
void block_predict_batch(int n, const float *x, float *y);

/* Of what each thread has its own; -DBLOCK_ROOM=static where there are none. */
#ifndef BLOCK_ROOM
#define BLOCK_ROOM static _Thread_local
#endif

/* The sum of a[i] b[i]: eight sums, so that compilers can use vectors. */
static float nn_dot(int n, const float *a, const float *b)
{
    float sum[8] = { 0 };
    float rest = 0;
    int i = 0;

    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            sum[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        rest += a[i] * b[i];
    for (int k = 0; k < 8; k++)
        rest += sum[k];
    return rest;
}

/* y = weight x + bias, of each row: x [rows][inputs], weight [units][inputs], y [rows][units]; bias
 * may be NULL. */
static void nn_affine(int rows, int units, int inputs, const float *x, const float *weight,
                      const float *bias, float *y)
{
    for (int r = 0; r < rows; r++)
        for (int u = 0; u < units; u++)
            y[r * units + u] = nn_dot(inputs, x + r * inputs, weight + u * inputs)
                             + (bias ? bias[u] : 0);
}

/* Each row of x [rows][width] to mean 0 and variance 1. */
static void nn_normalize(int rows, int width, float eps, const float *x, float *y)
{
    for (int r = 0; r < rows; r++, x += width, y += width) {
        double mean = 0, var = 0;

        for (int i = 0; i < width; i++)
            mean += (double)x[i] / width;
        for (int i = 0; i < width; i++)
            var += ((double)x[i] - mean) * ((double)x[i] - mean) / width;
        for (int i = 0; i < width; i++)
            y[i] = (float)(((double)x[i] - mean) / sqrt(var + (double)eps));
    }
}

/* x [rows][width]; gamma and beta [width] may be NULL. */
static void nn_layernorm(int rows, int width, float eps, const float *x, const float *gamma,
                         const float *beta, float *y)
{
    nn_normalize(rows, width, eps, x, y);
    for (int i = 0; gamma && i < rows * width; i++)
        y[i] = y[i] * gamma[i % width] + beta[i % width];
}

static float nn_leaky_relu(float z, float slope) { return z > 0 ? z : slope * z; }

static const float body_0_norm_weight[4] = {
};

static const float body_0_norm_bias[4] = {
};

static const float body_0_h_weight[4 * 4] = {
};

static const float body_0_h_bias[4] = {
};

static const float stage_0_scale[1] = {
};

static const float body_1_norm_weight[4] = {
};

static const float body_1_norm_bias[4] = {
};

static const float body_1_h_weight[4 * 4] = {
};

static const float body_1_h_bias[4] = {
};

static const float stage_1_scale[1] = {
};

static const float int_weight[3 * 4] = {
};

void block_predict(const float *x, float *y)
{
    BLOCK_ROOM float buffer_0[4];
    BLOCK_ROOM float buffer_1[4];
    BLOCK_ROOM float buffer_2[4];

    /* norm = layernorm */
    float *const body_0_norm = buffer_0;
    nn_layernorm(1, 4, 1e-05f, x, body_0_norm_weight, body_0_norm_bias,
                 body_0_norm);

    /* h = dense(width, act = leaky_relu(0.1)) */
    float *const body_0_h_z = buffer_1;
    nn_affine(1, 4, 4, body_0_norm, body_0_h_weight, body_0_h_bias,
              body_0_h_z);
    float *const body_0_h = buffer_1;
    for (int i = 0; i < 4; i++)
        body_0_h[i] = nn_leaky_relu(body_0_h_z[i], 0.1f);

    /* stage = residual(scale = learn(0.5)) */
    float *const stage_scaled_0 = buffer_1;
    for (int i = 0; i < 4; i++)
        stage_scaled_0[i] = stage_0_scale[0] * body_0_h[i];
    float *const stage_0 = buffer_1;
    for (int i = 0; i < 4; i++)
        stage_0[i] = x[i] + stage_scaled_0[i];

    /* norm = layernorm */
    float *const body_1_norm = buffer_0;
    nn_layernorm(1, 4, 1e-05f, stage_0, body_1_norm_weight, body_1_norm_bias,
                 body_1_norm);

    /* h = dense(width, act = leaky_relu(0.1)) */
    float *const body_1_h_z = buffer_2;
    nn_affine(1, 4, 4, body_1_norm, body_1_h_weight, body_1_h_bias,
              body_1_h_z);
    float *const body_1_h = buffer_2;
    for (int i = 0; i < 4; i++)
        body_1_h[i] = nn_leaky_relu(body_1_h_z[i], 0.1f);

    /* stage = residual(scale = learn(0.5)) */
    float *const stage_scaled_1 = buffer_2;
    for (int i = 0; i < 4; i++)
        stage_scaled_1[i] = stage_1_scale[0] * body_1_h[i];
    float *const stage_1 = buffer_1;
    for (int i = 0; i < 4; i++)
        stage_1[i] = stage_0[i] + stage_scaled_1[i];

    /* int = dense(3, bias = false) */
    float *const int_ = y;
    nn_affine(1, 3, 4, stage_1, int_weight, NULL, int_);
}

void block_predict_batch(int n, const float *x, float *y)
{
    for (int i = 0; i < n; i++, x += BLOCK_INPUTS, y += BLOCK_OUTPUTS)
        block_predict(x, y);
}
