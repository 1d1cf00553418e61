#!/bin/sh
# embed.sh FILE -- prints C that defines the bytes of FILE as rt_digits_gz (see ../digits.h).
set -eu
LC_ALL=C
export LC_ALL
printf '/* Generated from %s by embed.sh. */\n#include <stddef.h>\n\n' "$(basename "$1")"
printf 'extern const unsigned char rt_digits_gz[];\nextern const size_t rt_digits_gz_size;\n\n'
printf 'const unsigned char rt_digits_gz[] = {\n'
od -An -v -tu1 "$1" | sed 's/^ *//; s/  */,/g; s/$/,/'
printf '};\nconst size_t rt_digits_gz_size = sizeof rt_digits_gz;\n'
