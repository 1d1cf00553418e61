# graph.sh -- netc graph: its bytes are those of the C's structs; tests/graph/NAME.net and what it prints of it.
. tests/say.sh
. tests/nets.sh

# bytes KEY : of "bytes":{...} in $WORK/json
bytes() { sed "s/.*\"bytes\":{\([^}]*\)}.*/\1/; s/.*\"$1\":\([0-9]*\).*/\1/" "$WORK/json"; }

for file in tests/c/*.net tests/recompute/*.net bench/nets/*.net; do
    name=$(net_name "$file")
    "$NETC" graph --json "$file" > "$WORK/json" 2> "$WORK/err" &&
        "$NETC" -S "$file" -o "$WORK/net.c" 2> "$WORK/err" || { cat "$WORK/err"; fail "graph/$name" 'netc failed'; continue; }
    cat >> "$WORK/net.c" <<C
_Static_assert(sizeof(struct model_params) == $(bytes parameters), "parameters");
_Static_assert(sizeof(struct model_params) == $(bytes gradients), "gradients");
_Static_assert(sizeof(struct model_memory) == $(bytes memory), "memory");
_Static_assert(sizeof(struct model_scratch) == $(bytes scratch), "scratch");
C
    check "graph/$name: bytes" cc -std=c11 -fsyntax-only -I"$BUILD/include" "$WORK/net.c"
    check "graph/$name: total" test "$(bytes total)" -eq \
        $(($(bytes parameters) + $(bytes gradients) + $(bytes optimizer) + $(bytes memory) + $(bytes scratch)))
    "$NETC" graph --dot "$file" > "$WORK/dot"
    ! command -v dot > "$WORK/out" || check "graph/$name: Graphviz" dot -Tsvg "$WORK/dot" -o "$WORK/svg"
    check "graph/$name: edges between what is drawn" awk '/label=/ { drawn[$1] = 1 }
        / -> / { sub(";", "", $3); n++; bad += !drawn[$1] || !drawn[$3] } END { exit bad || !n }' "$WORK/dot"
done

for file in tests/graph/*.net; do
    stem=$(basename "$file" .net)
    for form in '' --json --dot; do
        # shellcheck disable=SC2086
        "$NETC" graph $form "$file" > "$WORK/out" 2> "$WORK/err" || cat "$WORK/err"
        golden "graph/$stem $form" "tests/graph/$stem${form:+.}${form#--}.out" "$WORK/out"
    done
done

# The optimiser's numbers are those that the program takes: from none to two more for each parameter.
"$NETC" graph --json tests/graph/units.net > "$WORK/json"
"$NETC" -S tests/graph/units.net -o "$WORK/net.c"
slots=$(sed -n 's/.*optimizer_slots = \([0-9]\).*/\1/p' "$WORK/net.c")
check 'graph: optimiser' test "$(bytes optimizer)" -eq $((slots * $(bytes parameters)))
printf 'data = xor(8);\n' > "$WORK/empty.net"
status 'graph: no model' 1 "$NETC" graph "$WORK/empty.net"
sentence 'graph: no model, said' "has no 'model' block: there is nothing to draw"
