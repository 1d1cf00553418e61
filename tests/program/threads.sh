# threads.sh -- 1, 2 and 3 threads: the same weights and the same report, bit for bit.
. "$ROOT/tests/compiled.sh"
net() {         # net PRECISION
    cat <<NET
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    a = dense(96, act = gelu);
    norm = batchnorm;
    drop = dropout(0.3);
    residual(scale = learn(0.5)) {
        b = dense(96, act = softplus);
        layernorm;
    }
    parallel(join = concat) {
        branch { c = dense(33, act = tanh); }
        branch { d = dense(31, act = sigmoid); }
    }
    logits = dense(10);
}
train {
    loss = softmax_cross_entropy;
    optimizer = adamw(lr = 0.003);
    schedule = cosine(warmup = 10);
    clip = global_norm(1.0);
    regularize = l1l2(1e-5, 1e-4);
    precision = $1;
    batch = 64;
    steps = 100;
}
NET
}
for precision in float double; do
    net $precision > $precision.net
    compile $precision
    for threads in 1 2 3; do
        "./$precision" --quiet --json --threads $threads --save $threads.safetensors |
            sed 's/"seconds":[^,]*//g; s/"threads":[0-9]*//' > $threads.json
    done
    for threads in 2 3; do
        same "threads/$precision: weights with $threads" 1.safetensors $threads.safetensors
        same "threads/$precision: report with $threads" 1.json $threads.json
    done
    # a batch in parts, and one that is not filled
    for threads in 1 2 3; do
        "./$precision" --steps 20 --quiet --threads $threads --save small.$threads --batch 7 > out 2>&1
    done
    same "threads/$precision: batches of 7, with 2" small.1 small.2
    same "threads/$precision: batches of 7, with 3" small.1 small.3
done
status 'threads/a great many' 0 ./float --steps 3 --quiet --threads 64 --save many.safetensors
status 'threads/one' 0 ./float --steps 3 --quiet --threads 1 --save one.safetensors
same 'threads/a great many: the same weights' one.safetensors many.safetensors
