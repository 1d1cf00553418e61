# train.awk -- from the lines of train.sh to its table: microseconds a step, the least of all rounds.
function least(key, value) { if (!(key in best) || value < best[key]) best[key] = value }

function step_time(run, way,    key) {
    key = run " " way " "
    return (best[key longest[run]] - best[key "1"]) * 1000 / (longest[run] - 1)
}

function ratio(a, b) { return a && b ? sprintf("%.2f", a / b) : "-" }

$1 == "peak" { if ($3 > peak[$2]) peak[$2] = $3; next }
$2 == "work" { work[$1] = $3; next }

{
    run = $1 " " $2
    if (!(run in seen)) { order[++runs] = run; seen[run] = 1 }
    if ($4 == "peer") {
        least(run " " $3 " peer", $5 + 0)
        if ($3 == "plain" && $6 > memory[run " peer"]) memory[run " peer"] = $6
        next
    }
    if ($4 + 0 > longest[run] + 0) longest[run] = $4
    least(run " " $3 " " $4, $5 + 0)
    if ($3 == "plain" && $7 > memory[run]) memory[run] = $7
}

END {
    printf "peak in GFLOP/s: %s on one thread, %s on two\n\n", peak[1], peak[2]
    print "                  |             netc                |         PyTorch        | times as fast | MiB, peak"
    print "net       threads | us a step GFLOP/s share watched | us a step      watched | plain watched | netc PyTorch"
    for (i = 1; i <= runs; i++) {
        split(order[i], part, " ")
        plain = step_time(order[i], "plain")
        watched = step_time(order[i], "watched")
        peer = best[order[i] " plain peer"]
        peer_watched = best[order[i] " watched peer"]
        rate = 2 * work[part[1]] / plain / 1000
        printf "%-9s %7s | %9.0f %7.1f %4.0f%% %7.2f | %9s %12s | %5s %7s | %4.0f %7s\n", part[1], part[2], plain, rate,
            100 * rate / peak[part[2]], watched / plain, peer ? sprintf("%.0f", peer) : "-", ratio(peer_watched, peer),
            ratio(peer, plain), ratio(peer_watched, watched), memory[order[i]], memory[order[i] " peer"] ? memory[order[i] " peer"] : "-"
    }
    print "\nshare: of the peak on as many threads, by the multiply-adds of products and convolutions; watched: times a plain step"
}
