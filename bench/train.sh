#!/bin/sh
# train.sh -- the time of a training step, and of PyTorch's beside it where python3 has it.  BUILD names the build folder, ROUNDS
# how often each is timed (3), NETS which (all), PYTHON the interpreter (python3).
#
# netc's step is a run of many steps less a run of one.  The least of all rounds is the least disturbed; the variants take turns,
# so that a busy minute of the machine falls on all of them.
set -eu
cd "$(dirname "$0")/.."
netc=${BUILD:=build}/bin/netc
work=$BUILD/bench
case $work in /*) ;; *) work=./$work ;; esac
mkdir -p "$work"
cc -std=c11 -D_GNU_SOURCE -O2 bench/median.c -o "$work/median"
cc -std=c11 -D_GNU_SOURCE -O2 -Iruntime bench/peak.c -o "$work/peak" "$BUILD/lib/libnetrt.a" -lopenblas -lz -ljansson -lprotobuf-c -lm -lpthread
python=${PYTHON:=python3}
"$python" -c 'import torch' 2> "$work/err" || python=

nets=${NETS:-$(for source in bench/nets/*.net; do basename "$source" .net; done)}
for name in $nets; do
    source=bench/nets/$name.net
    "$netc" -Wno-vanishing-gradient -Wno-recurrent-vanishing -Wno-clip-small "$source" -o "$work/$name"
    batch=$(sed -n 's/^ *batch *= *\([0-9]*\);/\1/p' "$source")
    "$netc" --dump=plan "$source" | awk -v net="$name" -v batch="$batch" '/multiply-adds/ { n = $4 + $6 } END { print net, "work", n * batch }'
done > "$work/work"

# time_run NET THREADS WAY STEPS OPTION... : a line "NET THREADS WAY STEPS WALL CPU MEMORY"
time_run() {
    run="$1 $2 $3 $4" program=$work/$1 threads=$2; shift 3
    echo "$run $("$work/median" 1 "$program" --quiet --no-out --threads "$threads" --steps "$@")"
}

round=0
while [ $round -lt "${ROUNDS:=3}" ]; do
    for threads in 1 2; do echo "peak $threads $("$work/peak" $threads)"; done
    for name in $nets; do
        steps=$(sed -n 's/^ *steps *= *\([0-9]*\);/\1/p' "bench/nets/$name.net")
        for threads in 1 2; do
            for way in plain watched; do
                if [ $way = plain ]; then every='--set every=1000000'; else every='--set every=1'; fi
                # shellcheck disable=SC2086
                time_run "$name" $threads $way 1 $every
                # shellcheck disable=SC2086
                time_run "$name" $threads $way "$steps" $every
                if [ "$python" ]; then echo "$name $threads $way peer $("$python" bench/peer.py "$name" $threads $way 1)"; fi
            done
        done
    done
    round=$((round + 1))
done > "$work/times"

cat "$work/work" "$work/times" | awk -f bench/train.awk
