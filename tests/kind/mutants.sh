# mutants.sh -- mutated sources: netc takes each or refuses it with places, in 2 s, and its C is always sound.
#
# N mutants (1000) from SEED (1); of the accepted ones every CC_EVERYth (4th) goes through the C compiler.
. tests/say.sh
: "${N:=1000}" "${SEED:=1}" "${CC_EVERY:=4}"
mkdir -p "$WORK/all" "$WORK/failed"
cc -std=c11 -D_GNU_SOURCE tests/mutants/mutate.c -o "$WORK/mutate" || exit 1
good=$(find examples tests -name '*.net' ! -path 'tests/errors/*' | LC_ALL=C sort)
bad=$(find tests/errors -name '*.net' | LC_ALL=C sort)
# shellcheck disable=SC2086
"$WORK/mutate" "$SEED" "$N" "$WORK/all" $good $good $good $good $good $good $good $good $bad || exit 1
flags='-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only'
seconds=2
nm "$NETC" 2> /dev/null | grep -q __asan_init && seconds=20

failed() {
    cp "$WORK/all/$1.net" "$WORK/failed/$1.net"
    head -5 "$WORK/err" | cut -c1-200 | sed 's/^/    /'
    fail "mutants/$1 of seed $SEED" "$2"
}

# Every error stands at a place in a file.  A file that lacks a block, or is no text, has none.
located() {
    grep '^[^ ].*error: \|^netc: ' "$WORK/err" > "$WORK/errors" && ! grep -Evq \
        -e '^[^:]+:[1-9][0-9]*:[1-9][0-9]*: error: .+ \[NET[0-9]{4}\]$' \
        -e '^netc: [0-9]+ more errors? (is|are) not shown$' \
        -e "^netc: .* has no '(data|model|train)' block: there is nothing to build$" \
        -e '^netc: .* is not a text in UTF-8: byte 0x.. at offset [0-9]+, in line [0-9]+$' \
        "$WORK/errors"
}

accepted=0 refused=0 compiled=0
i=0
while [ $i -lt "$N" ]; do
    i=$((i + 1))
    timeout $seconds "$NETC" -S "$WORK/all/$i.net" -o "$WORK/mutant.c" > "$WORK/out" 2> "$WORK/err"
    case $? in
    0)  accepted=$((accepted + 1))
        [ $((accepted % CC_EVERY)) -eq 0 ] || continue
        compiled=$((compiled + 1))
        # shellcheck disable=SC2086
        cc $flags -I"$BUILD/include" "$WORK/mutant.c" 2> "$WORK/err" || failed $i 'its C has warnings' ;;
    1)  refused=$((refused + 1))
        located || failed $i 'refused without a place' ;;
    124) failed $i "not within $seconds s" ;;
    *)  failed $i 'crash' ;;
    esac
done
echo "seed $SEED: $accepted accepted, $refused refused, the C of $compiled compiled"
check "mutants/$N of seed $SEED" [ $((accepted + refused)) -eq "$N" ]
check 'mutants/some are accepted' [ $((20 * accepted)) -ge "$N" ]
check 'mutants/most are refused' [ $((2 * refused)) -ge "$N" ]
