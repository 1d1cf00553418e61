/* viridis.h -- a scale of colours that reads the same in grey, and to the colour-blind. */
#ifndef RT_VIRIDIS_H
#define RT_VIRIDIS_H

#include <stdint.h>

enum { RT_VIRIDIS = 17 };

/* Equal steps of matplotlib's viridis (Smith and van der Walt 2015, CC0), 0xRRGGBB. */
extern const uint32_t rt_viridis[RT_VIRIDIS];

/* At x in 0 .. 1, between the steps. */
uint32_t rt_viridis_at(double x);

#endif
