# widths.sh -- the matrix kernels and the counts on vectors of every width, against their definitions.  A width that this machine lacks
# is emulated: 64 bytes by pairs of 32, another processor by qemu, without OpenBLAS: tests/widths stands in.
. tests/say.sh
[ -n "$SANITIZED" ] && { ok widths/sanitized; exit 0; }
kernels=$(for name in gemm few_columns pack products openblas recurrent rnn lstm gru; do echo "runtime/real_$name.c"; done)
images=$(echo runtime/real_conv*.c runtime/real_max_pairs.c runtime/real_pool.c runtime/real_batchnorm.c runtime/real_layernorm.c)
watch=$(for name in counts count_over exponents squares unit_sums watch watch_gradient watch_steps; do echo "runtime/real_$name.c"; done)

# compile WIDTH FLAGS CC FILE... : an archive in $WORK/WIDTH; real_* for float and for double
compile() {
    width=$1 flags=$2 cc=$3 objects=$WORK/$1; shift 3
    mkdir -p "$objects"
    for file; do
        object=$objects/$(basename "$file" .c)
        common="$cc -std=c11 -D_GNU_SOURCE -O2 $flags -ffp-contract=fast -fno-math-errno -Werror -Iruntime -c $file"
        echo "$common -o ${object}_f32.o"
        case $file in */real_*) echo "$common -DRT_DOUBLE -o ${object}_f64.o" ;; esac
    done | xargs -P "$(nproc)" -I {} sh -c '{}' > "$objects/log" 2>&1
    check "widths/$width compiles" test ! -s "$objects/log"
    [ -s "$objects/log" ] && head -5 "$objects/log"
    ar rcs "$objects/all.a" "$objects"/*.o
}

# try WIDTH FLAGS CC RUNNER LIBRARY... : the unit tests with the kernels of that width
try() {
    width=$1 flags=$2 cc=$3 runner=$4; shift 4
    for name in gemm gemm_double products products_double recurrent recurrent_double $more; do
        program=$WORK/$width/$name
        # shellcheck disable=SC2086
        check "widths/$width links $name" $cc -std=c11 -D_GNU_SOURCE -O1 $flags -Iruntime -Itests/unit \
            "tests/unit/$name.c" "$WORK/$width/all.a" "$@" -lm -lpthread -o "$program"
        # shellcheck disable=SC2086
        check "widths/$width $name" $runner "$program"
    done
}

# shellcheck disable=SC2086
here() {
    compile "$1" "$2" "$3" $kernels $images $watch
    more='conv conv_double image_pools image_pools_double norms norms_double watch watch_double watch_norm watch_norm_double watch_peaks watch_peaks_double'
    try "$1" "$2" "$3" '' "$BUILD/lib/libnetrt.a" -lopenblas -lz -ljansson
}

here clang -march=native clang
case $(uname -m) in x86_64)
    here plain -march=x86-64 gcc
    grep -q ' fma .* avx2 ' /proc/cpuinfo && here emulated-avx512 '-mavx2 -mfma -DRT_VECTOR_BYTES=64 -Wno-psabi' gcc
    # shellcheck disable=SC2086
    compile avx512 -march=skylake-avx512 gcc $kernels $watch
esac

blas=$(echo '#include <cblas.h>' | cc -E - | sed -n 's/^# [0-9]* "\(.*\)\/cblas\.h".*/\1/p' | head -1)
# shellcheck disable=SC2086
compile neon "-idirafter $blas" aarch64-linux-gnu-gcc $kernels $watch runtime/parts.c runtime/real_then.c runtime/real_rows.c runtime/pool.c runtime/thread_memory.c \
    runtime/processors.c runtime/philox.c runtime/profile.c runtime/clock.c runtime/error.c \
    tests/widths/naive_blas.c
more=
try neon -static aarch64-linux-gnu-gcc qemu-aarch64
