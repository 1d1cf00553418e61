#!/bin/sh
# run.sh -- what `make bench` prints: netc's own time, and the time of a training step.  BUILD names the
# build folder, ROUNDS how often each training is timed (8).
set -eu
cd "$(dirname "$0")/.."
netc=${BUILD:=build}/bin/netc
work=$BUILD/bench
case $work in /*) ;; *) work=./$work ;; esac
mkdir -p "$work"
cc -std=c11 -D_GNU_SOURCE -O2 bench/median.c -o "$work/median"

echo 'netc: milliseconds, medians of 20 (to C) and of 5 (to a program)'
printf '%-29s | %6s %6s | %8s %6s | %s\n' example 'to C' cpu program cpu 'lines of C'
for source in $(grep -l '^model {' examples/*/*.net); do
    name=$(echo "${source#examples/}" | sed 's|/|-|; s|\.net$||')
    c=$("$work/median" 20 "$netc" -S "$source" -o "$work/$name.c")
    program=$("$work/median" 5 "$netc" "$source" -o "$work/$name")
    printf '%-29s | %6.1f %6.1f | %8.0f %6.0f | %10d\n' "$name" "${c% *}" "${c#* }" "${program% *}" \
        "${program#* }" "$(wc -l < "$work/$name.c")"
done

# A step is a run of `steps` steps less a run of one.  The least of all rounds is the least disturbed; the
# variants take turns, so that a busy minute of the machine falls on all of them.
nets=$(ls bench/nets/*.net)
for source in $nets; do "$netc" "$source" -o "$work/$(basename "$source" .net)"; done
time_run() {    # time_run NAME THREADS WAY STEPS OPTION... : a line "NAME THREADS WAY STEPS WALL CPU"
    run="$1 $2 $3 $4" program=$work/$1; shift 3
    echo "$run $("$work/median" 1 "$program" --quiet --threads "$threads" --steps "$@")"
}
round=0
while [ $round -lt "${ROUNDS:=8}" ]; do
    for source in $nets; do
        name=$(basename "$source" .net)
        steps=$(sed -n 's/^ *steps *= *\([0-9]*\);/\1/p' "$source")
        for threads in 1 2; do
            time_run "$name" $threads unwatched 1 --set every=1000000
            time_run "$name" $threads unwatched "$steps" --set every=1000000
            time_run "$name" $threads watched 1 --every 1
            time_run "$name" $threads watched "$steps" --every 1
        done
    done
    round=$((round + 1))
done > "$work/times"

echo
echo "training: microseconds a step, the least of $ROUNDS rounds; watched: --every 1"
printf '%-13s %7s | %9s %8s %5s | %9s %8s %5s\n' '' '' 'wall time' '' '' 'cpu time' '' ''
printf '%-13s %7s | %9s %8s %5s | %9s %8s %5s\n' net threads unwatched watched ratio unwatched watched ratio
awk -f bench/steps.awk "$work/times"
