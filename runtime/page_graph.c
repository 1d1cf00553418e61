/* page_graph.c -- the layers of a run's net with their shapes, and what flows between them. */
#include "html.h"
#include "page.h"

enum { WIDTH = 960, LEFT = 190, BOX = 460, HIGH = 22, STEP = 32, TOP = 8 };

static void put_shape(FILE *out, const json_t *shape)
{
    for (size_t i = 0; i < json_array_size(shape); i++)
        fprintf(out, "%s%lld", i ? ", " : "  [", json_integer_value(json_array_get(shape, i)));
    if (json_array_size(shape))
        putc(']', out);
}

static void put_vertex(FILE *out, const rt_kept *k, size_t i)
{
    const rt_kept_vertex *v = &k->vertex[i];
    const int y = TOP + STEP * (int)i;

    fprintf(out, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>"
            "<text class=\"name\" x=\"%d\" y=\"%d\">", LEFT, y, BOX, HIGH, LEFT + 26, y + 15);
    rt_html_text(out, *v->name == '\0' ? "input" : v->name);
    if (v->layer) {
        fputs("  <tspan class=\"dim\">", out);
        rt_html_text(out, rt_kept_text(v->layer, "kind"));
        put_shape(out, json_object_get(v->layer, "shape"));
        fputs("</tspan>", out);
    }
    fputs("</text>", out);
    if (v->row < k->n_layers)
        fprintf(out, "<rect class=\"delta\" data-row=\"%zu\" x=\"%d\" y=\"%d\" width=\"12\" "
                "height=\"12\"/>", v->row, LEFT + 7, y + 5);
    putc('\n', out);
}

/* To the next box straight down; past others in an arc, as far out as it passes. */
static void put_edge(FILE *out, const rt_kept_edge *x)
{
    const int from = TOP + STEP * (int)x->from, to = TOP + STEP * (int)x->to;
    const double far = fabs((double)(to - from)) / STEP;

    if (x->to == x->from + 1)
        fprintf(out, "<path class=\"edge\" marker-end=\"url(#head)\" d=\"M%d %dV%d\"/>\n",
                LEFT + 60, from + HIGH, to - 2);
    else
        fprintf(out, "<path class=\"edge\" marker-end=\"url(#head)\" "
                "d=\"M%d %dc%.0f 0 %.0f %d 0 %d\"/>\n", LEFT + BOX, from + HIGH - 5,
                20 + 14 * fmin(far, 14), 20 + 14 * fmin(far, 14), to - from - HIGH + 12,
                to - from - HIGH + 12);
}

bool rt_page_graph(FILE *out, const rt_kept *k, rt_error *e)
{
    (void)e;
    if (k->n_edges == 0)
        return true;
    fprintf(out, "<section id=\"graph\">\n<h2>Model</h2>\n"
            "<div class=\"wide tall\" tabindex=\"0\">\n"
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
            "aria-label=\"layers, their shapes, and what flows between them\">\n"
            "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
            "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
            "<path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n", WIDTH,
            2 * TOP + STEP * (int)k->n_vertices);
    for (size_t i = 0; i < k->n_edges; i++)
        put_edge(out, &k->edge[i]);
    for (size_t i = 0; i < k->n_vertices; i++)
        put_vertex(out, k, i);
    fputs("</svg>\n</div>\n</section>\n", out);
    return true;
}
