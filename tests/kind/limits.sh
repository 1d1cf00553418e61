# limits.sh -- each row of limits.def: n of what it counts are taken, n + 1 are refused in one sentence,
# in 2 s of processor time and 256 MiB.
. tests/say.sh
. tests/limits/sources.sh
rows=$(sed -n 's/^LIMIT(\([A-Z_]*\), *\([0-9]*\),.*/\1 \2/p' compiler/limits.def)
check 'limits/every row is read' [ "$(echo "$rows" | wc -l)" -eq "$(grep -c '^LIMIT(' compiler/limits.def)" ]
limits=$ROOT/tests/limits
cd "$WORK" || exit 1

value_of() { echo "$rows" | sed -n "s/^$1 //p"; }

# The sanitizers take address space of their own.
if nm "$NETC" 2> /dev/null | grep -q __asan_init; then
    ceiling='ulimit -t 20'
else
    ceiling='ulimit -t 2; ulimit -v 262144'
fi
within() { sh -c "$ceiling; exec \"\$@\"" within "$@"; }

# one_sentence NAME PLACE : $WORK/err holds one error, which starts with the extended regular expression
one_sentence() {
    if [ "$(grep -Ec 'error: |^netc: ' err)" -eq 1 ] && grep -Eq "^$2" err; then ok "$1"; else
        cut -c1-200 err | head -5 | sed 's/^/    /'
        fail "$1" "not one sentence with its place"
    fi
}

at_and_past() {
    source_"$1" "$2" > "$1.net"
    status "limits/$1 at" 0 "$NETC" check "$1.net"
    source_"$1" $(($2 + 1)) > "$1.net"
    status "limits/$1 past" 1 within "$NETC" check "$1.net"
    one_sentence "limits/$1 sentence" "$3"
}

# All mistakes up to the limit are shown; of more their number.
errors() {
    for n in "$1" $(($1 + 1)) $(($1 + 2)); do
        source_ERRORS "$n" > ERRORS.net
        status "limits/ERRORS $n" 1 within "$NETC" check ERRORS.net
        check "limits/ERRORS $n shown" [ "$(grep -c '^ERRORS.net:[0-9]*:[0-9]*: error: ' err)" -eq "$1" ]
        case $(tail -n 1 err) in
        "netc: $(($n - $1)) more error"*) hidden=$(($n - $1)) ;;
        *) hidden=0 ;;
        esac
        check "limits/ERRORS $n hidden" [ "$hidden" -eq $(($n - $1)) ]
    done
}

c_size() { source_C_BYTES "$1" "$2" > C_BYTES.net && "$NETC" -S C_BYTES.net -o - 2> err | wc -c; }

# Expectations come near to the limit, padding to the byte.
c_bytes() {
    none=$(c_size 0 500) one=$(c_size 1 500) two=$(c_size 2 500)
    lines=$((($1 - none - 1000) / (two - one)))
    padding=$((500 + $1 - $(c_size $lines 500)))
    check 'limits/C_BYTES at' [ "$(c_size $lines $padding)" -eq "$1" ]
    source_C_BYTES $lines $((padding + 1)) > C_BYTES.net
    status 'limits/C_BYTES past' 1 "$NETC" -S C_BYTES.net -o past.c
    one_sentence 'limits/C_BYTES sentence' "netc: C_BYTES.net makes $(($1 + 1)) bytes of C"
    check 'limits/C_BYTES no file' [ ! -e past.c ]
}

# What the C compiler runs under.
c_compiler() {
    cp "$limits/cc.sh" .
    source_LAYERS 2 > CC.net
    status 'limits/CC fails' 3 "$NETC" --cc="$PWD/cc.sh" CC.net -o CC
    { value_of CC_SECONDS; echo $(($(value_of CC_BYTES) / 1024)); echo $(($(value_of CC_OUTPUT_BYTES) / 512)); } > want
    check 'limits/CC_SECONDS CC_BYTES CC_OUTPUT_BYTES' cmp want limits.out
}

echo "$rows" | while read -r row value; do
    case $row in
    SOURCE_BYTES)   at_and_past $row "$value" "netc: 'SOURCE_BYTES.net' " ;;
    IMPORT_DEPTH)   at_and_past $row "$value" 'depth[0-9]*.part:1:1: error: ' ;;
    ERRORS)         errors "$value" ;;
    C_BYTES)        c_bytes "$value" ;;
    CC_SECONDS)     c_compiler ;;
    CC_*)           ;;
    *)              at_and_past $row "$value" "$row.net:[0-9]+:[0-9]+: error: .* \\[NET[0-9]+\\]\$" ;;
    esac
done
