# compiled.sh -- for the tests of compiled programs: compiling, what a program says, JSON by key.
. "$ROOT/tests/say.sh"

# compile_to PROGRAM NAME [OPTION...] : NAME.net; without it the script has nothing to test
compile_to() {
    compile_program=$1 compile_name=$2; shift 2
    "$NETC" "$@" "$compile_name.net" -o "$compile_program" || {
        echo "FAIL $compile_name.net: does not compile"
        exit 0
    }
}

# compile NAME [OPTION...] : NAME.net to ./NAME, which leaves no run directory
compile() {
    compile_to "$1.program" "$@"
    printf '#!/bin/sh\nexec ./%s.program --no-out "$@"\n' "$compile_name" > "$compile_name"
    chmod +x "$compile_name"
}

# refuses NAME STATUS TEXT COMMAND... : one sentence on standard error, nothing on standard output, and
# no file that was not there
refuses() {
    refuses_name=$1 refuses_status=$2 refuses_text=$3; shift 3
    refuses_before=$(ls -A | grep -vxE 'out|err|check.out')
    status "$refuses_name" "$refuses_status" "$@"
    sentence "$refuses_name: sentence" "$refuses_text"
    check "$refuses_name: no output" test ! -s out
    check "$refuses_name: no file" test "$refuses_before" = "$(ls -A | grep -vxE 'out|err|check.out')"
}

# value KEY FILE : the value of a plain key in the last line of JSON
value() { tail -n 1 "$2" | sed -n "s/.*\"$1\":\([^,}]*\)[,}].*/\1/p"; }

# wait_until COMMAND... : at most 20 seconds
wait_until() {
    wait_turns=0
    until "$@" > check.out 2>&1; do
        [ $wait_turns -lt 400 ] || return 1
        wait_turns=$((wait_turns + 1))
        sleep 0.05
    done
}
