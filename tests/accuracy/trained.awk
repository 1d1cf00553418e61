# trained.awk -- the rows of train.sh as a table: nets that learn, that are between, that fail, by the
# warnings that they are given.
function verdict(loss) {
    if (loss == "none" || loss > 0.9 * log(10)) return "fails"
    return loss < log(10) / 2 ? "learns" : "between"
}
function row(name, of) {
    printf "| %s | %d | %d | %d |\n", name, learns[of], between[of], fails[of]
}
function count(what, of) {
    if (what == "learns") learns[of]++
    if (what == "between") between[of]++
    if (what == "fails") fails[of]++
}
# Those that foretell a failure; the others are advice.
BEGIN {
    n = split("symmetric-units init-mean init-mismatch saturated-units dead-units batchnorm-depth " \
              "residual-growth vanishing-gradient exploding-gradient recurrent-vanishing", foretell, " ")
    for (i = 1; i <= n; i++) told[foretell[i]] = 1
}
{
    what = verdict($4)
    any = 0
    for (i = 6; i <= NF; i++) {
        count(what, $i)
        if (!($i in known)) { known[$i] = 1; order[++names] = $i }
        any += $i in told
    }
    count(what, any ? "any" : "none")
}
END {
    print "| warning | learns | between | fails |"
    print "| --- | --: | --: | --: |"
    for (i = 1; i <= names; i++) row("`" order[i] "`" (order[i] in told ? "" : " (advice)"), order[i])
    row("any that foretells failure", "any")
    row("none of these", "none")
}
