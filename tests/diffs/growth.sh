# growth.sh -- what a body costs a thousand times and ten times: tests/diffs/growth.sh BUILD
#
# Lines of C, processor time of netc and of the C compiler, and their ratios.
NETC=$1/bin/netc
WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
. tests/diffs/deep.sh

# best N COMMAND... : its processor time in milliseconds: the mean of n, the best of five such
best() {
    best_n=$1; shift
    for _ in 1 2 3 4 5; do
        bash -c 'n=$1; shift; TIMEFORMAT="%U %S"; time for ((i = 0; i < n; i++)); do "$@" > /dev/null 2>&1; done' \
            best "$best_n" "$@" 2>&1
    done | awk -v n="$best_n" '
        { t = 1000 * ($1 + $2) / n; if (NR == 1 || t < least) least = t }
        END { printf "%.1f", least }'
}

# cost SOURCE N : lines, netc's and cc's milliseconds
cost() {
    "source_$1" "$2" > "$WORK/net.net"
    "$NETC" -S "$WORK/net.net" -o "$WORK/net.c" || exit 1
    echo "$(wc -l < "$WORK/net.c") $(best 20 "$NETC" -S "$WORK/net.net" -o "$WORK/net.c")" \
        "$(best 1 cc -std=c11 -O3 -march=native -I"$BUILD/include" -c "$WORK/net.c" -o "$WORK/net.o")"
}

BUILD=$1
printf '%-12s%18s%18s%18s\n' body 'lines, 10 1000' 'netc ms' 'cc ms'
for source in plain nested block residual parallel image recurrent; do
    echo "$source $(cost $source 10) $(cost $source 1000)" | awk '{
        printf "%-12s%6d%6d %5.2f%6.1f%6.1f %5.2f%6.0f%6.0f %5.2f\n", $1, $2, $5, $5 / $2,
            $3, $6, $6 / ($3 ? $3 : 1), $4, $7, $7 / ($4 ? $4 : 1) }'
done
