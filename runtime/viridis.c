/* viridis.c -- a scale of colours that reads the same in grey, and to the colour-blind. */
#include "viridis.h"

const uint32_t rt_viridis[RT_VIRIDIS] = {
    0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c,
    0x1fa088, 0x28ae80, 0x3fbc73, 0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725
};

static uint32_t between(uint32_t from, uint32_t to, double share, int shift)
{
    const double a = from >> shift & 0xff, b = to >> shift & 0xff;

    return (uint32_t)(a + (b - a) * share + 0.5) << shift;
}

uint32_t rt_viridis_at(double x)
{
    const double at = (x > 0 ? x < 1 ? x : 1 : 0) * (RT_VIRIDIS - 1);
    const int i = at < RT_VIRIDIS - 2 ? (int)at : RT_VIRIDIS - 2;
    const uint32_t from = rt_viridis[i], to = rt_viridis[i + 1];
    const double share = at - i;

    return between(from, to, share, 16) | between(from, to, share, 8) | between(from, to, share, 0);
}
