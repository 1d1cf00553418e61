# recompute.sh -- `checkpoint` on a repeat changes no bit and takes less memory: tests/recompute with it and without.
. tests/say.sh
mkdir -p "$WORK/with" "$WORK/without"
without() { sed -E 's/^( *repeat .*) checkpoint \{/\1 {/' "$1"; }

# run_net SIDE NAME THREADS : watched at every step; its events, gradients and weights
run_net() {
    (cd "$WORK/$1" && "./$2" --threads "$3" --quiet --json --no-out --every 1 --save "$2.$3.safetensors" \
        --save-grads "$2.$3.grads" 2> err | sed 's/"seconds":[^,}]*//g; s/"threads":[0-9]*//' > "$2.$3.json")
}

for file in tests/recompute/*.net; do
    name=$(basename "$file" .net)
    cp "$file" "$WORK/with/$name.net"
    without "$file" > "$WORK/without/$name.net"
    for side in with without; do
        "$NETC" "$WORK/$side/$name.net" -o "$WORK/$side/$name" 2> "$WORK/err" ||
            { cat "$WORK/err"; fail "recompute/$name" 'netc failed'; continue 2; }
    done
    check "recompute/$name: computes again" sh -c '"$0" --dump=schedule "$1" | grep -q _again' \
        "$NETC" "$WORK/with/$name.net"
    check "recompute/$name: only where asked" sh -c '! "$0" --dump=schedule "$1" | grep -q _again' \
        "$NETC" "$WORK/without/$name.net"
    run_net without "$name" 1
    for threads in 1 2; do
        run_net with "$name" $threads
        for what in json grads safetensors; do
            same "recompute/$name: $what, $threads threads" "$WORK/without/$name.1.$what" \
                "$WORK/with/$name.$threads.$what"
        done
    done
    check "recompute/$name: gradients" "$WORK/with/$name" --check-grad --quiet
done

# 100 layers, 4 to an iteration: of 100 outputs 25 are kept, and those of one iteration are scratch.
deep() {
    cat <<NET
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    enter = dense(1024, act = tanh);
    repeat 25$1 {
        a = dense(1024, act = tanh);
        b = dense(1024, act = tanh);
        c = dense(1024, act = tanh);
        d = dense(1024, act = tanh);
    }
    out = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.01); batch = 512; steps = 1; }
NET
}

# reals NAME : what the plan has beside parameters
reals() {
    "$NETC" --dump=plan "$WORK/$1.net" |
        awk '/^unit model:/ { gsub(",", ""); print $6 + $9 }'
}

# mebibytes NAME : the most that the program takes, by the system's count
mebibytes() { "$WORK/median" 1 "$WORK/$1" --quiet --no-out --threads 1 | awk '{ print $3 }'; }

deep '' > "$WORK/kept.net"
deep ' checkpoint' > "$WORK/again.net"
kept=$(reals kept) again=$(reals again)
check "recompute: $kept reals, and $again" test $((kept * 10)) -gt $((again * 28))
if [ -z "$SANITIZED" ]; then
    cc -std=c11 -D_GNU_SOURCE -O1 bench/median.c -o "$WORK/median" || exit 1
    for name in kept again; do "$NETC" "$WORK/$name.net" -o "$WORK/$name" || exit 1; done
    kept=$(mebibytes kept) again=$(mebibytes again) less=$((512 * 1024 * 4 * 70 / 1048576))
    check "recompute: $kept MiB, and $again, at least $less less" \
        awk "BEGIN { exit !($kept - $again > $less) }"
fi
