#!/bin/sh
# fuzz_nets.sh -- many random nets: N (5000) from SEED on (by default another one each time).
#
# BUILD names the build folder, JOBS how many run at once.  Nets that fail stay in $BUILD/fuzz_nets/failed.
set -u
cd "$(dirname "$0")/.." || exit 1
case ${BUILD:=build} in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${N:=5000}" "${SEED:=$(date +%s)}" "${JOBS:=$(nproc)}"
NETC=$BUILD/bin/netc WORK=$BUILD/fuzz_nets
SANITIZED=$(nm "$NETC" 2> /dev/null | grep -q __asan_init && echo 1)
export BUILD NETC WORK SANITIZED N SEED JOBS
mkdir -p "$WORK"
echo "fuzz-nets: $N nets, SEED=$SEED"
sh tests/kind/nets.sh > "$WORK/log"
grep -v '^ok ' "$WORK/log"
passed=$(grep -c '^ok ' "$WORK/log") failed=$(grep -c '^FAIL ' "$WORK/log")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq "$N" ]
