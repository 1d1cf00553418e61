#!/bin/sh
# check.sh -- one random net: check.sh SEED draws it, compiles it and compares what it does.
#
# Its C has no warning under gcc, or clang; its gradients agree with differences; training neither
# crashes nor depends on the number of threads, on whether scratch memory is shared or on `checkpoint`.  Prints one
# line; a net that fails stays in $WORK/failed.  BUILD names the build folder, WORK one to work in.
set -u
: "${BUILD:=build}" "${WORK:=$BUILD/tests/nets_by_seed}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
case $WORK in /*) ;; *) WORK=$PWD/$WORK ;; esac
NETC=$BUILD/bin/netc
DRAW=$WORK/draw
seed=$1
folder=$WORK/$seed
warnings='-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'

# fail WHY : the last words of what went wrong, the line, and the net to keep
fail() {
    mkdir -p "$WORK/failed"
    cp net.net "$WORK/failed/$seed.net" 2> /dev/null
    words=$(grep -v '^$' out err 2> /dev/null | sed 's/^[a-z]*:/    /' | cut -c1-160 | tail -n 6)
    printf '%s\nFAIL nets/%s: %s (%s; repeat with: sh tests/nets/check.sh %s)\n' \
        "$words" "$seed" "$1" "$WORK/failed/$seed.net" "$seed"
    cd / && rm -rf "$folder"
    exit 0
}

# runs NAME OPTION... : trains for 3 steps; diverging and expectations that fail are no crash
runs() {
    name=$1; shift
    timeout 60 "./$name" --steps 3 --quiet --no-out --json "$@" > out 2> err
    case $? in 0 | 3 | 4) sed 's/"seconds":[^,}]*//g; s/"threads":[0-9]*//' out ;; *) return 1 ;; esac
}

# equal WHY : what was trained twice
equal() {
    cmp -s first.json second.json || fail "$1: other losses"
    cmp -s first.safetensors second.safetensors || fail "$1: other weights"
}

mkdir -p "$folder" && cd "$folder" || exit 1
[ -x "$DRAW" ] || cc -std=c11 -O1 -o "$DRAW" "$OLDPWD"/tests/nets/*.c || exit 1
timeout 10 "$DRAW" "$seed" > net.net 2> err || fail 'draw fails'
cc=gcc
# Sanitizers of two compilers do not link together.
[ -z "${SANITIZED-}" ] && [ $((seed % 3)) -eq 0 ] && cc=clang
timeout 120 "$NETC" -O1 --cc="$cc $warnings" net.net -o net > out 2> err || fail "netc or $cc refuses it"
timeout 120 ./net --check-grad --quiet > out 2> err || fail 'its gradients do not agree'
runs net --save first.safetensors > first.json || fail 'training crashes'
case $((seed % 4)) in
0)  runs net --threads 3 --save second.safetensors > second.json || fail '3 threads crash'
    equal 'other bits with 3 threads' ;;
1)  timeout 120 "$NETC" -O1 --cc="$cc" --no-reuse net.net -o plain > out 2> err || fail 'netc --no-reuse fails'
    mv plain apart && mkdir other && mv apart other/net
    runs other/net --save second.safetensors > second.json || fail 'crashes without reuse'
    equal 'other bits without reuse' ;;
*)  mkdir again
    sed -E 's/^( *repeat [^{]*) \{/\1 checkpoint {/' net.net > again/net.net
    timeout 120 "$NETC" -O1 --cc="$cc $warnings" again/net.net -o again/net > out 2> err || fail 'with checkpoint: refused'
    runs again/net --threads 2 --save second.safetensors > second.json || fail 'crashes with checkpoint'
    equal 'other bits with checkpoint' ;;
esac
echo "ok nets/$seed"
cd / && rm -rf "$folder"
