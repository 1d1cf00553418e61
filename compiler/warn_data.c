/* warn_data.c -- warnings of the data: nothing to tell samples by, one class, stray words. */
#include "warn.h"

#include <inttypes.h>
#include <string.h>

static const DataFacts *facts_of(const Warn *w)
{
    return &w->forecast->input.facts;
}

/* "the 450 samples of houses.csv" are all; else those that were looked at. */
static const char *of_samples(const Warn *w)
{
    return arena_printf(w->session->arena, "in %s%s",
                        facts_of(w)->samples == facts_of(w)->read ? "all " : "the ",
                        w->forecast->input.from);
}

void warn_constant_inputs(Warn *w)
{
    const DataFacts *f = facts_of(w);
    Message *m;

    if (!warn_reaches(w, f->constant))
        return;
    m = f->constant < 1
      ? warn_say(w, f->constant, w->model->data.train.at, "%.0f %% of the inputs are the same %s",
                 100 * f->constant, of_samples(w))
      : warn_say(w, f->constant, w->model->data.train.at, "every input is the same %s: nothing "
                 "tells them apart", of_samples(w));
    if (!(f->constant < 1) && !(f->least < 0 || f->largest > 0))
        diag_note(m, w->model->input_at, "all are zero: the first weights get no gradient");
}

void warn_one_class(Warn *w)
{
    const DataFacts *f = facts_of(w);
    Message *m;

    if (w->model->target.kind != TARGET_CLASS || !warn_reaches(w, f->class_share))
        return;
    m = f->class_share < 1
      ? warn_say(w, f->class_share, w->model->data.train.at, "%.1f %% of the classes %s are %"
                 PRId64, 100 * f->class_share, of_samples(w), f->class)
      : warn_say(w, f->class_share, w->model->data.train.at, "the class is %" PRId64 " %s",
                 f->class, of_samples(w));
    diag_note(m, w->model->target.at, "a model that always says %" PRId64 " is right as often",
              f->class);
}

/* The smallest table that is looked up in by the inputs themselves; NULL. */
static const Node *embedding_of(const Program *p, int64_t *words)
{
    const Node *found = NULL;

    for (int i = 0; i < p->n; i++)
        for (NodeId id = 1; id < p->graph[i]->n; id++) {
            const Node *n = &p->graph[i]->node[id];
            const int64_t size = n->op == OP_EMBEDDING
                               ? call_arg(n->item->callee, n->item->arg, "vocab")->integer : 0;

            if (size > 0 && (!found || size < *words)) {
                found = n;
                *words = size;
            }
        }
    return found;
}

void warn_stray_words(Warn *w)
{
    const DataFacts *f = facts_of(w);
    int64_t words = 0;
    const Node *n = f->read ? embedding_of(w->program, &words) : NULL;
    const double past = n ? f->largest - (double)words + 1 : 0;
    const bool negative = n && f->least < 0;
    Message *m;

    if (!n || !warn_reaches(w, negative ? 1 : past))
        return;
    m = warn_say(w, negative ? 1 : past, warn_argument(n->item, "vocab"), "there is no word %.10g "
                 "in a table of %" PRId64 ": the program will stop at it",
                 negative ? f->least : f->largest, words);
    diag_note(m, w->model->data.train.at, "the %s %s", negative ? "least" : "largest",
              of_samples(w));
}

void warn_batch_over_data(Warn *w)
{
    const DataFacts *f = facts_of(w);
    const int64_t batch = w->model->settings.batch;
    const double lacks = f->samples ? (double)(batch - f->samples) : 0;
    Message *m;

    if (!warn_reaches(w, lacks))
        return;
    m = warn_say(w, lacks, warn_setting(w->model->settings.decl, "batch"), "a batch of %" PRId64
                 " is more than there are samples to train from, %" PRId64, batch, f->samples);
    diag_note(m, w->model->data.train.at, "each step takes all of them, an epoch is one step");
}
