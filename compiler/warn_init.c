/* warn_init.c -- warnings of initialisers: symmetric units, means, variances that do not suit. */
#include "warn.h"

#include <math.h>
#include <string.h>

static const Value *init_of(const Site *p) { return p->weight->init; }

/* Dense or a convolution, whose weights multiply what comes in. */
static bool is_product(const Site *p)
{
    return !p->row->layer->steps && p->weight && strcmp(p->row->layer->kind, "embedding") != 0;
}

/* The argument in all layers of a run, where each is written by itself. */
static void fix_all(const Warn *w, Message *m, int first, int last, const char *init)
{
    const Stmt *done = NULL;

    for (int i = first; i <= last; i++) {
        const Item *item = w->site[i].row->layer->item;

        if (item->stmt != done && !warn_plain_argument(item, "init"))
            return;
        done = item->stmt;
    }
    done = NULL;
    for (int i = first; i <= last; i++) {
        const Item *item = w->site[i].row->layer->item;

        if (item->stmt != done)
            diag_fix(m, warn_argument(item, "init"), init);
        done = item->stmt;
    }
}

/* ---- Equal units --------------------------------------------------------------------------- */

static bool is_symmetric(const Site *p)
{
    return is_product(p) && !p->inside && p->draw.symmetric && p->weight->shape.dim[0] > 1;
}

/* Zeros, which relu, without slope at zero, takes in. */
static bool lets_nothing_back(const Warn *w, int i)
{
    const Site *p = &w->site[i];

    return i < w->n - 1 && p->act.kind == ACTIVATION_RELU && p->row->z_rms == 0;
}

void warn_symmetric_units(Warn *w)
{
    int first = 0, most = 0, at = 0;
    bool blocked = false;
    const Site *p;
    Message *m;

    for (int i = 0; i < w->n; i++) {
        first = is_symmetric(&w->site[i]) ? first : i + 1;
        if (i + 1 - first > most) {
            most = i + 1 - first;
            at = first;
        }
        blocked = blocked || (i >= first && lets_nothing_back(w, i));
    }
    if (!warn_reaches(w, blocked ? 3 : most))
        return;
    p = &w->site[at];
    m = warn_say(w, blocked ? 3 : most, warn_argument(p->row->layer->item, "init"),
                 "all units of %s start equal and stay so: %s gives each the same weights",
                 warn_range(w, at, at + most - 1), value_text(init_of(p), w->session->arena));
    diag_note(m, warn_at(p->row), "equal weights get equal gradients: %lld units are worth "
              "one%s", (long long)p->weight->shape.dim[0], w->forecast->flow == 0
              ? ", and no gradient arrives at the first layer" : "");
    fix_all(w, m, at, at + most - 1, "auto");
}

/* ---- Means --------------------------------------------------------------------------------- */

static double share_of_mean(const Site *p)
{
    if (!is_product(p) || p->draw.symmetric || p->draw.mean == 0 || !(p->draw.var > 0))
        return 0;
    return (double)p->weight->fan_in * p->draw.mean * p->draw.mean / p->draw.var;
}

void warn_init_mean(Warn *w)
{
    double most = 0;
    int at = 0;
    const Site *p;
    Message *m;

    for (int i = 0; i < w->n; i++)
        if (share_of_mean(&w->site[i]) > most) {
            most = share_of_mean(&w->site[i]);
            at = i;
        }
    if (most == 0 || !warn_reaches(w, most))
        return;
    p = &w->site[at];
    m = warn_say(w, most, warn_argument(p->row->layer->item, "init"), "the weights of %s have a "
                 "mean, %.3g, that all its units share", p->row->path, p->draw.mean);
    diag_note(m, warn_at(p->row), "in a sum's square it counts fan_in %lld * %.3g^2 / "
              "variance %.2g = %.2g times as much as the rest", (long long)p->weight->fan_in,
              p->draw.mean, p->draw.var, most);
}

/* ---- Variances ----------------------------------------------------------------------------- */

enum { XAVIER, HE, LECUN };
static const int suits[N_ACTIVATIONS] = {
#define ACTIVATION(id, name, signature, slope_of, family) [ACTIVATION_##id] = family,
#include "activations.def"
#undef ACTIVATION
};
static const char *const suitable[] = {
    [XAVIER] = "xavier_uniform", [HE] = "he_normal", [LECUN] = "lecun_normal"
};
static const char *const act_name[N_ACTIVATIONS] = {
#define ACTIVATION(id, name, signature, slope_of, family) [ACTIVATION_##id] = name,
#include "activations.def"
#undef ACTIVATION
};

/* Of one weight, as init = auto would draw it. */
static double suitable_variance(const Site *p)
{
    const double in = (double)p->weight->fan_in, out = (double)p->weight->fan_out;
    const int by = suits[p->act.kind];
    const double slope = p->act.kind == ACTIVATION_LEAKY_RELU ? p->act.number : 0;

    return by == HE ? 2 / ((1 + slope * slope) * in) : by == LECUN ? 1 / in : 2 / (in + out);
}

/* Decades by which a layer's weights are drawn too large; 0: they suit, or nobody chose them. */
static double excess(const Warn *w, int i)
{
    const Site *p = &w->site[i];
    double x;

    if (i >= w->n - 1 || !is_product(p) || p->inside || p->norm || !(p->draw.var > 0) ||
        p->draw.mean != 0 || p->draw.identity || init_of(p)->is_default || init_of(p)->as_default)
        return 0;
    x = 0.5 * log10(p->draw.var / suitable_variance(p));
    return fabs(x) > 0.05 ? x : 0;
}

/* By what a layer of this variance multiplies the gradient's square, once its input settled. */
static double settled_gain(const Warn *w, const Site *p, double variance)
{
    const double in = variance * (double)p->weight->fan_in;
    double q = p->row->z_rms * p->row->z_rms * variance / p->draw.var, squares[2] = { 0, 1 };

    for (int i = 0; i < 50; i++) {
        act_squares(w->gauss, p->act, q, 0, squares);
        q = fmin(fmax(in * squares[0], 1e-12), 1e12);
    }
    return variance * (double)p->weight->fan_out * squares[1];
}

typedef struct {
    int first, last;
    double gained, otherwise;       /* decades of delta; under init = auto */
} Stretch;

static double needless(const Stretch *r)
{
    return fabs(r->gained) - fabs(r->otherwise);
}

/* From `first`: layers whose weights are all too large, or all too small. */
static Stretch run_from(const Warn *w, int first)
{
    const double sign = excess(w, first);
    const Site *p = &w->site[first];
    Stretch r = { first, first, 0, 0 };

    while (r.last + 1 < w->n - 1 && excess(w, r.last + 1) * sign > 0)
        r.last++;
    if (r.last < first + 2)
        return r;
    r.gained = warn_gain(w, first, r.last);
    if (r.gained * sign <= 0 || !isfinite(r.gained))
        r.gained = 0;
    r.otherwise = (r.last - first) * 0.5 * log10(settled_gain(w, p, suitable_variance(p)));
    return r;
}

/* As the optimiser feels it. */
static double counted(const Warn *w, const Stretch *r)
{
    return r->gained < 0 ? warn_lost(w, r->first, r->last, needless(r))
                         : warn_gained(w, r->first, r->last, needless(r));
}

static void say_mismatch(Warn *w, const Stretch *r)
{
    const Site *p = &w->site[(r->first + r->last) / 2];
    const Item *item = p->row->layer->item;
    const char *act = act_name[p->act.kind], *init = suitable[suits[p->act.kind]];
    const double out = (double)p->weight->fan_out;
    Message *m;

    w->explains = r->gained < 0 ? VANISHES : EXPLODES;
    m = warn_say(w, counted(w, r), warn_argument(item, "init"),
                 "%s is too %s before %s: dL/dz %s by %.1f decades over %s",
                 value_text(init_of(p), w->session->arena), r->gained < 0 ? "small" : "large", act,
                 r->gained < 0 ? "falls" : "grows", fabs(r->gained),
                 warn_range(w, r->first, r->last));
    diag_note(m, item->at, "a layer multiplies its square by fan_out %.3g * variance %.2g * "
              "E %s'(z)^2 %.2g = %.2g; under %s by %.2g", out, p->draw.var, act, p->slope_square,
              out * p->draw.var * p->slope_square, init,
              settled_gain(w, p, suitable_variance(p)));
    fix_all(w, m, r->first, r->last, init);
    w->told = r->gained;
}

void warn_init_mismatch(Warn *w)
{
    Stretch worst = { 0 };

    for (int i = 0; i < w->n - 1; i++) {
        const Stretch r = excess(w, i) != 0 ? run_from(w, i) : (Stretch){ i, i, 0, 0 };

        if (needless(&r) > needless(&worst))
            worst = r;
        i = r.last;
    }
    if (!w->forecast->rough && warn_reaches(w, counted(w, &worst)))
        say_mismatch(w, &worst);
}
