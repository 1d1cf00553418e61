# trained.awk -- the rows of train.sh as a table: nets that learn, that are between, that fail, by the
# warnings that they are given.
function count(what, of) {
    if (what == "learns") learns[of]++
    if (what == "between") between[of]++
    if (what == "fails") fails[of]++
}
function row(name, of) {
    printf "| %s | %d | %d | %d |\n", name, learns[of], between[of], fails[of]
}
# Those that foretell failure, from which gravity on; the others are advice, as those of rates are
# for nets that train at the best of several.
function foretells(names, of,    n, part, i, list) {
    n = split(names, list, " ")
    for (i = 1; i <= n; i++) {
        split(list[i], part, ":")
        from[of, part[1]] = part[2]
    }
}
BEGIN {
    foretells("symmetric-units:2 init-mean:2 init-mismatch:2 dead-units:2 batchnorm-depth:2 " \
              "residual-growth:2 vanishing-gradient:2 exploding-gradient:2 recurrent-vanishing:2 " \
              "correlation-collapse:2 faint-gradient:2 heavy-dropout:2", "net")
    foretells("rate-too-high:2 rate-too-low:2 stagnation:2 adam-eps:2 decay-too-high:2 recurrent-clip:2", "rate")
}
{
    what = $4
    any = 0
    for (i = 7; i <= NF; i++) {
        split($i, part, ":")
        of = ("net", part[1]) in from ? "net" : $3 == "written" ? "rate" : ""
        told = (of, part[1]) in from && part[2] + 0 >= from[of, part[1]] + 0
        name = "`" part[1] "`" (told ? "" : ", as advice")
        count(what, name)
        if (!(name in known)) { known[name] = 1; order[told, ++names[told]] = name }
        any += told
    }
    count(what, (any ? "any" : "none") " " $3)
}
END {
    print "| warning | learns | between | fails |"
    print "| --- | --: | --: | --: |"
    for (i = 1; i <= names[1]; i++) row(order[1, i], order[1, i])
    n = split("sgd adam written", optimiser, " ")
    for (k = 1; k <= 2 * n; k++) {
        of = (k > n ? "none" : "any") " " optimiser[(k - 1) % n + 1]
        if (learns[of] + between[of] + fails[of])
            row((k > n ? "none" : "any") " of these, " optimiser[(k - 1) % n + 1], of)
    }
    for (i = 1; i <= names[0]; i++) row(order[0, i], order[0, i])
}
