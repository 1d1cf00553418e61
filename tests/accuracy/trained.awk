# trained.awk -- the rows of train.sh as a table: nets that learn, that are between, that fail, by the
# warnings that they are given.
function verdict(loss) {
    if (loss == "none" || loss > 0.9 * log(10)) return "fails"
    return loss < log(10) / 4 ? "learns" : "between"
}
function count(what, of) {
    if (what == "learns") learns[of]++
    if (what == "between") between[of]++
    if (what == "fails") fails[of]++
}
function row(name, of) {
    printf "| %s | %d | %d | %d |\n", name, learns[of], between[of], fails[of]
}
# Those that foretell failure, from which gravity on; the others are advice.
BEGIN {
    n = split("symmetric-units:2 init-mean:2 init-mismatch:2 saturated-units:2 dead-units:2 batchnorm-depth:2 " \
              "residual-growth:2 vanishing-gradient:2 exploding-gradient:2 recurrent-vanishing:2 " \
              "correlation-collapse:2 faint-gradient:2", foretell, " ")
    for (i = 1; i <= n; i++) {
        split(foretell[i], part, ":")
        from[part[1]] = part[2]
    }
}
{
    what = verdict($4)
    any = 0
    for (i = 6; i <= NF; i++) {
        split($i, part, ":")
        told = part[1] in from && part[2] + 0 >= from[part[1]] + 0
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
    row("any of these, sgd", "any sgd")
    row("any of these, adam", "any adam")
    row("none of these, sgd", "none sgd")
    row("none of these, adam", "none adam")
    for (i = 1; i <= names[0]; i++) row(order[0, i], order[0, i])
}
