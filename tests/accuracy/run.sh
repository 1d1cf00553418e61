#!/bin/sh
# run.sh -- the forecast of the zoo's nets against what their programs measure at step 0.
#
#   run.sh [NAME...]      nets whose names begin so, or families; by default all
#
# NETS names another list than `zoo`, BUILD the build folder, SEEDS the number of runs of a net (16), JOBS how many nets at once.  What was
# measured stays in $BUILD/accuracy and is used again while a net's C is the same.
set -uf
cd "$(dirname "$0")/../.." || exit 1
case ${BUILD:=build} in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${SEEDS:=16}" "${JOBS:=$(nproc)}" "${ZOO:=tests/accuracy}" "${WORK:=$BUILD/accuracy}"
NETC=$BUILD/bin/netc
export OPENBLAS_NUM_THREADS=1

# measure NAME SEEDS FILE OPTION... : NAME.measured, a line a layer and seed
measure() {
    measure_name=$1 measure_seeds=$2; shift 2
    "$NETC" -S "$@" -o "$measure_name.c" 2> "$measure_name.messages" || return 1
    measure_key="$(cksum < "$measure_name.c") $measure_seeds"
    rm "$measure_name.c"
    [ "$(cat "$measure_name.key" 2> /dev/null)" = "$measure_key" ] && return
    "$NETC" -O1 "$@" -o "$measure_name.program" 2> "$measure_name.messages" || return 1
    for seed in $(seq "$measure_seeds"); do
        "$measure_name.program" --data "$WORK" --steps 1 --seed "$seed" --threads 1 --json --quiet --no-out \
            | awk -f "$ZOO/layers.awk"
    done > "$measure_name.measured"
    rm "$measure_name.program"
    echo "$measure_key" > "$measure_name.key"
}

# one NAME FAMILY FILE PARAM... : NAME.rows
one() {
    one_name=$1 one_family=$2 one_file=$ZOO/nets/$3.net; shift 3
    rm -f "$WORK/$one_name.rows"
    [ "$one_family" = images ] && one_seeds=$((4 * SEEDS)) || one_seeds=$SEEDS
    for param; do set -- "$@" -D "$param"; shift; done
    measure "$WORK/$one_name" "$one_seeds" "$one_file" "$@" &&
        "$NETC" check --json "$one_file" "$@" --data "$WORK" | awk -f "$ZOO/layers.awk" > "$WORK/$one_name.forecast" &&
        awk -v family="$one_family" -v net="$one_name" -f "$ZOO/compare.awk" \
            "$WORK/$one_name.forecast" "$WORK/$one_name.measured" > "$WORK/$one_name.rows"
    [ -s "$WORK/$one_name.rows" ] || echo "$one_name: nothing to compare" >&2
}

. "$ZOO/jobs.sh"
mkdir -p "$WORK"
awk -f "$ZOO/smooth.awk" > "$WORK/smooth.csv"
chosen "${NETS:-zoo}" "$@" > "$WORK/nets"
all_of "$WORK/nets"
cut -d' ' -f1 "$WORK/nets" | while read -r name; do cat "$WORK/$name.rows"; done > "$WORK/rows"
awk -f "$ZOO/table.awk" "$WORK/rows"
