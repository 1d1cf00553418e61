/* language_limits.h -- the limits of limits.def as constants LIMIT_SOURCE_BYTES, ... */
#ifndef LANGUAGE_LIMITS_H
#define LANGUAGE_LIMITS_H

#include "base.h"

#define LIMIT(id, value, what) static const int64_t LIMIT_##id __attribute__((unused)) = value;
#include "limits.def"
#undef LIMIT

#endif
