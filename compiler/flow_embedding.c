/* flow_embedding.c -- the forecast of an embedding: a product with words, as vectors of zeros and a
 * one. */
#include "flow_walk.h"

#include <math.h>

/* Two places hold the same word with the data's probability,
 * else with 1 / words. */
static Kernel *kernel_of_words(Flow *f, const Node *n)
{
    const InputMoments *in = &f->input;
    const double chance = 1 / (double)n->size[1];
    Kernel *k = kernel_new(f, n->shape);
    const bool known = in->word[SAME] && k->positions == shape_size(f->model->input);

    for (int s = 0; s < PAIRS; s++) {
        k->cross[s] = known ? in->word_apart[s] : chance;
        for (int64_t i = 0; i < k->positions; i++)
            k->square[s][i] = s == SAME ? 1 : known ? in->word[s][i] : chance;
    }
    return k;
}

static void embedding_forward(Flow *f, Trace *t, NodeId y)
{
    const Draw w = draw_of(tensor_of(t, y, 1));
    const double common = w.mean * w.mean, square = w.var + common;
    Kernel *k = kernel_of_words(f, &t->g->node[y]);

    k->mean = w.mean;
    for (int s = 0; s < PAIRS; s++) {
        k->cross[s] = (k->cross[s] * w.var + common) / fmax(square, 1e-300);
        for (int64_t i = 0; i < k->positions; i++)
            k->square[s][i] = k->square[s][i] * w.var + common;
    }
    t->kernel[y] = k;
}

static void embedding_backward(Flow *f, Trace *t, NodeId y, const Gradient *dy)
{
    const Node *n = &t->g->node[y];
    const Kernel *words = kernel_of_words(f, n);
    FlowLayer *row = &t->row[n->layer];
    double total = 0;

    for (int s = 0; s < PAIRS; s++)
        total += f->batch * f->pairs[s] * pair_sum(dy, s, words, s);
    row->grad_norm = sqrt((double)n->size[2] * fmax(total, 0));
    row->spread = flow_spread(dy->log_var);
}

const FlowRule flow_embedding = { embedding_forward, embedding_backward };
