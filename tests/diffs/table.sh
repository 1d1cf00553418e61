# table.sh -- prints what each edit of `pairs` changes: tests/diffs/table.sh BUILD
NETC=$1/bin/netc
WORK=$(mktemp -d) || exit 1
export NETC WORK
trap 'rm -rf "$WORK"' EXIT
. tests/diffs/measure.sh

measure_pairs > "$WORK/table"
awk -F'|' '
    BEGIN { printf "%-32s%-8s%5s  %-25s%s\n", "edit", "file", "lines", "bound", "" }
    { printf "%-32s%-8s%5s  %-25s%s\n", $1, $2, $3, $4, $5; bad += $5 != "ok" }
    END { printf "%d edits, %d out of bounds\n", NR, bad; exit bad > 0 }' "$WORK/table"
