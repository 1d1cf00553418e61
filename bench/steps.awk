# steps.awk -- from lines "net threads way steps wall cpu" (milliseconds) to microseconds a step.
function least(key, value) { if (!(key in best) || value < best[key]) best[key] = value }

# kind = "wall" or "cpu": the longest run less that of one step
function step_time(run, way, kind,    key) {
    key = run " " way " " kind " "
    return (best[key longest[run]] - best[key "1"]) * 1000 / (longest[run] - 1)
}

{
    run = $1 " " $2
    if (!(run in longest)) order[++runs] = run
    if ($4 + 0 > longest[run] + 0) longest[run] = $4
    least(run " " $3 " wall " $4, $5 + 0)
    least(run " " $3 " cpu " $4, $6 + 0)
}

END {
    for (i = 1; i <= runs; i++) {
        split(order[i], part, " ")
        printf "%-13s %7s", part[1], part[2]
        for (k = 1; k <= 2; k++) {
            kind = k == 1 ? "wall" : "cpu"
            plain = step_time(order[i], "unwatched", kind)
            watched = step_time(order[i], "watched", kind)
            printf " | %9.0f %8.0f %5.2f", plain, watched, watched / plain
        }
        print ""
    }
}
