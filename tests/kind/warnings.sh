# warnings.sh -- generated C is clean under gcc and clang, in both precisions, and plain ASCII.
. tests/say.sh
. tests/nets.sh
flags='-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only'
for file in $(nets); do
    name=$(net_name "$file")
    "$NETC" -S "$file" -o "$WORK/$name.c" || { fail "warnings/$name" "netc failed"; continue; }
    for cc in gcc clang; do
        for precision in '' -DRT_DOUBLE; do
            [ -n "$precision" ] && grep -q '^#define RT_DOUBLE' "$WORK/$name.c" && continue
            # shellcheck disable=SC2086
            check "warnings/$name $cc $precision" \
                $cc $flags $precision -I"$BUILD/include" "$WORK/$name.c"
        done
    done
    if LC_ALL=C grep -n '[^ -~]' "$WORK/$name.c"; then
        fail "warnings/$name ascii" "other bytes than printable ASCII"
    else
        ok "warnings/$name ascii"
    fi
done
