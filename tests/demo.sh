#!/bin/sh
# demo.sh BUILD -- what `make demo` shows: an example compiled, trained on real digits, and its report.
set -eu
build=$1
source=examples/vanishing_sigmoid.net
program=$build/demo/vanishing_sigmoid
mkdir -p "$build/demo"

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] || say() { printf '\n%s\n' "$1"; }

say "\$ netc $source -o $program"
"$build/bin/netc" "$source" -o "$program"
"$build/bin/netc" -S "$source" -o "$program.c"

say "\$ $program"
"$program" --no-out

say 'The same net with tanh in place of the sigmoid:'
say "\$ netc run -D phi=tanh $source"
"$build/bin/netc" -D phi=tanh "$source" -o "$program.tanh"
status=0
"$program.tanh" --no-out || status=$?
# the source expects the gradient to vanish; with tanh it does not (exit status 4)
[ $status -eq 0 ] || [ $status -eq 4 ]

say "The C that ran is $program.c; the other examples are examples/*.net."
