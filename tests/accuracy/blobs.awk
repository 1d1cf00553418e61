# blobs.awk -- a table in CSV: 12 columns of very different sizes, and the class, of 6, each of two
# blobs; the same on every machine.
function next_random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
function normal(    k, sum) {
    for (k = 0; k < 12; k++) sum += next_random()
    return sum - 6
}
BEGIN {
    seed = 11
    for (k = 0; k < 12; k++) name = name sprintf("x%d,", k)
    print name "class"
    for (b = 0; b < 12; b++)
        for (k = 0; k < 12; k++) centre[b, k] = 1.5 * normal()
    for (i = 0; i < 1500; i++) {
        b = int(12 * next_random())
        for (k = 0; k < 12; k++) printf "%.4g,", (centre[b, k] + normal()) * 10 ^ (k % 4 - 1) + k
        print b % 6
    }
}
