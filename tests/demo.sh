#!/bin/sh
# demo.sh BUILD -- what `make demo` shows: an example compiled, trained on real digits, and its report.
set -eu
build=$1
mkdir -p "$build/demo"

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] || say() { printf '\n%s\n' "$1"; }

show() {        # show EXAMPLE : compiles and runs it
    name=$(basename "$1")
    say "\$ netc examples/$1.net -o $name"
    "$build/bin/netc" "examples/$1.net" -o "$build/demo/$name"
    "$build/bin/netc" -S "examples/$1.net" -o "$build/demo/$name.c"
    say "\$ ./$name"
    "$build/demo/$name" --no-out
}

show vanishing/sigmoid
say 'With tanh in place of the sigmoid the gradient flows:'
show vanishing/tanh
say "The C of both is in $build/demo; read it, then the other examples: examples/README.md."
