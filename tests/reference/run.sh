#!/bin/sh
# run.sh -- train every reference net with netc and compare it with PyTorch's numbers.
#
#     tests/reference/run.sh [NAME...]
#
# NETC names the compiler (default build/bin/netc), CC the C compiler.  Prints a line a net, ends
# with `N passed, N failed`.
here=$(cd "$(dirname "$0")" && pwd) || exit 2
NETC=${NETC:-$here/../../build/bin/netc}
CC=${CC:-cc}
case $NETC in /*) ;; *) NETC=$(pwd)/$NETC ;; esac
if [ ! -x "$NETC" ]; then
    echo "run.sh: no compiler at $NETC: say NETC=path" >&2
    exit 2
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

$CC -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -o "$work/compare" "$here/compare.c" -ljansson -lm ||
    exit 2

# Builds, trains and compares one net; what went wrong stands on its FAIL line.
check() {
    name=$1
    mkdir "$work/$name" && cd "$work/$name" || return 1
    if ! "$NETC" "$here/$name/$name.net" -o "./$name" >talk 2>&1; then
        echo "FAIL reference/$name: does not build: $(head -n 1 talk)"
        return 1
    fi
    if ! "./$name" --load "$here/$name/init.safetensors" --no-out --quiet --json \
        --save final.safetensors --save-grads grads.safetensors --every 1 >steps.jsonl 2>talk; then
        echo "FAIL reference/$name: does not run: $(head -n 1 talk)"
        return 1
    fi
    "$work/compare" "$name" . "$here/$name/reference.safetensors"
}

passed=0
failed=0
if [ $# -eq 0 ]; then
    set -- $(cd "$here" && ls -d */ | tr -d /)
fi
for name; do
    if (check "$name"); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
