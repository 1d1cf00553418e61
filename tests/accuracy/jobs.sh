# jobs.sh -- takes nets of a list, several at once.  Read by run.sh and train.sh, which define `one LINE`.

# chosen LIST NAME... : a line a net, of all or of those whose names begin so or whose family is named
chosen() {
    list=$1; shift
    awk -f "$ZOO/draw.awk" "$ZOO/$list" | awk -v chosen="$*" '
        BEGIN { n = split(chosen, name, " ") }
        { for (i = 1; i <= n; i++) if ($2 == name[i] || index($1, name[i]) == 1) { print; next } }
        n == 0'
}

# all_of FILE : `one` for each of its lines, $JOBS at a time
all_of() {
    for job in $(seq 0 $((JOBS - 1))); do
        awk -v jobs="$JOBS" -v job="$job" 'NR % jobs == job' "$1" | while read -r line; do
            # shellcheck disable=SC2086
            one $line
        done &
    done
    wait
}
