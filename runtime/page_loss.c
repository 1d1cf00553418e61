/* page_loss.c -- the curve of the loss, drawn without a script. */
#include "figures.h"
#include "page.h"

enum { WIDTH = 960, HEIGHT = 220, LEFT = 64, RIGHT = 12, TOP = 12, BOTTOM = 24, POINTS = 480 };

typedef struct {
    double low, high, last;         /* loss, loss; the last step */
} Axes;

static void take_in(Axes *a, double loss, int64_t step)
{
    if (!isfinite(loss))
        return;
    a->low = fmin(a->low, loss);
    a->high = fmax(a->high, loss);
    a->last = fmax(a->last, (double)step);
}

static Axes axes_of(const rt_kept *k)
{
    Axes a = { INFINITY, -INFINITY, 1 };

    for (size_t i = 0; i < k->n_steps; i++)
        take_in(&a, k->step[i].loss, k->step[i].step);
    for (size_t i = 0; i < k->n_epochs; i++)
        take_in(&a, k->epoch[i].loss_test, k->epoch[i].step);
    if (!(a.high - a.low > 0)) {
        a.low -= 0.5;
        a.high += 0.5;
    }
    return a;
}

static void put_point(FILE *out, const Axes *a, int64_t step, double loss)
{
    const double x = LEFT + (WIDTH - LEFT - RIGHT) * ((double)step / a->last);
    const double y = TOP + (HEIGHT - TOP - BOTTOM) * ((a->high - loss) / (a->high - a->low));

    if (isfinite(loss))
        fprintf(out, "%.1f,%.1f ", x, y);
}

static void put_steps(FILE *out, const rt_kept *k, const Axes *a)
{
    const size_t stride = k->n_steps / POINTS + 1;

    fputs("<polyline class=\"train\" points=\"", out);
    for (size_t i = 0; i < k->n_steps; i += stride)
        put_point(out, a, k->step[i].step, k->step[i].loss);
    fputs("\"/>\n", out);
}

static void put_epochs(FILE *out, const rt_kept *k, const Axes *a)
{
    const size_t stride = k->n_epochs / POINTS + 1;

    fputs("<polyline class=\"test\" points=\"", out);
    for (size_t i = 0; i < k->n_epochs; i += stride)
        put_point(out, a, k->epoch[i].step, k->epoch[i].loss_test);
    fputs("\"/>\n", out);
}

static void put_axes(FILE *out, const Axes *a)
{
    char high[RT_FIGURE], low[RT_FIGURE];

    fprintf(out, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, HEIGHT - BOTTOM,
            WIDTH - RIGHT);
    fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"end\">%s</text>"
            "<text x=\"%d\" y=\"%d\" class=\"end\">%s</text>\n", LEFT - 6, TOP + 8,
            rt_loss_figure(high, a->high), LEFT - 6, HEIGHT - BOTTOM, rt_loss_figure(low, a->low));
    fprintf(out, "<text x=\"%d\" y=\"%d\">step 0</text><text x=\"%d\" y=\"%d\" class=\"end\">%.0f"
            "</text>\n", LEFT, HEIGHT - 8, WIDTH - RIGHT, HEIGHT - 8, a->last);
}

bool rt_page_loss(FILE *out, const rt_kept *k, rt_error *e)
{
    const Axes a = axes_of(k);

    (void)e;
    if (!isfinite(a.low)) {
        fputs("<p>No loss was recorded that is finite.</p>\n", out);
        return true;
    }
    fprintf(out, "<svg id=\"loss-drawn\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Loss by "
            "step: solid the batches', dashed the test set's\">\n", WIDTH, HEIGHT);
    put_axes(out, &a);
    put_steps(out, k, &a);
    put_epochs(out, k, &a);
    fputs("</svg>\n", out);
    return true;
}
