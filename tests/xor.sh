# xor.sh -- a small source, xor.net, for the tests of the command line.
. "$ROOT/tests/say.sh"
cat > xor.net <<'NET'
param units: int = 8;
data = xor(64);
model {
    input [2];
    target class(2);
    h = dense(units, act = tanh);
    logits = dense(2);
}
train {
    loss = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1);
    batch = 16;
    epochs = 1;
}
NET
