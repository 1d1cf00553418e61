#!/bin/sh
# lint.sh -- what the sources promise of themselves; `make lint` runs it.  BUILD names the build folder.
set -u
sources=$(ls compiler/*.[ch] runtime/*.[ch])
failed=0

# none TEXT COMMAND... : the command prints nothing
none() {
    text=$1; shift
    found=$("$@")
    [ -z "$found" ] && return
    echo "$text:"
    echo "$found" | sed 's/^/    /'
    failed=1
}

# shellcheck disable=SC2086
floors() { awk -f tests/lint/floors.awk "$BUILD/floors" $sources compiler/*.def grammar/*.[ly]; }
none 'includes that do not lead to a lower floor' floors

# shellcheck disable=SC2086
awk -f tests/lint/sizes.awk $sources || failed=1

none 'a shell, a locale, or a scanner feature that overflows' grep -nE \
    '\<(system|popen|setlocale|yymore) *\(|\<REJECT *;' -r compiler runtime grammar --include='*.[chly]'
none 'unfinished' grep -nE '\<(TODO|FIXME|XXX|HACK)\>|for now|not yet' -r compiler runtime grammar \
    --include='*.[chly]' --include='*.def'

# C is written by emit_c and its parts; the other passes know no text of C.
none 'C written outside emit_*.c' grep -nE '\<emit_(line|open|close|blank|begin|piece|end)\(' \
    $(ls compiler/*.c | grep -v '^compiler/emit')

# Data that can change: .data and .bss; tables of pointers that are const lie in .data.rel.ro.
mutable() {
    for object in "$BUILD"/compiler/*.o "$BUILD"/grammar/*.o; do
        nm -f sysv "$object" | awk -F'|' -v file="$(basename "$object")" '
            { gsub(/ /, ""); if ($7 ~ /^(\.data|\.bss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/) print file ": " $1 }'
    done
}
# The sanitizers add data of their own.
nm "$BUILD/lib/libnetrt.a" 2> /dev/null | grep -q __asan_ || none 'file-scope variables that can change' mutable

foreign() {
    nm -g --defined-only "$BUILD/lib/libnetrt.a" 2> /dev/null |
        awk 'NF == 3 && $3 !~ /^(rt_|main$|__asan|__odr_asan)/ { print $3 }'
}
none 'symbols of libnetrt.a that do not begin with rt_' foreign

# A README a folder, a line a file; folders of test cases are described as a whole.
unnamed() {
    for folder in compiler grammar runtime examples tests tests/kind tests/cli tests/lint tests/unit \
        docs bench editors; do
        for file in "$folder"/*; do
            name=$(basename "$file")
            [ -e "$file" ] && [ "$name" != README.md ] || continue
            named "$folder/README.md" "$name" || echo "$folder/README.md: $name"
        done
    done
    for folder in tests/*/; do
        [ -e "$folder/README.md" ] || [ -e "$folder/README" ] || echo "${folder}README.md"
    done
}
# by its name, or as the `.c` behind its header
named() {
    grep -qF "\`$2" "$1" 2> /dev/null || { case $2 in *.c) grep -qF "\`${2%.c}.h\` \`.c\`" "$1" ;; *) false ;; esac }
}
none 'files that no README names (sh tests/lint/index.sh FOLDER)' unnamed
exit $failed
