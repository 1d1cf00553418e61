#!/bin/sh
# train.sh -- the time of a training step, and of its peers' beside it.  BUILD names the build folder, ROUNDS how often each is
# timed (3), NETS which (all), PYTHON an interpreter (python3) that may have PyTorch, MORE further ones that may have PyTorch or JAX.
#
# A step's time is the tenth percentile of a run's steps, for netc and its peers alike, and the least of all rounds: other work on
# the machine only ever adds.  Programs take turns, so that a busy minute falls on all of them.
set -eu
cd "$(dirname "$0")/.."
netc=${BUILD:=build}/bin/netc
work=$BUILD/bench
case $work in /*) ;; *) work=./$work ;; esac
mkdir -p "$work"
cc -std=c11 -D_GNU_SOURCE -O2 bench/median.c -o "$work/median"
cc -std=c11 -D_GNU_SOURCE -O2 -Iruntime bench/peak.c -o "$work/peak" "$BUILD/lib/libnetrt.a" -lopenblas -lz -ljansson -lprotobuf-c -lm -lpthread
quiet='-Wno-vanishing-gradient -Wno-recurrent-vanishing -Wno-clip-small'

# "NAME INTERPRETER SCRIPT" of each peer that is there, the first of them PyTorch by PYTHON.
find_peers() {
    for python in "${PYTHON:-python3}" ${MORE:-}; do
        for library in torch jax; do
            version=$("$python" -c "import $library; print($library.__version__.split('+')[0])" 2> "$work/err") || continue
            echo "$library-$version $python bench/peer_$library.py"
        done
    done
}

# The multiply-adds of a step, and in MiB the plan's memory and that of the training data.
tell_sizes() {
    source=bench/nets/$1.net
    batch=$(sed -n 's/^ *batch *= *\([0-9]*\);/\1/p' "$source")
    "$netc" --dump=plan "$source" | awk -v net="$1" -v batch="$batch" '/multiply-adds/ { n = $4 + $6 } END { print net, "work", n * batch }'
    samples=$("$work/$1" --dry-run --no-out | sed -n 's/^data: \([0-9]*\) samples to train.*/\1/p')
    "$netc" graph --json "$source" | sed 's/.*"total":\([0-9]*\)}.*"in":\[\([0-9,]*\)\].*/\1 \2/' | tr , ' ' |
        awk -v net="$1" -v n="$samples" '{ x = 1; for (i = 2; i <= NF; i++) x *= $i; print net, "memory", $1 / 2^20, 4 * n * x / 2^20 }'
}

# run_steps NET THREADS SET...: leaves what the program says in $work/out, and its peak memory in $memory.
run_steps() {
    program=$work/$1 threads=$2; shift 2
    # shellcheck disable=SC2016
    memory=$("$work/median" 1 sh -c 'out=$1; shift; exec "$@" > "$out"' - "$work/out" \
        "$program" --quiet --no-out --profile --threads "$threads" --steps "$steps" "$@" | cut -d ' ' -f 3)
}

# time_run NET THREADS WAY OF SET...: "NET THREADS WAY TENTH MEDIAN MEMORY", of the steps OF ("watched", "not watched")
time_run() {
    run="$1 $2 $3" of=$4 net=$1 on=$2; shift 4
    run_steps "$net" "$on" "$@"
    awk -v run="$run" -v of="^steps $of" -v memory="$memory" '$0 ~ of { sub(of, ""); print run, $6, $1, memory }' "$work/out"
}

# time_cost NET THREADS WAY SET...: "NET THREADS cost WAY RATIO" of watched steps to those between them, by the tenth percentiles of
# one run: what watching adds is a few hundredths, and so is what runs differ by.
time_cost() {
    run="$1 $2 cost $3" net=$1 on=$2; shift 3
    run_steps "$net" "$on" --steps $((2 * steps)) --set every=2 "$@"
    awk -v run="$run" '/^steps not watched/ { plain = $9 } /^steps watched/ { print run, $8 / plain }' "$work/out"
}

# "alike" sees what the peer's user does, who has no histograms.
time_ways() {
    for _ in 1 2 3; do
        time_run "$1" "$2" plain "not watched" --set every=1000000
        time_cost "$1" "$2" alike --set histograms=false
        time_cost "$1" "$2" watched
    done
    time_run "$1" "$2" default-plain "not watched"
    time_run "$1" "$2" default-watched watched
}

time_peers() {
    while read -r peer python script; do
        for way in plain watched; do
            case $way$script in watched*jax*) continue ;; esac
            echo "$1 $2 peer-$way $peer $("$python" "$script" "$1" "$2" $way 1 2>> "$work/err")"
        done
    done < "$work/peers"
}

# From the source to the end of the first step: netc, the C compiler, the linker, the program.
time_start() {
    # shellcheck disable=SC2016,SC2086
    echo "$1 1 start $("$work/median" 3 sh -c '"$1" $4 "$2" -o "$3" 2> /dev/null && "$3" --quiet --no-out --steps 1' - \
        "$netc" "bench/nets/$1.net" "$work/$1-start" "$quiet")"
}

nets=${NETS:-$(for source in bench/nets/*.net; do basename "$source" .net; done)}
: > "$work/err"
find_peers > "$work/peers"
for name in $nets; do
    # shellcheck disable=SC2086
    "$netc" $quiet "bench/nets/$name.net" -o "$work/$name"
    tell_sizes "$name"
done > "$work/sizes"
set -- $nets
echo "libraries $("$work/median" 3 "$work/$1" --help)" >> "$work/sizes"

round=0
while [ $round -lt "${ROUNDS:=3}" ]; do
    for threads in 1 2; do echo "peak $threads $("$work/peak" $threads)"; done
    for name in $nets; do
        steps=$(sed -n 's/^ *steps *= *\([0-9]*\);/\1/p' "bench/nets/$name.net")
        for threads in 1 2; do
            time_ways "$name" $threads
            time_peers "$name" $threads
        done
        time_start "$name"
    done
    round=$((round + 1))
done > "$work/times"

cat "$work/sizes" "$work/times" | awk -f bench/train.awk
