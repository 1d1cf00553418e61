# smooth.awk -- images [3][16][16] in CSV, a line a sample, its class first: sums of waves that are
# few pixels short, one of them the class's own, in [0, 1]; the same on every machine.
function next_random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
function wave(k,    c) {
    down[k] = 4 * next_random() - 2
    across[k] = 4 * next_random() - 2
    phase[k] = 2 * next_random()
    for (c = 0; c < 3; c++) size[k, c] = 0.2 * (next_random() - 0.3)
}
function pixel(c, i, j,    k, sum) {
    for (k = 0; k < 6; k++) sum += size[k, c] * cos(pi * (down[k] * i / 16 + across[k] * j / 16 + phase[k]))
    sum += 0.5
    return sum < 0 ? 0 : sum > 1 ? 1 : sum
}
BEGIN {
    pi = atan2(0, -1)
    seed = 7
    for (n = 0; n < 256; n++) {
        class = n % 10
        for (k = 0; k < 5; k++) wave(k)
        down[5] = class % 3; across[5] = class % 4; phase[5] = class / 5
        for (c = 0; c < 3; c++) size[5, c] = 0.2
        printf "%d", class
        for (c = 0; c < 3; c++)
            for (i = 0; i < 16; i++)
                for (j = 0; j < 16; j++) printf ",%.3f", pixel(c, i, j)
        print ""
    }
}
