# deep.sh -- sources that repeat a body n times: source_NAME n.  Read by tests/kind/growth.sh and growth.sh.

DEEP_TRAIN='train { optimizer = sgd(lr = 0.1); batch = 8; steps = 10; }'

# digits_model BODY, image_model BODY, word_model BODY : a whole source
digits_model() {
    printf 'data = digits(split = 0.8);\nmodel { input [64]; target class(10);\nstem = dense(32);\n'
    printf '%s\nlogits = dense(10); }\n%s\n' "$1" "$DEEP_TRAIN"
}
image_model() {
    printf 'data = gaussian(64, seed = 1);\nmodel { input [3, 8, 8]; target class(10);\nstem = conv(16, 3, pad = 1);\n'
    printf '%s\nglobal_avg_pool; logits = dense(10); }\n%s\n' "$1" "$DEEP_TRAIN"
}
word_model() {
    printf 'data = copy(9, 200);\nmodel { input [9]; target class(9);\nwords = embedding(10, 16);\n'
    printf '%s\nlogits = dense(9); }\n%s\n' "$1" "$DEEP_TRAIN"
}

source_plain()    { digits_model "repeat $1 as i { h = dense(32, act = relu); }"; }
source_nested()   { digits_model "repeat 3 as i { repeat $1 as j { h = dense(32, act = relu); } relu; }"; }
source_residual() { digits_model "repeat $1 as i { residual { norm = layernorm; h = dense(32, act = gelu); dense(32); } }"; }
source_parallel() {
    digits_model "repeat $1 as i { parallel(join = add) { branch { a = dense(32); } branch { b = dense(32, act = tanh); } } }"
}
source_block() {
    echo 'block pair(w: int) : [N] -> [N] { dense(w, act = relu); dense(N); }'
    digits_model "repeat $1 as i { body = pair(16); residual { beside = pair(8); } }"
}
source_image() { image_model "repeat $1 as i { residual { c = conv(16, 3, pad = 1, bias = false); batchnorm; } relu; }"; }
source_recurrent() {
    word_model "repeat $1 as i { up = lstm(16, output = all); residual { down = gru(16, output = all, reverse = true); } }"
}
source_turns() {
    digits_model "repeat $1 as i { if i % 2 == 0 { even = dense(32, act = relu); } else { odd = dense(32, act = tanh); } }"
}
source_widths() { digits_model "repeat $1 as i { h = dense(8 + 8 * (i % 4), act = relu); }"; }

# A bottleneck of one shape with and without a projection.
source_resnet() {
    cat << 'END'
block normed(filters: int, kernel: int) { conv(filters, kernel, pad = floor(kernel / 2), bias = false); batchnorm; }
block bottleneck(width: int) : [C, H, W] -> [4 * width, H, W] {
    residual {
        reduce = normed(width, 1);
        relu;
        middle = normed(width, 3);
        relu;
        restore = normed(4 * width, 1);
    } shortcut {
        if C != 4 * width { project = normed(4 * width, 1); }
    }
    relu;
}
END
    image_model "repeat $1 as i { low = bottleneck(8); }"
}
