#!/bin/sh
# run.sh -- what `make bench` prints: netc's own time, and the time of a training step.  BUILD names the
# build folder, ROUNDS how often each training is timed (8).
set -eu
cd "$(dirname "$0")/.."
netc=${BUILD:=build}/bin/netc
work=$BUILD/bench
mkdir -p "$work"
cc -std=c11 -D_GNU_SOURCE -O2 bench/median.c -o "$work/median"

echo 'netc: milliseconds, medians of 20 (C) and of 3 (program)'
printf '%-20s %6s %8s %8s\n' example 'C' program 'lines of C'
for source in examples/*.net; do
    name=$(basename "$source" .net)
    c=$("$work/median" 20 "$netc" -S "$source" -o "$work/$name.c")
    program=$("$work/median" 3 "$netc" "$source" -o "$work/$name")
    printf '%-20s %6s %8.0f %8d\n' "$name" "$c" "$program" "$(wc -l < "$work/$name.c")"
done

# The least of all rounds is the least disturbed; the variants take turns, so that a busy minute of the
# machine falls on all of them.
nets=$(ls bench/nets/*.net)
for source in $nets; do "$netc" "$source" -o "$work/$(basename "$source" .net)"; done
watch_rarely='--set every=1000000'
watch_always='--every 1'
round=0
: > "$work/times"
while [ $round -lt "${ROUNDS:-8}" ]; do
    for source in $nets; do
        name=$(basename "$source" .net)
        for threads in 1 2; do
            for way in rarely always; do
                [ $way = rarely ] && options=$watch_rarely || options=$watch_always
                # shellcheck disable=SC2086
                "$work/$name" --quiet --width 1000 --threads $threads $options |
                    sed -n "s/.*, \([0-9,]*\) steps in .*, \([0-9.]*\) s, . thread.*/$name $threads $way \1 \2/p" |
                    tr -d , >> "$work/times"
            done
        done
    done
    round=$((round + 1))
done

echo
echo "training: microseconds a step, the least of ${ROUNDS:-8} rounds; watched: --every 1"
printf '%-14s %7s %10s %10s %6s\n' net threads unwatched watched ratio
awk '{ key = $1 " " $2; t = $5 * 1e6 / $4; if (!(key in seen)) { seen[key] = 1; order[++n] = key }
       if (!((key, $3) in least) || t < least[key, $3]) least[key, $3] = t }
     END { for (i = 1; i <= n; i++) { split(order[i], part, " ")
           printf "%-14s %7s %10.0f %10.0f %6.2f\n", part[1], part[2], least[order[i], "rarely"],
               least[order[i], "always"], least[order[i], "always"] / least[order[i], "rarely"] } }' "$work/times"
