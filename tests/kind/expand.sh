# expand.sh -- netc expand: every example, every net of the other kinds and N random ones (20, from SEED
# on) give the same C when they are expanded, byte for byte, expand to themselves, stand in the canonical
# form and check as before; tests/expand/NAME.net expands to NAME.out.
. tests/say.sh
mkdir -p "$WORK/once" "$WORK/twice"

# c_of FILE C OPTION... : its C, or an empty file where it has none; its name is in it, so copies keep it
c_of() {
    c_file=$1 c_out=$2; shift 2
    "$NETC" -S "$c_file" -o "$c_out" "$@" 2> "$c_out.err" || : > "$c_out"
}

# codes FILE OUT OPTION... : of the messages of netc check
codes() {
    codes_file=$1 codes_out=$2; shift 2
    "$NETC" check --json "$codes_file" "$@" > "$codes_out.json" 2>&1
    grep -o '"code":"[A-Z0-9]*"' "$codes_out.json" | sort > "$codes_out"
}

equal() { cmp -s "$1" "$2" || { diff "$1" "$2" | head -20; echo "$3"; return 1; }; }

# expands FILE OPTION... : all that is promised of it; of a broken promise the last line tells
expands() {
    file=$1; shift
    once=$WORK/once/${file##*/} twice=$WORK/twice/${file##*/}
    "$NETC" expand "$file" "$@" > "$once" || { echo 'netc expand failed'; return 1; }
    c_of "$file" "$WORK/old.c" "$@"; c_of "$once" "$WORK/new.c"
    equal "$WORK/old.c" "$WORK/new.c" 'the C differs' || return 1
    "$NETC" fmt --check "$once" || return 1
    "$NETC" expand "$once" -o "$twice" || { echo 'the expansion does not expand'; return 1; }
    equal "$once" "$twice" 'expanding again changes it' || return 1
    codes "$file" "$WORK/old" "$@"; codes "$once" "$WORK/new" --data "$(dirname "$file")"
    equal "$WORK/old" "$WORK/new" 'netc check says something else' || return 1
    [ -s "$WORK/new.c" ] || grep -q '^model {' "$file" || return 0
    [ -s "$WORK/new.c" ] || grep -q -e NET -e later "$WORK/old.json" || {
        cat "$WORK/old.c.err"; echo 'there is no C'; return 1; }
}

try() {
    name=$1; shift
    if expands "$@" > "$WORK/said" 2>&1; then ok "expand/$name"; else
        sed 's/^/    /' "$WORK/said"
        fail "expand/$name" "$(tail -n 1 "$WORK/said")"
    fi
}

for net in examples/*/*.net tests/c/*.net tests/dump/*.net tests/gradients/*.net \
    $(find tests/reference -name '*.net' | LC_ALL=C sort); do
    try "$net" "$net"
done

: "${N:=20}" "${SEED:=1}"
cc -std=c11 -O1 tests/nets/*.c -o "$WORK/draw" || exit 1
for seed in $(seq "$SEED" $((SEED + N - 1))); do
    "$WORK/draw" "$seed" > "$WORK/net$seed.net" || exit 1
    try "random $seed" "$WORK/net$seed.net"
done

# Stored expansions; those with a param that has no default, and with one that is set.
for net in iterations comments imports values; do
    options=
    [ "$net" = imports ] && options='-D own=7'
    [ "$net" = values ] && options='-D depth=2 -D act=leaky_relu(0.3)'
    # shellcheck disable=SC2086
    try "$net" "tests/expand/$net.net" $options
    golden "expand/$net stored" "tests/expand/$net.out" "$WORK/once/$net.net"
done

# The same from standard input; what is wrong is told, and nothing is printed.
"$NETC" expand - < tests/c/deep.net > "$WORK/stdin.net"
same 'expand/standard input' "$WORK/once/deep.net" "$WORK/stdin.net"
status 'expand/hidden' 1 "$NETC" expand tests/expand/hidden.net
says 'expand/hidden says why' "$WORK/err" "in one file 'i' would have a value here already"
[ -s "$WORK/out" ] && fail 'expand/hidden prints nothing' 'it does'
status 'expand/mistake' 1 "$NETC" expand tests/expand/imports.net
says 'expand/mistake says why' "$WORK/err" "the param 'own' has no value"
status 'expand/missing' 1 "$NETC" expand "$WORK/no.net"
awk 'BEGIN { print "data = moons(9, 0.1); model { input [2]; target class(2);"
    for (i = 0; i < 9998; i++) print "dense(2);"; print "} train { optimizer = adam; }" }' > "$WORK/long.net"
status 'expand/too long' 1 "$NETC" expand "$WORK/long.net"
sentence 'expand/too long says so' 'bytes; a source file has at most 1048576'
status 'expand/two files' 2 "$NETC" expand tests/c/deep.net tests/c/mlp.net
status 'expand/-S' 2 "$NETC" expand -S tests/c/deep.net
