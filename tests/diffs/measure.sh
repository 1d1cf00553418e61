# measure.sh -- for each row of `pairs`: the C before and after the edit, what differs, and whether that keeps its bound.
#
# Prints EDIT, FILE, LINES, BOUND and `ok` or what is wrong, separated by '|'.  NETC is the compiler, WORK a folder.

# changed OLD NEW : how many lines differ, blank ones aside; one for another counts once
changed() {
    diff "$1" "$2" | awk '
        function add() { n += del > ins ? del : ins; del = ins = 0 }
        /^[0-9]/ { add() }
        /^< *[^< ]/ { del++ }
        /^> *[^> ]/ { ins++ }
        END { add(); print n + 0 }'
}

without() { for side in old new; do awk -v name="$1" -f tests/diffs/own.awk "$WORK/$side.c" > "$WORK/$side.rest"; done; }

no_numbers() { for side in old new; do sed 's/[0-9][0-9]*/0/g' "$WORK/$side.c" > "$WORK/$side.rest"; done; }

# What stands without the name; a constant has it in capitals.
without_name() { awk -f tests/diffs/statements.awk "$1" | sed -E "/(^|[^A-Za-z0-9])$2([^A-Za-z0-9]|$)/Id"; }

no_name() {
    without_name "$WORK/old.c" "$1" > "$WORK/old.rest"
    without_name "$WORK/new.c" "$2" > "$WORK/new.rest"
}

# rest MOST : at most so many lines differ in what is left
rest() {
    outside=$(changed "$WORK/old.rest" "$WORK/new.rest")
    [ "$outside" -le "$1" ] && echo ok || echo "$outside beside them"
}

# judge LINES BOUND... : `ok`, or what is wrong
judge() {
    lines=$1 bound=$2; shift 2
    [ "$bound" = same ] || [ "$lines" -gt 0 ] || { echo 'no change'; return; }
    case $bound in
    same) [ "$lines" -eq 0 ] && echo ok || echo 'a change' ;;
    lines) [ "$lines" -le "$1" ] && echo ok || echo "over $1" ;;
    numbers) no_numbers; rest 0 ;;
    layer) without "$(echo "$1" | tr , '|')"; rest "$2" ;;
    rename) no_name "$1" "$2"; rest 0 ;;
    measured) echo ok ;;
    *) echo "'$bound' is no bound" ;;
    esac
}

# pair FILE EDIT : writes the C of both to $WORK/old.c and $WORK/new.c
pair() {
    mkdir -p "$WORK/new"
    sed -E "$2" "tests/diffs/$1.net" > "$WORK/new/$1.net"
    ! cmp -s "tests/diffs/$1.net" "$WORK/new/$1.net" &&
        "$NETC" -S "tests/diffs/$1.net" -o "$WORK/old.c" && "$NETC" -S "$WORK/new/$1.net" -o "$WORK/new.c"
}

measure_pairs() {
    sed '/^#/d; /^$/d; s/ *| /|/; s/ *| /|/; s/ *| /|/' tests/diffs/pairs |
        while IFS='|' read -r what file bound edit; do
            if pair "$file" "$edit" 2> "$WORK/err"; then
                lines=$(changed "$WORK/old.c" "$WORK/new.c")
                # shellcheck disable=SC2086
                echo "$what|$file|$lines|$bound|$(judge "$lines" $bound)"
            else
                echo "$what|$file|-|$bound|not compiled: $(head -1 "$WORK/err")"
            fi
        done
}
