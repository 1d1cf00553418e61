# parts.sh -- a batch larger than the compiled one runs in parts: what is recorded of it is what a
# program of that batch records, to rounding.
cd "$WORK" || exit 1
. "$ROOT/tests/compiled.sh"

cat > steps.net <<'NET'
data = adding(20, 256);
model {
    input  [20, 2];
    target [1];
    a = dense(8, act = relu);
    residual { b = dense(8, act = tanh); }
    mem = lstm(12);
    c = dense(40, act = relu);
    d = dense(6, act = gelu);
    sum = dense(1);
}
train {
    loss       = mse;
    optimizer  = adam(lr = 0.01);
    regularize = l2(0.001);
    clip       = global_norm(1.0);
    batch      = 64;
    steps      = 6;
}
NET
cat > images.net <<'NET'
data = gaussian(200);
model {
    input  [2, 9, 9];
    target class(3);
    a = conv(20, 3, act = relu);
    b = conv(4, 3, act = silu);
    flatten;
    logits = dense(3);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.05); batch = 64; steps = 6; }
NET

# A histogram by its largest exponents: a value that sums cancel to is of any small one.
cat > largest.awk <<'AWK'
{
    while (match($0, /"exponent":-?[0-9]+,"count":\[[^]]*\]/)) {
        printf "%s", substr($0, 1, RSTART - 1)
        put_largest(substr($0, RSTART, RLENGTH))
        $0 = substr($0, RSTART + RLENGTH)
    }
    print
}
function put_largest(text,    n, i, count) {
    n = split(substr(text, index(text, "[") + 1), count, ",")
    sub(/"exponent":/, "", text)
    printf "\"largest\":%d,\"count\":[", text + n
    for (i = n; i > 0 && i > n - 16; i--)
        printf "%s%d", i < n ? "," : "", count[i]
    printf "]"
}
AWK

# Numbers may differ in their sixth digit, or where they are lost in rounding; the counts of an
# exponent by a few, which lie at its edge.
cat > numbers.awk <<'AWK'
BEGIN { RS = "[][,:{}\n]" }
FNR == NR { want[FNR] = $0; n = FNR; next }
{ seen++; numbers += $0 ~ /^-?[0-9]/ }
$0 != want[FNR] && ($0 !~ /^-?[0-9]/ || !near($0, want[FNR])) { print want[FNR] " became " $0; bad = 1 }
END { exit bad || seen != n || numbers < 500 }
function near(x, y) { d = x > y ? x - y : y - x; return d <= 2e-5 * (x < 0 ? -x : x) + 1e-7 || (x ~ /^[0-9]+$/ && d <= 3) }
AWK

for name in steps images; do
    compile_to whole $name
    sed 's/batch\( *\)= 64/batch\1= 24/' $name.net > part.net
    compile_to parts part
    status "parts/$name: whole" 0 ./whole --quiet --threads 2 --out $name.whole
    status "parts/$name: parts" 0 ./parts --quiet --threads 2 --out $name.parts --batch 64
    for run in whole parts; do awk -f largest.awk $name.$run/flow.jsonl > $name.$run.numbers; done
    check "parts/$name: what is recorded" awk -f numbers.awk $name.whole.numbers $name.parts.numbers
    status "parts/$name: one thread" 0 ./parts --quiet --threads 1 --out $name.one --batch 64
    same "parts/$name: threads change no bit" $name.parts/flow.jsonl $name.one/flow.jsonl
done
