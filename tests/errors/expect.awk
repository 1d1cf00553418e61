# expect.awk -- compares the messages of netc (second file) with those that the source (first file)
# expects; prints the first difference.

function expected(kind, place, text) {
    n++
    if (match(text, /\[NET[0-9]+\][ \t]*$/)) {
        want_code[n] = substr(text, RSTART)
        sub(/[ \t]*$/, "", want_code[n])
        text = substr(text, 1, RSTART - 1)
    }
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    want_kind[n] = kind; want_place[n] = place; want_text[n] = text
    if (kind == "error")
        errors++
}

# "// expect: error 3:7 text": where a comment cannot stand beside the cause, or the column matters
FNR == NR && /^\/\/ expect: / {
    rest = substr($0, 12)
    kind = rest; sub(/ .*/, "", kind); sub(/^[a-z]+ /, "", rest)
    place = ""
    if (match(rest, /^([^ :]+:)?[0-9]+(:[0-9]+)? /)) {
        place = substr(rest, 1, RLENGTH - 1)
        rest = substr(rest, RLENGTH + 1)
        if (place !~ /^[^:]*[^0-9:]/)
            place = file ":" place
    }
    expected(kind, place, rest)
    next
}

# "statement   // error: text // note: text"
FNR == NR {
    line = $0
    while (match(line, /\/\/ (error|warning|note): /)) {
        line = substr(line, RSTART + 3)
        kind = line; sub(/:.*/, "", kind)
        text = line; sub(/^[a-z]+: /, "", text)
        sub(/[ \t]*\/\/ (error|warning|note): .*/, "", text)
        expected(kind, file ":" FNR, text)
    }
    next
}

# "file:3:7: error: text [NET0203]", or without a place "netc: text"
/^[^|]*:[0-9]+:[0-9]+: (error|warning|note): / || /^netc: / {
    place = ""; kind = "error"; text = $0
    if (match(text, /^[^|]*:[0-9]+:[0-9]+: /)) {
        place = substr(text, 1, RLENGTH - 2)
        text = substr(text, RLENGTH + 1)
    }
    if (match(text, /^(error|warning|note): /)) {
        kind = substr(text, 1, RLENGTH - 2)
        text = substr(text, RLENGTH + 1)
    }
    if (!find(kind, place, text) && kind != "note")
        complain("unexpected: " $0)
}

function find(kind, place, text,    i) {
    for (i = 1; i <= n; i++) {
        if (used[i] || want_kind[i] != kind || index(text, want_text[i]) == 0)
            continue
        if (want_place[i] != "" && place != want_place[i] && index(place, want_place[i] ":") != 1)
            continue
        if (want_code[i] != "" && index(text, want_code[i]) == 0)
            continue
        used[i] = 1
        return 1
    }
    return 0
}

function complain(why) {
    if (!bad)
        print why
    bad = 1
}

END {
    if (n == 0 && errors == 0)
        complain("the file expects nothing")
    for (i = 1; i <= n; i++)
        if (!used[i])
            complain("missing: " want_kind[i] " at " want_place[i] ": " want_text[i] " " want_code[i])
    if (status != (errors > 0))
        complain("exit status " status ", want " (errors > 0))
    exit bad
}
