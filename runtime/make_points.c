/* make_points.c -- classes of points in the plane: spirals, moons, xor. */
#include "made.h"
#include "samples.h"

#define PI 3.14159265358979323846

typedef struct {
    double x[2];
    int class;
} point;

/* Makes sample i out of its own random stream.  Uniform numbers are 0 and 1, normal ones from 2:
 * the two kinds draw on the same words, a pair of each from a block. */
typedef point maker(const rt_source *source, const rt_stream *s, int64_t i);

static bool make(const rt_request *r, double noise, maker *one, rt_samples *out, rt_error *e)
{
    rt_made m;
    const char *name = r->source->reader;
    if (!(noise >= 0) || isinf(noise))
        return rt_fail(e, "%s: noise %g, 0 or more is wanted", name, noise);
    if (!rt_target_is_number(r->model, name, e)
        || !rt_made_begin(r, r->source->number[0], 2, &m, out, e))
        return false;
    for (int64_t i = 0; i < out->n; i++) {
        m.stream.step = (uint64_t)i;
        const point p = one(r->source, &m.stream, i);
        if (!rt_made_input(&m, i, 0, p.x[0], e) || !rt_made_input(&m, i, 1, p.x[1], e)
            || !rt_made_class(&m, i, p.class, e))
            return false;
    }
    return true;
}

/* number: n, classes, noise.  Each class is an arm from the centre to radius 1 that turns by 4
 * radians on its way; noise is the standard deviation of a point's angle. */
static point spiral(const rt_source *source, const rt_stream *s, int64_t i)
{
    const int classes = (int)source->number[1], class = (int)(i % classes);
    const double radius = rt_random_uniform(s, 0);
    const double angle = 2 * PI * class / classes + 4 * radius
                       + source->number[2] * rt_random_normal(s, 2);
    return (point){{radius * sin(angle), radius * cos(angle)}, class};
}

bool rt_read_spirals(const rt_request *r, rt_samples *out, rt_error *e)
{
    const double classes = r->source->number[1];
    if (!(classes >= 2) || classes != floor(classes) || classes > INT32_MAX)
        return rt_fail(e, "spirals: %g classes, 2 or more are wanted", classes);
    if (r->model->target == RT_TARGET_CLASS && classes > r->model->classes)
        return rt_fail(e, "spirals: makes %g classes, the model has %d", classes,
                       r->model->classes);
    return make(r, r->source->number[2], spiral, out, e);
}

/* number: n, noise.  Two half circles of radius 1, the second turned over and moved into the first
 * (scikit-learn's make_moons); noise is the standard deviation of each coordinate. */
static point moon(const rt_source *source, const rt_stream *s, int64_t i)
{
    const int class = (int)(i % 2);
    const double angle = PI * rt_random_uniform(s, 0), noise = source->number[1];
    const double x = class ? 1 - cos(angle) : cos(angle), y = class ? 0.5 - sin(angle) : sin(angle);
    return (point){{x + noise * rt_random_normal(s, 2), y + noise * rt_random_normal(s, 3)}, class};
}

bool rt_read_moons(const rt_request *r, rt_samples *out, rt_error *e)
{
    return make(r, r->source->number[1], moon, out, e);
}

/* number: n.  Uniform in the square from -1 to 1; class 1 where the signs differ. */
static point cross(const rt_source *source, const rt_stream *s, int64_t i)
{
    (void)source;
    (void)i;
    const double x = 2 * rt_random_uniform(s, 0) - 1, y = 2 * rt_random_uniform(s, 1) - 1;
    return (point){{x, y}, (x > 0) != (y > 0)};
}

bool rt_read_xor(const rt_request *r, rt_samples *out, rt_error *e)
{
    return make(r, 0, cross, out, e);
}
