# own.awk -- drops from generated C what belongs to a layer: -v name=REGEX.
#
# A line is the layer's own if it holds its name, or stands in a group under its statement, in a struct that
# bears its name, in a table of it, or in a function of the unit that is called so; so are the braces of
# a struct or union of such lines.  Blank lines go too.

function holds(text) { return text ~ "(^|[^A-Za-z0-9])(" name ")([^A-Za-z0-9]|$)" }

function mark(from, to,   i) { for (i = from; i <= to; i++) own[i] = 1 }

# A brace opens: outside of all, the whole paragraph above it is its head.
function open() {
    depth++
    start[depth] = depth == 1 ? paragraph : NR
    head[depth] = depth == 1 ? above : $0
}

function all_own(   i) {
    for (i = start[depth] + 1; i < NR; i++)
        if (!own[i])
            return 0
    return depth > 1
}

function close_brace() {
    if (holds(head[depth]) || holds($0) || all_own())
        mark(start[depth], NR)
    depth--
}

{ line[NR] = $0 }

/^$/ {
    group = 0
    if (!depth) above = ""
    next
}

!depth {
    if (above == "") paragraph = NR
    above = above " " $0
}

depth && /^ *\/\* / { group = holds($0) }
group || holds($0) { own[NR] = 1 }

/[{]$/ { open() }
/^ *[}]/ && depth { close_brace() }

!depth && /;$/ {
    if (holds(above)) mark(paragraph, NR)
    above = ""
}

END {
    for (i = 1; i <= NR; i++)
        if (!own[i] && line[i] != "")
            print line[i]
}
