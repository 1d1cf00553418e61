# train.awk -- from the lines of train.sh to its tables: the least of all rounds.
function least(key, value) { if (!(key in best) || value < best[key]) best[key] = value }
function most(key, value) { if (value > best[key]) best[key] = value }
function ratio(a, b) { return a && b ? sprintf("%.2f", a / b) : "-" }
function first_seen(list, name) { if (!((list, name) in seen)) { seen[list, name] = 1; member[list, ++count[list]] = name } }

$1 == "peak" { most("peak " $2, $3); next }
$1 == "libraries" { libraries = $4; next }
$2 == "work" { work[$1] = $3; first_seen("net", $1); next }
$2 == "memory" { plan[$1] = $3; data[$1] = $4; next }
$3 ~ /^peer/ { first_seen("peer", $4); least($1 " " $2 " " $3 " " $4, $5 + 0); most($1 " " $2 " memory " $4, $6); next }
$3 == "cost" { key = $1 " " $2 " " $4; cost[key, ++costs[key]] = $5; next }
$3 == "start" { least($1 " start", $4 + 0); next }
{
    least($1 " " $2 " " $3, $4 + 0)
    least($1 " " $2 " " $3 " median", $5 + 0)
    if ($3 == "plain") most($1 " " $2 " memory", $6)
}

# Of the costs of watching, one a run.
function middle(key,    n, i, j, x) {
    n = costs[key]
    for (i = 2; i <= n; i++) {
        x = cost[key, i]
        for (j = i - 1; j >= 1 && cost[key, j] > x; j--)
            cost[key, j + 1] = cost[key, j]
        cost[key, j + 1] = x
    }
    return n % 2 ? cost[key, (n + 1) / 2] : (cost[key, n / 2] + cost[key, n / 2 + 1]) / 2
}

function step_line(net, threads,    run, plain, alike, watched, torch, torch_watched, rate) {
    run = net " " threads " "
    plain = best[run "plain"]
    alike = middle(run "alike")
    watched = middle(run "watched")
    torch = best[run "peer-plain " first]
    torch_watched = best[run "peer-watched " first]
    rate = 2 * work[net] / plain / 1000
    printf "%-9s %7s | %9.0f %7.1f %4.0f%% %6.3f %7.3f | %9s %8s | %5s %7s\n", net, threads, plain, rate, 100 * rate / best["peak " threads],
        alike, watched, torch ? sprintf("%.0f", torch) : "-", ratio(torch_watched, torch), ratio(torch, plain), ratio(torch_watched, alike * plain)
}

function net_line(net,    added, all) {
    added = best[net " 1 default-watched median"] - best[net " 1 default-plain median"]
    all = plan[net] + data[net] + libraries
    printf "%-9s | %8.2f %10.2f | %10.2f%% | %6.0f %9.1f %5.2f %8s\n", net, best[net " 1 plain"] / best[net " 2 plain"], best[net " start"] / 1000,
        100 * added / 50 / best[net " 1 default-plain median"], best[net " 1 memory"], all, best[net " 1 memory"] / all,
        first ? best[net " 1 memory " first] : "-"
}

function peer_line(net, threads,    i, time) {
    printf "%-9s %7s |", net, threads
    for (i = 1; i <= count["peer"]; i++) {
        time = best[net " " threads " peer-plain " member["peer", i]]
        printf " %12.0f %5s", time, ratio(time, best[net " " threads " plain"])
    }
    print ""
}

END {
    first = member["peer", 1]
    printf "peak in GFLOP/s: %s on one thread, %s on two\n\n", best["peak 1"], best["peak 2"]
    printf "%-17s | %32s     | %18s | %13s\n", "", "netc              ", first ? first : "no peer", "times as fast"
    print "net       threads | us a step GFLOP/s share  alike watched | us a step  watched | plain watched"
    for (i = 1; i <= count["net"]; i++)
        for (threads = 1; threads <= 2; threads++)
            step_line(member["net", i], threads)
    print "\nshare: of the peak on as many threads, by the multiply-adds of products and convolutions; watched: times the plain steps of the same run, the"
    print "median of the runs; alike: watched for what the peer is, without histograms\n"

    print "          |  2 over      first |    watching |          MiB, peak"
    print "net       | 1 thread    step, s |  by default |   netc  foreseen ratio     peer"
    for (i = 1; i <= count["net"]; i++)
        net_line(member["net", i])
    print "\nfirst step: seconds from the .net file to the end of it; by default: one step in 50; foreseen: plan, data and libraries"
    if (count["peer"] < 2)
        exit
    printf "\n%-17s |", "us a step, times"
    for (i = 1; i <= count["peer"]; i++)
        printf " %18s", member["peer", i]
    print ""
    for (i = 1; i <= count["net"]; i++)
        for (threads = 1; threads <= 2; threads++)
            peer_line(member["net", i], threads)
}
