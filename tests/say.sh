# say.sh -- how a test says what came out; read by the scripts of tests/kind and tests/cli.

ok() { echo "ok $1"; }
fail() { echo "FAIL $1: $2"; }

# check NAME COMMAND... : the command succeeds; its output is shown if not
check() {
    say_name=$1; shift
    if "$@" > "$WORK/check.out" 2>&1; then ok "$say_name"; else
        sed 's/^/    /' "$WORK/check.out"
        fail "$say_name" "exit status of: $*"
    fi
}

# same NAME WANT GOT : two files hold the same bytes, at least one
same() {
    if [ ! -s "$2" ]; then fail "$1" "$2 is empty"; elif cmp -s "$2" "$3"; then ok "$1"; else
        diff "$2" "$3" | head -20 | sed 's/^/    /'
        fail "$1" "$3 differs from $2"
    fi
}

# golden NAME STORED GOT : as same; with --accept the stored file is replaced
golden() {
    [ -n "$ACCEPT" ] && cp "$3" "$2"
    same "$@"
}

# status NAME WANT COMMAND... : the exit status; output stays in $WORK/out and $WORK/err
status() {
    say_name=$1 say_want=$2; shift 2
    "$@" > "$WORK/out" 2> "$WORK/err"
    say_got=$?
    if [ "$say_got" -eq "$say_want" ]; then ok "$say_name"; else
        head -20 "$WORK/err" | sed 's/^/    /'
        fail "$say_name" "exit status $say_got, want $say_want: $*"
    fi
}

# says NAME FILE TEXT : the file holds the text (grep -F)
says() {
    if grep -qF -e "$3" "$2"; then ok "$1"; else
        head -20 "$2" | sed 's/^/    /'
        fail "$1" "no '$3' in $2"
    fi
}

# sentence NAME TEXT : standard error of the last `status` is this one line
sentence() {
    if [ "$(wc -l < "$WORK/err")" -eq 1 ]; then says "$1" "$WORK/err" "$2"; else
        head -20 "$WORK/err" | sed 's/^/    /'
        fail "$1" "not one line: '$2'"
    fi
}
