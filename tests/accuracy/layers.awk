# layers.awk -- a line a layer of a program's JSON summary or of a forecast's: name, output, delta,
# gradient, spread ("-" where there is none), rough or sound.
function number(text, key,    at) {
    at = index(text, "\"" key "\":")
    if (!at) return "-"
    text = substr(text, at + length(key) + 3)
    sub(/[,}\]].*/, "", text)
    return text == "null" ? "-" : text
}
!/"event":"(summary|forecast)"/ { next }
{
    rough = /"rough":"/ ? "rough" : "sound"
    at = index($0, "\"layers\":[")
    n = split(substr($0, at + 10), layer, "{\"name\":\"")
    for (i = 2; i <= n; i++) {
        name = layer[i]
        sub(/".*/, "", name)
        print name, number(layer[i], "act_rms"), number(layer[i], "delta_rms"),
              number(layer[i], "grad_norm"), number(layer[i], "spread"), rough
    }
}
