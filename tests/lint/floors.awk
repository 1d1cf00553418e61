# floors.awk -- an include must lead to a lower floor.  First file: lines `compiler 3 intern source`;
# the rest: sources.  A name in the list stands for its header and its source; `value.c` for one of
# them alone.  Files whose names begin with the same word are one family, and may include each other's
# headers: lower_layers.c includes lower.h.

function floor_of(part, file,    module, i) {
    module = file; sub(/\..*/, "", module)
    for (i = 1; i <= n; i++)
        if (part == list_part[i] && file == list_name[i])
            return list_floor[i]
    for (i = 1; i <= n; i++)
        if (part == list_part[i] && (file ~ list_pattern[i] || module ~ list_pattern[i]))
            return list_floor[i]
    return 0
}

FNR == NR {
    for (i = 3; i <= NF; i++) {
        n++
        list_part[n] = $1; list_floor[n] = $2; list_name[n] = $i
        list_pattern[n] = "^" $i "$"
        gsub(/\./, "[.]", list_pattern[n])
        gsub(/\*/, ".*", list_pattern[n])
    }
    next
}

FNR == 1 {
    part = FILENAME; sub(/\/.*/, "", part)
    if (part == "grammar")
        part = "compiler"
    file = FILENAME; sub(/.*\//, "", file)
    module = file; sub(/\..*/, "", module)
    own = floor_of(part, file)
    if (!own)
        bad = say(FILENAME ": the Makefile puts it on no floor")
}

/^#include "/ {
    split($0, word, "\"")
    if (part == "compiler" && word[2] ~ /^runtime\//) {     # the whole runtime lies below
        if (!floor_of("runtime", substr(word[2], 9)))
            bad = say(FILENAME ":" FNR ": " word[2] " is on no floor")
        next
    }
    header = word[2]; sub(/\..*/, "", header)
    if (family(header) == family(module))
        next
    below = floor_of(part, word[2])
    if (!below)
        bad = say(FILENAME ":" FNR ": " word[2] " is on no floor")
    else if (own && below >= own)
        bad = say(FILENAME ":" FNR ": floor " own " includes " word[2] " of floor " below)
}

function family(name) {
    if (name == "net")              # grammar/net.[ly], and what bison makes of it
        return "parse"
    sub(/_.*/, "", name)
    return name
}

function say(text) {
    print text
    return 1
}

END { exit bad }
