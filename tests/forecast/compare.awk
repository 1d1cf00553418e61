# compare.awk -- awk -f compare.awk NAME.want NAME.flow: ends with 1 where they differ.
BEGIN { most = 0.02 }
function decades(a, b) { return a > 0 && b > 0 ? log(a / b) / log(10) : a == b ? 0 : 99 }
function check(what, off, most) {
    if (off < 0) off = -off
    if (!(off <= most)) { printf "%s: %s is off by %.3f\n", $1, what, off; bad = 1 }
}
NR == FNR && $1 == "within" { most = $2; next }
NR == FNR { z[$1] = $2; delta[$1] = $3; grad[$1] = $4; spread[$1] = $5; n++; next }
$1 in z && $3 == "act" {
    check("z", decades($6, z[$1]), most)
    check("delta", decades($10, delta[$1]), most)
    check("grad", decades($12, grad[$1]), most)
    if (spread[$1] != "-") check("spread", $14 - spread[$1], most)
    seen++
}
END {
    if (seen != n) { print seen + 0 " of " n " layers"; bad = 1 }
    exit bad
}
