# gradients -- the gradient of every operator against differences, in double.
#
# Walks ops.def: a row with a gradient rule needs tests/gradients/NAME.net, a net that uses it behind
# another layer and under an upstream gradient that is not uniform; --check-grad must agree on it.
. tests/say.sh

rows=$(sed -n 's/^OP(\([A-Z_]*\), *"\([a-z_]*\)", *-\{0,1\}[0-9]*, *[a-z]*, *\([a-z_]*\),.*/\2 \3/p' compiler/ops.def)
count=$(printf '%s\n' "$rows" | wc -l)
check "every row of ops.def is read" [ "$count" -eq "$(grep -c '^OP(' compiler/ops.def)" ]

check_operator() {
    net=tests/gradients/$1.net
    [ -f "$net" ] || { fail "$1" "there is no $net"; return; }
    "$NETC" --dump=graph "$net" > "$WORK/$1.graph" 2>&1 || { fail "$1" "$(head -n 1 "$WORK/$1.graph")"; return; }
    grep -q " = $1(" "$WORK/$1.graph" || { fail "$1" "the net does not use it"; return; }
    "$NETC" "$net" -o "$WORK/$1" > "$WORK/$1.out" 2>&1 || { fail "$1" "$(head -n 1 "$WORK/$1.out")"; return; }
    "$WORK/$1" --check-grad --quiet > "$WORK/$1.out" 2>&1 \
        && ok "$1" || fail "$1" "$(tail -n 1 "$WORK/$1.out")"
}

printf '%s\n' "$rows" | while read -r name rule; do
    [ "$rule" = none ] || check_operator "$name"
done
