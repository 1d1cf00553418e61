# growth.sh -- what netc costs: refusals are cheap, C and dumps grow with the layers, repeats and blocks cost nothing.
. tests/say.sh
. tests/limits/sources.sh

# The sanitizers take time, and address space of their own.
if nm "$NETC" 2> /dev/null | grep -q __asan_init; then
    seconds=20 memory=unlimited
else
    seconds=2 memory=262144
fi
within() { sh -c "ulimit -t $seconds; ulimit -v $memory; exec \"\$@\"" within "$@"; }

# cost STAGE SOURCE N : bytes that netc writes of the source with n of something
cost() {
    "source_$2" "$3" > "$WORK/$2.net"
    if [ "$1" = c ]; then
        within "$NETC" -S "$WORK/$2.net" -o - | wc -c
    else
        within "$NETC" "--dump=$1" "$WORK/$2.net" | wc -c
    fi
}

# doubles STAGE SOURCE FROM TO : twice the layers give at most 2.5 times the bytes
doubles() {
    n=$3 before=$(cost "$1" "$2" "$3")
    while [ "$n" -lt "$4" ]; do
        n=$((2 * n))
        now=$(cost "$1" "$2" $n)
        check "growth/$2 $1 $n" [ "$before" -gt 0 -a "$now" -gt 0 -a $((2 * now)) -le $((5 * before)) ]
        before=$now
    done
}

# alike SOURCE FEW MANY : many give as much C as few, but for digits of numbers and where lines break
alike() {
    few=$(cost c "$1" "$2") many=$(cost c "$1" "$3")
    check "growth/$1 $2 and $3" [ "$few" -gt 0 -a $((many - few)) -le 99 -a $((few - many)) -le 99 ]
}

# lines_of SOURCE N : lines of its C
lines_of() { "source_$1" "$2" > "$WORK/$1.net"; "$NETC" -S "$WORK/$1.net" -o - | wc -l; }

# deep SOURCE MANY : many times as deep, at most 1.1 times the lines
deep() {
    few=$(lines_of "$1" 10) many=$(lines_of "$1" "$2")
    check "growth/$1 10 and $2, lines" [ "$few" -gt 0 -a $((10 * many)) -le $((11 * few)) ]
}

# functions SOURCE N : how many forward functions its C has
functions() { "source_$1" "$2" > "$WORK/$1.net"; "$NETC" -S "$WORK/$1.net" -o - | grep -c '^static .*_forward('; }

. tests/diffs/deep.sh

source_flat()   { model "$(copies "$1" 'dense(4, act = tanh);
')dense(2); }"; }
source_skips()  { model "dense(4); $(copies "$1" 'residual { dense(4); }
')dense(2); }"; }
source_repeat() { model "dense(4); repeat $1 as i { h = dense(4, act = tanh); residual { relu; dense(4); } } dense(2); }"; }
source_inner()  { model "dense(4); repeat 9 as i { repeat $1 as j { dense(4, act = tanh); } relu; } dense(2); }"; }

# Each iteration reads the one before, so each is a unit of its own.
source_chain() {
    model "repeat $1 as i { if i == 0 { h = dense(4); } else { h = dense(4) from h[i-1]; } relu; } dense(2); }"
}

# Blocks that double the layers: 2^n of them.
source_laughs() {
    echo 'block b0() { dense(2, act = tanh); }'
    for i in $(seq "$1"); do echo "block b$i() { b$((i - 1)); b$((i - 1)); }"; done
    model "b$1; }"
}

for file in tests/errors/*.net; do
    options=$(sed -n 's|^// options: ||p' "$file")
    # shellcheck disable=SC2086
    within "$NETC" check $options "$file" > "$WORK/out" 2>&1
    [ $? -le 1 ] || { head -3 "$WORK/out"; fail "growth/$file" 'not within its seconds and bytes'; }
done
ok "growth/tests/errors"

doubles c flat 64 1024
doubles graph flat 64 1024
doubles plan flat 64 1024
doubles c skips 64 512
doubles graph skips 64 512
doubles c chain 16 256
doubles c laughs 6 12
alike repeat 10 1000
alike repeat 1000 3000
alike inner 10 1000
for source in plain nested block residual parallel image recurrent turns widths; do
    deep $source 1000
done
# Two kinds of iterations in turn, four widths in turn; a turn and the model are functions too.
for n in 10 100; do
    check "growth/turns $n, functions" [ "$(functions turns $n)" -eq 4 ]
    check "growth/widths $n, functions" [ "$(functions widths $n)" -eq 6 ]
done
# ResNet-50's body: each shape of bottleneck, and of what it is made of, is one function.
check "growth/resnet 3 and 40, functions" [ "$(functions resnet 3)" -eq "$(functions resnet 40)" ]
check "growth/resnet, functions" [ "$(functions resnet 16)" -eq 10 ]
source_laughs 20 > "$WORK/laughs.net"
status 'growth/laughs 20' 1 within "$NETC" check "$WORK/laughs.net"
