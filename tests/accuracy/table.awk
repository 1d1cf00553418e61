# table.awk -- the lines of compare.awk as a table: of each family, and of all, the error of delta_rms and
# of grad_norm in decades: mean, 95th percentile, largest; R2; share of single runs within bounds.
function sort(value, from, to,    i, j, pivot, t) {
    if (from >= to) return
    pivot = value[int((from + to) / 2)]
    i = from
    j = to
    while (i <= j) {
        while (value[i] < pivot) i++
        while (value[j] > pivot) j--
        if (i <= j) { t = value[i]; value[i] = value[j]; value[j] = t; i++; j-- }
    }
    sort(value, from, j)
    sort(value, i, to)
}
function add(family, what,    key, off) {
    key = family SUBSEP what
    off = $5 > $6 ? $5 - $6 : $6 - $5
    error[key, ++count[key]] = off
    total[key] += off; square[key] += off * off
    sum[key] += $6; sums[key] += $6 * $6
    within[key] += $7; runs[key] += $8
    if (!((family, $2) in seen)) { seen[family, $2] = 1; nets[family]++ }
}
function figures(family, what,    key, n, i, value) {
    key = family SUBSEP what
    n = count[key]
    for (i = 1; i <= n; i++) value[i] = error[key, i]
    sort(value, 1, n)
    return sprintf("%.3f | %.2f | %.2f | %.4f | %.0f %%", total[key] / n, value[int(0.95 * n + 0.999)], value[n],
                   1 - square[key] / (sums[key] - sum[key] ^ 2 / n + 1e-300), 100 * within[key] / runs[key])
}
function row(family) {
    printf "| %s | %d | %d | %s | %s |\n", family, nets[family], count[family SUBSEP "delta"],
           figures(family, "delta"), figures(family, "grad")
}
!($1 in known) { known[$1] = 1; order[++families] = $1 }
{ add($1, $4); add("all", $4) }
END {
    print "| family | nets | layers | delta: mean | p95 | worst | R2 | runs | grad: mean | p95 | worst | R2 | runs |"
    print "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |"
    for (i = 1; i <= families; i++) row(order[i])
    row("all")
}
