# stack.sh -- a small stack: kernels need none to speak of, and compute the same bits.
. "$ROOT/tests/compiled.sh"
cat > images.net <<'NET'
data = gaussian(64);
model {
    input [8, 24, 24];
    target class(4);
    a = conv(32, 3, act = relu);
    b = conv(32, 3, stride = 2, groups = 32, act = relu);
    global_avg_pool;
    c = dense(1100);
    logits = dense(4);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.01); batch = 32; steps = 3; }
NET
cat > steps.net <<'NET'
data = adding(12, 64);
model {
    input [12, 2];
    target [1];
    a = lstm(128, output = all);
    b = gru(128);
    y = dense(1);
}
train { loss = mse; optimizer = sgd(lr = 0.01); batch = 32; steps = 3; }
NET
for name in images steps; do
    compile $name -Wno-vanishing-gradient -Wno-recurrent-vanishing
    "./$name" --quiet --threads 1 --save $name.roomy > out 2>&1
    for threads in 1 2; do
        (ulimit -s 160 && exec "./$name" --quiet --threads $threads --save $name.$threads) > out 2>&1
        same "stack/$name: the same weights with $threads" $name.roomy $name.$threads
    done
done
