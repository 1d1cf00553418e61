# compare.awk -- awk -v family=F -v net=N -f compare.awk FORECAST MEASURED: a line a layer and quantity,
# the forecast against the median over seeds, in log10; share of the single runs that lie within
# 0.1 + 3 spreads, and their number.
function log10(x) { return log(x) / log(10) }
function median(list,    value, n, i, j, t) {
    n = split(list, value, " ")
    for (i = 2; i <= n; i++) {
        t = value[i] + 0
        for (j = i - 1; j > 0 && value[j] + 0 > t; j--) value[j + 1] = value[j]
        value[j + 1] = t
    }
    return n % 2 ? value[(n + 1) / 2] : (value[n / 2] + value[n / 2 + 1]) / 2
}
function compare(what, foretold, list,    n, value, i, within) {
    if (!(foretold > 0) || list == "") return
    n = split(list, value, " ")
    for (i = 1; i <= n; i++)
        within += (value[i] - log10(foretold)) ^ 2 <= (0.1 + 3 * spread[$1]) ^ 2
    print family, net, $1, what, log10(foretold), median(list), within, n, rough
}
FNR == 1 { file++ }
file == 1 {
    act[$1] = $2; delta[$1] = $3; grad[$1] = $4; spread[$1] = $5; rough = $6
    order[++layers] = $1
    next
}
$1 in delta {
    if ($2 > 0) acts[$1] = acts[$1] " " log10($2)
    if ($3 > 0) deltas[$1] = deltas[$1] " " log10($3)
    if ($4 > 0) grads[$1] = grads[$1] " " log10($4)
}
END {
    for (i = 1; i <= layers; i++) {
        $1 = order[i]
        compare("act", act[$1], acts[$1])
        compare("delta", delta[$1], deltas[$1])
        compare("grad", grad[$1], grads[$1])
    }
}
