#!/bin/sh
# run.sh -- what `make bench` prints: netc's own time, and by train.sh that of a training step.  BUILD names the build folder.
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
    echo "$name $c $program $(wc -l < "$work/$name.c")"
done | awk '{ printf "%-29s | %6.1f %6.1f | %8.0f %6.0f | %10d\n", $1, $2, $3, $5, $6, $8 }'

echo
sh bench/train.sh
