# draw.awk -- awk -f draw.awk zoo: a line a net: its name, its family, its file, its params.
function letters(s) { gsub(/[^A-Za-z0-9.]+/, "_", s); sub(/_$/, "", s); sub(/^_/, "", s); return s }
function expand(i, name, params,    n, value, k, key) {
    if (i > NF) { print name, $1, $2 params; return }
    key = substr($i, 1, index($i, "=") - 1)
    n = split(substr($i, length(key) + 2), value, "|")
    for (k = 1; k <= n; k++)
        expand(i + 1, name "_" (value[k] ~ /^[0-9]|^true|^false/ ? key : "") letters(value[k]),
               params " " key "=" value[k])
}
/^[^#]/ { expand(3, $2, "") }
