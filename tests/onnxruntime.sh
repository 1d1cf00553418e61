#!/bin/sh
# onnxruntime.sh -- `make onnxruntime`: every example and every net of tests/c, tests/export, tests/reference and
# tests/gradients, trained for a few steps and exported, in ONNX Runtime against the same net compiled in double.
#
# BUILD names the build folder, PYTHON an interpreter with the packages onnx and onnxruntime (of PyPI), MNIST a folder
# with MNIST; without it the examples on MNIST are left out.
set -u
cd "$(dirname "$0")/.." || exit 1
case ${BUILD:=build} in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${PYTHON:=python3}"
NETC=$BUILD/bin/netc WORK=$BUILD/onnxruntime
"$PYTHON" -c 'import onnx, onnxruntime' 2> /dev/null || {
    echo "onnxruntime: $PYTHON has no packages onnx and onnxruntime: pip install onnx onnxruntime, or PYTHON=..." >&2
    exit 1
}
. tests/nets.sh
rm -rf "$WORK"; mkdir -p "$WORK"

# trained FILE PROGRAM WEIGHTS : a few steps; where they lead nowhere, one that changes nothing
trained() {
    "$2" --no-out --quiet --steps 5 --data "$(data_of "$1")" --save "$3"
    [ -f "$3" ] || "$2" --no-out --quiet --steps 1 --lr 1e-30 --data "$(data_of "$1")" --save "$3"
    [ -f "$3" ]
}

# in_double FILE NAME : the net's program in double, as $WORK/NAME.double
in_double() {
    folder=$(cd "$(dirname "$1")" && pwd)
    if grep -q 'precision *= *double' "$1"; then cat "$1"; else
        sed "s/^train {/train { precision = double;/; s|^import \"|import \"$folder/|" "$1"
    fi > "$WORK/$2.double.net"
    "$NETC" "$WORK/$2.double.net" -O1 -o "$WORK/$2.double"
}

try() {
    name=$(net_name "$1") weights=$WORK/$(net_name "$1").safetensors
    program=$(build_net "$1" 2> "$WORK/err") && trained "$1" "$program" "$weights" > "$WORK/out" 2> "$WORK/err" &&
        "$program" --load "$weights" --data "$(data_of "$1")" --predict "$WORK/$name.npz" 2> "$WORK/err" &&
        in_double "$1" "$name" 2> "$WORK/err" &&
        "$WORK/$name.double" --load "$weights" --data "$(data_of "$1")" --predict "$WORK/$name.double.npz" 2> "$WORK/err" &&
        "$NETC" export "$1" --onnx "$weights" -o "$WORK/$name.onnx" 2> "$WORK/err" && return
    grep -q 'cannot be exported to ONNX' "$WORK/err" && { echo "not exportable: $(cat "$WORK/err")"; return; }
    echo "FAIL $1: $(grep -m 1 error "$WORK/err" || tail -n 1 "$WORK/err")"
}

for net in $(nets_to_run) tests/export/*.net tests/reference/*/*.net tests/gradients/*.net; do try "$net"; done > "$WORK/log"
"$PYTHON" tests/export/check.py "$WORK"/*.onnx >> "$WORK/log"
"$PYTHON" tests/export/compare.py --onnxruntime "$WORK"/*.onnx >> "$WORK/log"
grep -v '^ok checker' "$WORK/log"
passed=$(grep -c '^ok ' "$WORK/log") failed=$(grep -c '^FAIL ' "$WORK/log")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
