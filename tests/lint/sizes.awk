# sizes.awk -- budgets: lines of a file (400) and of a function (60), columns (100), nesting (3).
# A function's body stands between { and } in column 1; blank lines and comments count.

function say(where, text) {
    print where ": " text
    bad = 1
}

function closed(lines) {
    length_of[n++] = lines
    if (lines > 60)
        say(FILENAME ":" start, "a function of " lines " lines; 60 is the limit")
}

# netrt.h is one page by intent: all that a generated program may call
function long_file() {
    if (n_lines > 400 && name != "runtime/netrt.h")
        say(name, n_lines " lines; 400 is the limit")
}

FNR == 1 {
    long_file()
    name = FILENAME; inside = 0; n_files++
    base = FILENAME; sub(/.*\//, "", base)
    if (index($0, "/* " base " -- ") != 1)
        say(FILENAME ":1", "the first line is not '/* " base " -- what it does. */'")
}
{
    n_lines = FNR
    columns = length($0)
    if (columns > 100)
        say(FILENAME ":" FNR, columns " columns; 100 is the limit")
    if ($0 ~ /[ \t]$/)
        say(FILENAME ":" FNR, "ends in blanks")
    if (index($0, "\t"))
        say(FILENAME ":" FNR, "a tab")
}
/^{/ { inside = 1; start = FNR; next }
/^}/ { if (inside) closed(FNR - start - 1); inside = 0; next }
/^[a-z].*\) { .* }$/ { length_of[n++] = 1 }
inside && /^ {16,}(if|for|while|do|switch)[ ({]/ {
    say(FILENAME ":" FNR, "nested more than 3 deep")
}

END {
    long_file()
    for (i = 1; i < n; i++) {                           # insertion sort: a few thousand
        value = length_of[i]
        for (j = i - 1; j >= 0 && length_of[j] > value; j--)
            length_of[j + 1] = length_of[j]
        length_of[j + 1] = value
    }
    median = length_of[int(n / 2)]; p90 = length_of[int(n * 0.9)]
    printf "%d files, %d functions: median %d lines, 90th percentile %d, longest %d\n", n_files, n,
           median, p90, length_of[n - 1]
    if (median > 12)
        say("functions", "the median is over 12 lines")
    if (p90 > 30)
        say("functions", "the 90th percentile is over 30 lines")
    exit bad
}
