/* augment.c -- training images mirrored and moved, anew in each epoch. */
#include "augment.h"

#include <string.h>

#include "philox.h"

typedef struct {
    bool mirrored;
    int down, right;                /* where the window stands in the image, -crop .. crop */
} change;

/* Numbers of the sample's stream: mirrored or not, then the window's row and column. */
static change draw(const rt_data *data, const rt_stream *s)
{
    const int places = 2 * data->crop + 1;
    change c = {.mirrored = data->hflip && rt_random_uniform(s, 0) < 0.5};
    if (data->crop) {
        c.down = (int)(rt_random_uniform(s, 1) * places) - data->crop;
        c.right = (int)(rt_random_uniform(s, 2) * places) - data->crop;
    }
    return c;
}

static void mirror(const void *from, int last, int n, size_t size, void *to)
{
    if (size == sizeof(float))
        for (int i = 0; i < n; i++)
            ((float *)to)[i] = ((const float *)from)[last - i];
    else
        for (int i = 0; i < n; i++)
            ((double *)to)[i] = ((const double *)from)[last - i];
}

/* to[i] = row[i + right] of the row as it is or mirrored, and 0 where that is outside. */
static void move_row(const char *row, int width, const change *c, size_t size, char *to)
{
    const int first = c->right < 0 ? -c->right : 0;
    const int n = width - (c->right < 0 ? first : c->right);
    if (c->right)
        memset(to, 0, (size_t)width * size);
    to += (size_t)first * size;
    if (c->mirrored)
        mirror(row, width - 1 - first - c->right, n, size, to);
    else
        memcpy(to, row + (size_t)(first + c->right) * size, (size_t)n * size);
}

static void move_image(const rt_model *m, const change *c, const char *image, char *to)
{
    const int height = m->input_shape[1], width = m->input_shape[2];
    const size_t row = (size_t)width * m->real_size;
    for (int channel = 0; channel < m->input_shape[0]; channel++) {
        for (int y = 0; y < height; y++, to += row) {
            const int from = y + c->down;
            if (from < 0 || from >= height)
                memset(to, 0, row);
            else
                move_row(image + (size_t)from * row, width, c, m->real_size, to);
        }
        image += (size_t)height * row;
    }
}

void rt_augment(rt_run *run, int64_t epoch, const uint32_t *sample, int rows)
{
    const rt_model *m = run->model;
    const rt_samples *s = &run->data.train;
    const size_t bytes = (size_t)s->features * m->real_size;
    if (!m->data->hflip && !m->data->crop)
        return;
    for (size_t i = 0; i < (size_t)rows; i++) {
        const rt_stream stream = {run->set->seed, RT_FOR_AUGMENT, sample[i], (uint64_t)epoch};
        const change c = draw(m->data, &stream);
        move_image(m, &c, (const char *)s->x + sample[i] * bytes, (char *)run->x + i * bytes);
    }
    if (m->target == RT_TARGET_INPUT)
        memcpy(run->target, run->x, (size_t)rows * bytes);
}
