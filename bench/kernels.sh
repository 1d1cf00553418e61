#!/bin/sh
# kernels.sh -- builds and runs the benchmarks of single kernels: products, conv, recurrent.  BUILD names the build folder.
set -eu
cd "$(dirname "$0")/.."
work=${BUILD:=build}/bench
mkdir -p "$work"
for name in products conv recurrent; do
    cc -std=c11 -D_GNU_SOURCE -O3 -march=native -ffp-contract=fast -Iruntime "bench/$name.c" -o "$work/kernels-$name" \
        "$BUILD/lib/libnetrt.a" -lopenblas -lz -ljansson -lm -lpthread
    "$work/kernels-$name"
    echo
done
