/* warn_norm.c -- warnings of norms and of residual sums. */
#include "warn.h"
#include "written.h"

#include <math.h>
#include <string.h>

/* ---- Few rows ------------------------------------------------------------------------------ */

/* Places of a sample that a channel's statistics are taken over. */
static double places(Shape s)
{
    return s.rank == 3 ? (double)(s.dim[1] * s.dim[2]) : s.rank == 2 ? (double)s.dim[0] : 1;
}

void warn_batchnorm_batch(Warn *w)
{
    const double batch = (double)w->forecast->batch;
    const FlowLayer *row = NULL;
    double least = INFINITY;
    Message *m;

    for (int i = 0; i < w->forecast->n; i++) {
        const FlowLayer *l = &w->forecast->layer[i];

        if (strcmp(l->layer->kind, "batchnorm") == 0 && batch * places(l->layer->out) < least) {
            least = batch * places(l->layer->out);
            row = l;
        }
    }
    if (!row || !warn_reaches(w, least))
        return;
    m = warn_say(w, least, warn_setting(w->model->settings.decl, "batch"),
                 "%s takes mean and variance from %.0f number%s", row->path, least,
                 least == 1 ? "" : "s");
    if (least == 1)
        diag_note(m, warn_at(row), "one number is its own mean: nothing but zeros comes out");
    else
        diag_note(m, warn_at(row), "batch %.0f * %.0f place%s; the gradient of a batch has no mean "
                  "square under four", batch, places(row->layer->out),
                  places(row->layer->out) == 1 ? "" : "s");
}

/* ---- Depth --------------------------------------------------------------------------------- */

typedef struct {
    int first, last, norms;         /* sites from the first norm's layer to the last norm's */
} Chain;

/* The longest chain of batch norms that no residual or parallel stands in. */
static Chain longest_chain(const Warn *w)
{
    Chain best = { 0 }, now = { 0 };

    for (int i = 0; i < w->n - 1; i++) {
        const Site *p = &w->site[i];

        if (p->inside || p->row->layer->steps) {
            now = (Chain){ 0 };
            continue;
        }
        if (!p->batchnorm)
            continue;
        now.first = now.norms ? now.first : i;
        now.last = i;
        now.norms++;
        best = now.norms > best.norms ? now : best;
    }
    return best;
}

/* What the square of dL/dz is multiplied by at a batch norm before `act`, in wide layers and large
 * batches: E phi'^2 / Var phi (Yang et al. 2019). */
static double norm_factor(const Warn *w, Act act)
{
    Moments m;

    act_moments(w->gauss, act, 1, 0, &m);
    return m.slope_square / (m.square - m.mean * m.mean);
}

static double chain_gain(const Warn *w, const Chain *c)
{
    double decades = 0;

    for (int i = c->first; i <= c->last && c->norms >= CHAIN_OF_NORMS; i++)
        if (w->site[i].batchnorm)
            decades += 0.5 * log10(norm_factor(w, w->site[i].norm_act));
    return decades;
}

double warn_norm_gain(const Warn *w)
{
    const Chain c = longest_chain(w);

    return w->forecast->rough ? 0 : chain_gain(w, &c);
}

void warn_batchnorm_depth(Warn *w)
{
    const Chain c = longest_chain(w);
    const double counted = warn_gained(w, c.first, c.last, warn_norm_gain(w));
    const Item *norm;
    double gained;
    Message *m;

    if (!warn_reaches(w, counted))
        return;
    gained = warn_gain(w, c.first, c.last);
    norm = w->site[c.first].norm;
    m = warn_say(w, counted, norm->at, "%d batch norms without a skip: dL/dz grows by %.1f "
                 "decades over %s", c.norms, gained, warn_range(w, c.first, c.last));
    diag_note(m, warn_at(w->site[c.first].row), "each multiplies its square by %.3g, "
              "whatever the weights", pow(10, 2 * gained / (c.last - c.first)));
    w->told = gained;
}

/* ---- Residual sums ------------------------------------------------------------------------- */

/* Decades that dL/dz gains, where residual sums gain half of them or more; under sgd logits so
 * large that the softmax is flat count as if they were gained. */
static double gained_by_sums(const Warn *w, double growth)
{
    const double gained = w->forecast->gained;
    double counted;
    int first, last;

    if (isinf(growth))
        return growth;
    if (!warn_hidden(w, &first, &last) || !isfinite(gained) || log10(growth) < gained)
        return 0;
    counted = warn_gained(w, first, last, gained);
    return !w->adaptive && w->model->target.kind == TARGET_CLASS &&
           w->site[w->n - 1].row->z_rms > FLAT_LOGITS ? fmax(counted, w->now->warned) : counted;
}

void warn_residual_growth(Warn *w)
{
    const Forecast *f = w->forecast;
    const FlowLayer *first = f->join, *last = f->n_joins ? &f->join[f->n_joins - 1] : NULL;
    double growth, decades;
    Message *m;

    if (f->n_joins < 2 || !(first->z_rms > 0))
        return;
    growth = last->act_rms * last->act_rms / (first->z_rms * first->z_rms);
    decades = gained_by_sums(w, growth);
    if (!warn_reaches(w, decades) || warn_held(w))
        return;
    if (isfinite(growth)) {
        m = warn_say(w, decades, warn_at(last), "%d residual sums multiply their input's square "
                     "by %.2g", f->n_joins, growth);
        diag_note(m, warn_at(last), "the RMS goes from %.2g to %.2g, %.3g a block; scale = "
                  "1 / sqrt(%d) keeps it within e", first->z_rms, last->act_rms,
                  pow(growth, 0.5 / f->n_joins), f->n_joins);
        w->told = 0.5 * log10(growth);
    } else {
        m = warn_say(w, decades, warn_at(last), "%d residual sums multiply their input's square "
                     "past the range of double", f->n_joins);
        diag_note(m, warn_at(last), "scale = 1 / sqrt(%d) keeps the RMS within e", f->n_joins);
    }
}

static bool adds_nothing(const FlowLayer *join)
{
    const Item *item = join->layer->item;
    const Value *scale = call_arg(item->callee, item->arg, "scale");

    return scale->kind != VALUE_CALL && scale->real == 0;
}

void warn_idle_branch(Warn *w)
{
    const Stmt *told = NULL;

    for (int i = 0; i < w->forecast->n_joins; i++) {
        const FlowLayer *join = &w->forecast->join[i];
        const Item *item = join->layer->item;
        Message *m;

        if (item->stmt == told || !adds_nothing(join) || !warn_reaches(w, 1))
            continue;
        told = item->stmt;
        m = warn_say(w, 1, warn_argument(item, "scale"), "the body of %s adds nothing and learns "
                     "nothing: its scale is 0, a constant", join->path);
        diag_note(m, item->at, "scale = learn(0) starts there too, and grows");
    }
}

/* ---- What a norm takes away ---------------------------------------------------------------- */

/* `bias = false` in the call: in the place of what is written, or behind the last argument. */
static void fix_bias(Message *m, const Item *item)
{
    const Expr *written = warn_plain_argument(item, "bias");
    const Arg *last = item->stmt->args;

    while (last && last->next)
        last = last->next;
    if (written)
        diag_fix(m, written->at, "false");
    else if (last && warn_argument(item, "bias").from == item->at.from && item->written ==
             item->callee)
        diag_fix(m, (Span){ last->at.source, last->at.to, last->at.to }, ", bias = false");
}

/* Each layer once, not each instance of it. */
static bool is_first(const Warn *w, int i)
{
    for (int k = 0; k < i; k++)
        if (w->site[k].row->layer->item->stmt == w->site[i].row->layer->item->stmt)
            return false;
    return true;
}

void warn_redundant_bias(Warn *w)
{
    for (int i = 0; i < w->n; i++) {
        const Site *p = &w->site[i];
        const Item *item = p->row->layer->item;
        Message *m;

        if (!p->batchnorm || !p->bias || p->row->layer->steps || !warn_reaches(w, 1) ||
            !is_first(w, i))
            continue;
        m = warn_say(w, 1, item->at, "the bias of %s has no effect: the batch norm behind it takes "
                     "the mean away", p->row->layer->name);
        diag_note(m, p->norm->at, "the batch norm is here");
        fix_bias(m, item);
    }
}

/* L2 on the weights of this layer, by whatever setting. */
static double decay_of(const Warn *w, const Site *p)
{
    const Value *optimizer = &w->model->settings.optimizer;
    const Value *penalty = &w->model->settings.regularize;
    const double decay = word_is(optimizer, "ADAMW") ? value_arg(optimizer, "decay")->real : 0;
    const double l2 = word_is(penalty, "L2") || word_is(penalty, "L1L2")
                    ? value_arg(penalty, "l2")->real : 0;

    return decay + l2 + p->weight->l2;
}

void warn_decay_before_norm(Warn *w)
{
    int layers = 0, at = 0;
    const Site *p;

    for (int i = w->n - 1; i >= 0; i--)
        if (w->site[i].norm && decay_of(w, &w->site[i]) > 0) {
            layers++;
            at = i;
        }
    if (!layers || !warn_reaches(w, layers))
        return;
    p = &w->site[at];
    diag_note(warn_say(w, layers, p->weight->l2 > 0 ? warn_argument(p->row->layer->item, "l2")
                       : word_is(&w->model->settings.optimizer, "ADAMW")
                       ? warn_setting(w->model->settings.decl, "optimizer")
                       : warn_setting(w->model->settings.decl, "regularize"),
                       "the penalty on weights has no effect on what %d layer%s put%s out, and "
                       "raises their rate", layers, layers > 1 ? "s" : "", layers > 1 ? "" : "s"),
              p->norm->at, "the norm behind %s takes the size of its weights away", p->row->path);
}
