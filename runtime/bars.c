/* bars.c -- log-scale bars and profiles out of characters, and colours. */
#include "bars.h"

#include <string.h>

#include "figures.h"

/* ---- Axes ---------------------------------------------------------------------------------- */

typedef struct {
    double least, most;             /* log10 */
} Range;

static void take_in(Range *range, double d)
{
    if (!(d > 0 && isfinite(d)))
        return;
    range->least = fmin(range->least, log10(d));
    range->most = fmax(range->most, log10(d));
}

rt_axis rt_axis_of(const rt_history *h, int from, int to)
{
    Range range = { INFINITY, -INFINITY };
    for (int i = from; i <= to; i++) {
        for (int k = 0; k < h->net->n_layers; k++) {
            const rt_watch *w = &h->record[i].layer[k].watch;
            take_in(&range, w->delta_rms);
            take_in(&range, w->delta_first);
            take_in(&range, w->delta_last);
        }
    }
    if (range.least > range.most)
        return (rt_axis){ -3, 0 };
    rt_axis a = { (int)floor(range.least), (int)ceil(range.most) };
    if (a.low > a.high - 3)
        a.low = a.high - 3;
    return a;
}

double rt_place(const rt_axis *a, double x)
{
    const double share = (log10(x) - a->low) / (a->high - a->low);
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

static void put_blanks(FILE *out, int n)
{
    fprintf(out, "%*s", n > 0 ? n : 0, "");
}

void rt_axis_line(const rt_style *s, const rt_axis *a, int width)
{
    char low[16], high[16];
    snprintf(low, sizeof low, a->low ? "1e%d" : "1", a->low);
    snprintf(high, sizeof high, a->high ? "1e%d" : "1", a->high);
    fputs(low, s->out);
    put_blanks(s->out, width - (int)strlen(low) - (int)strlen(high));
    fputs(high, s->out);
}

/* ---- Bars ---------------------------------------------------------------------------------- */

/* What is there shows: at least an eighth of a column. */
int rt_bar(const rt_style *s, double share, int width)
{
    static const char *const eighth[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    const int parts = s->utf8 ? 8 : 1;
    int n = (int)floor(share * width * parts + 0.5);
    n = n < 1 ? 1 : n > width * parts ? width * parts : n;
    for (int i = 0; i < n / parts; i++)
        fputs(s->utf8 ? "█" : "#", s->out);
    if (s->utf8)
        fputs(eighth[n % 8], s->out);
    return width - (n + parts - 1) / parts;
}

static void put_level(const rt_style *s, const rt_axis *a, double delta)
{
    static const char *const block[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    const int level = (int)(7.999 * rt_place(a, delta));
    if (!isfinite(delta))
        putc('!', s->out);
    else if (!(delta > 0))
        fputs(s->utf8 ? "·" : " ", s->out);
    else if (s->utf8)
        fputs(block[level], s->out);
    else
        putc("_.-:=+*#"[level], s->out);
}

void rt_profile(const rt_style *s, const rt_net *net, const rt_record *r, const rt_axis *a,
                int width)
{
    int n = 0, seen = 0, cell = 0;
    double least = INFINITY;
    for (int i = 0; i < net->n_layers; i++)
        n += net->layer[i].layer->in_flow;
    const int cells = n < width ? n : width;
    for (int i = 0; i < net->n_layers && cells > 0; i++) {
        if (!net->layer[i].layer->in_flow)
            continue;
        const double d = r->layer[i].watch.delta_rms;
        least = isnan(d) || d < least ? d : least;
        seen++;
        if ((int64_t)seen * cells < (int64_t)(cell + 1) * n)
            continue;
        put_level(s, a, least);
        least = INFINITY;
        cell++;
    }
}

/* ---- Text ---------------------------------------------------------------------------------- */

static const char *code_of(rt_tone tone)
{
    static const char *const code[] = { "", "\033[1m", "\033[2m", "\033[32m", "\033[33m",
                                        "\033[31m" };
    return code[tone];
}

void rt_tone_on(const rt_style *s, rt_tone tone)
{
    if (s->color)
        fputs(code_of(tone), s->out);
}

void rt_tone_off(const rt_style *s, rt_tone tone)
{
    if (s->color && tone != RT_PLAIN)
        fputs("\033[0m", s->out);
}

void rt_paragraph(const rt_style *s, const char *text, int at, int indent)
{
    const char *space = "";
    while (*text) {
        const int word = (int)strcspn(text, " ");
        if (*space && at + 1 + word > s->width) {
            putc('\n', s->out);
            put_blanks(s->out, indent);
            at = indent;
            space = "";
        }
        fprintf(s->out, "%s%.*s", space, word, text);
        at += (int)strlen(space) + word;
        space = " ";
        text += word;
        while (*text == ' ')
            text++;
    }
    putc('\n', s->out);
}
