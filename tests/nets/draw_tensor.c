/* draw_tensor.c -- names of tensors, and how a layer is written: its input, name and assertion. */
#include <stdio.h>
#include <string.h>

#include "draw.h"

/* ---- Names ---- */

static void push(Draw *d, Tensor t)
{
    if (d->n_tensors < MAX_TENSORS)
        d->tensor[d->n_tensors++] = t;
}

void add_tensor(Draw *d, const char *name, Shape s)
{
    Tensor t = { .shape = s };

    snprintf(t.text, NAME, "%s", name);
    push(d, t);
    if (d->in_repeat && !d->partial && chance(d, 15)) {
        snprintf(t.text, NAME, "%s[0]", name);
        push(d, t);
    }
}

void add_grown_tensor(Draw *d, const char *name, Shape s, int step)
{
    Tensor t = { .shape = s, .step = step, .hidden = true };

    snprintf(t.text, NAME, "%s", name);
    push(d, t);
}

Tensor *find_tensor(Draw *d, bool (*fits)(const Draw *, const Tensor *))
{
    Tensor *found[MAX_TENSORS];
    int n = 0;

    for (int i = d->first_tensor; i < d->n_tensors; i++)
        if (!d->tensor[i].hidden && fits(d, &d->tensor[i]))
            found[n++] = &d->tensor[i];
    return n ? found[below(d, n)] : NULL;
}

/* Those of inner repeats cannot be read from outside. */
void leave_repeat(Draw *d, int first, int count)
{
    static Tensor inside[MAX_TENSORS];
    const int n = d->n_tensors - first;

    memcpy(inside, d->tensor + first, (size_t)n * sizeof *inside);
    d->n_tensors = first;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < count && !strchr(inside[i].text, '['); k++) {
            Tensor t = { .shape = inside[i].shape };
            t.shape.dim[t.shape.rank - 1] += k * inside[i].step;
            snprintf(t.text, NAME, "%.40s[%d]", inside[i].text, k);
            push(d, t);
        }
}

/* ---- Layers ---- */

static bool is_place(const Draw *d, const Tensor *t)
{
    return !d->steady || same_places(d->now, t->shape);
}

void begin_layer(Draw *d)
{
    const Tensor *t = chance(d, 12) ? find_tensor(d, is_place) : NULL;

    d->from[0] = '\0';
    d->as_param = !d->dead && chance(d, 4);
    d->quiet = d->dead || d->as_param;
    if (!t)
        return;
    d->now = t->shape;
    snprintf(d->from, NAME, "%s", t->text);
}

/* `from` and an assertion, in either order. */
static void put_tail(Draw *d, Shape out)
{
    const bool asserted = chance(d, 15), first = chance(d, 50);

    if (asserted && first) {
        put(d, " : ");
        put_shape(d, out);
    }
    if (d->from[0])
        put(d, " from %s", d->from);
    if (asserted && !first) {
        put(d, " : ");
        put_shape(d, out);
    }
}

/* The layer at hand as a param's value; the statement is then its name. */
static void move_to_param(Draw *d)
{
    char name[NAME];

    new_name(d, "p", name);
    text_add(&d->head, "param %s: layer = %s;\n", name, d->line.at);
    d->line.n = 0;
    put(d, "%s", name);
}

static void put_name(Draw *d, const char *name)
{
    char *line = d->line.at, copy[4000];

    snprintf(copy, sizeof copy, "%s", line);
    d->line.n = 0;
    put(d, "%s = %s", name, copy);
}

/* expect and observe name a layer of the model itself. */
static void note_layer(Draw *d, const char *name, int parameters, bool timed)
{
    if (parameters < 0 || d->in_block || d->in_repeat || d->dead || d->n_watched == 8)
        return;
    snprintf(d->watched[d->n_watched], NAME, "%s", name);
    d->weighted[d->n_watched] = parameters > 0;
    d->timed[d->n_watched++] = timed;
}

static void count(Draw *d, int layers, int parameters)
{
    if (d->dead)
        return;
    d->definite += d->arms ? 0 : layers;
    d->layers += layers * d->times;
    d->parameters += parameters > 0 ? parameters * d->times : 0;
}

void end_layer(Draw *d, Shape out, int parameters)
{
    const bool timed = !strncmp(d->line.at, "rnn(", 4) || !strncmp(d->line.at, "gru(", 4) ||
                       !strncmp(d->line.at, "lstm(", 5);
    char name[NAME] = "";

    if (d->as_param)
        move_to_param(d);
    d->quiet = d->dead;
    if (chance(d, 45)) {
        new_name(d, "h", name);
        put_name(d, name);
        note_layer(d, name, parameters, timed);
    }
    put_tail(d, out);
    put(d, ";");
    end_line(d);
    d->from[0] = '\0';
    d->as_param = false;
    d->now = out;
    if (name[0])
        add_tensor(d, name, out);
    count(d, 1, parameters);
}

void begin_compound(Draw *d, char name[NAME])
{
    name[0] = '\0';
    if (!chance(d, 40))
        return;
    new_name(d, "h", name);
    put(d, "%s = ", name);
}

void end_compound(Draw *d, const char *name, Shape out)
{
    d->now = out;
    if (name[0])
        add_tensor(d, name, out);
    count(d, 1, 0);
}
