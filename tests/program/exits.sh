# exits.sh -- exit statuses 0, 1, 2, 3 and 4 (docs/running.md); tests of signals have a script of their own.
. "$ROOT/tests/compiled.sh"
cat > done.net <<'NET'
param least: real = 0.0;
data = xor(64);
model {
    input [2];
    target class(2);
    h = dense(8, act = tanh);
    logits = dense(2);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 16; epochs = 1; }
expect {
    nonfinite == 0;
    accuracy.train >= least;
}
NET
compile done
status exits/done 0 ./done --quiet
says 'exits/done: all hold' out 'Expectations: 2 of 2 hold'
status 'exits/done: --help' 0 ./done --help
status 'exits/done: --version' 0 ./done --version
says 'exits/done: --version names netc' out '(netc '
refuses exits/error 1 'missing.safetensors: No such file' ./done --load missing.safetensors
refuses exits/usage 2 'unknown option --stepps; did you mean --steps?' ./done --stepps 3

# an expectation that fails: the line of the source, and both sides
mv done.net failed.net
compile failed -D least=2.0
status exits/expect 4 ./failed --quiet
says 'exits/expect: how many' out 'Expectations: 1 of 2 hold'
says 'exits/expect: the line' out 'FAILS  line 12: accuracy.train >= least ('
says 'exits/expect: both sides' out 'against 2)'
check 'exits/expect: no sentence is needed' test ! -s err
status 'exits/expect: with --json' 4 ./failed --quiet --json
says 'exits/expect: in JSON' out '"line":12,"text":"accuracy.train >= least","holds":false'
says 'exits/expect: the other in JSON' out '"line":11,"text":"nonfinite == 0","holds":true'

# N(0, 1) in fifty layers overflows in the first forward pass
cat > diverge.net <<'NET'
data = gaussian(64);
model {
    input [16];
    target class(4);
    repeat 50 as i {
        h = dense(128, act = relu, init = normal(1.0));
    }
    out = dense(4);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 16; epochs = 2; }
expect { nonfinite == 0; }
NET
compile diverge
status exits/diverged 3 ./diverge --quiet --save diverged.safetensors
check 'exits/diverged: step, tensor, layer, line' grep -qE \
    '^diverge: step 0: the output of h\[4[0-9]\] \(diverge\.net:6\) is not finite$' err
says 'exits/diverged: verdict' out 'diverged '
says 'exits/diverged: the first layer' out '(line 6) was the first value that is not finite,'
status 'exits/diverged: the weights before it are saved' 0 ./diverge --load diverged.safetensors --dry-run
status 'exits/diverged: --json' 3 ./diverge --quiet --json
says 'exits/diverged: verdict in JSON' out '"verdict":"diverged"'
says 'exits/diverged: listed' out '"nonfinite":["loss_train"'
check 'exits/diverged: no NaN in JSON' sh -c '! grep -qiE "[:,\[]-?(nan|inf)" out'
status exits/skip 4 ./diverge --quiet --set on_nonfinite=skip
says 'exits/skip: counted' out '8 updates were skipped'
says 'exits/skip: named once' err 'step 0: the output of h'
check 'exits/skip: said once' test "$(wc -l < err)" -eq 1

# losing the weights on the way: what the last finite norms were
cat > steep.net <<'NET'
data = gaussian(64);
model {
    input [16];
    target [1];
    a = dense(16, act = relu);
    b = dense(16, act = relu);
    out = dense(1);
}
train { loss = mse; optimizer = sgd(lr = 30); batch = 16; epochs = 20; }
NET
compile steep
status exits/steep 3 ./steep --quiet
check 'exits/steep: step, tensor, layer, line' grep -qE \
    '^steep: step [0-9]+: the [a-z]+ of (a|b|out) \(steep\.net:[567]\) is not finite$' err
check 'exits/steep: the last finite norms' grep -qE \
    '^  at step [0-9]+, (a|b|out) \(steep\.net:[567]\): act [0-9].*, delta [0-9].*, gradient norm [0-9]' err
echo good > kept.safetensors
status 'exits/continue' 3 ./steep --quiet --set on_nonfinite=continue --save kept.safetensors
says 'exits/continue: weights that are lost are not saved' err \
    'kept.safetensors: not written, the weights are not finite'
check 'exits/continue: the file that was there stays' grep -qx good kept.safetensors

# weights that are lost from the start: no update can be made, and the loss is no number
cat > lost.net <<'NET'
param bound: real = 1.0;
data = gaussian(64);
model {
    input [16];
    target class(4);
    h = dense(16, act = relu, init = constant(bound));
    out = dense(4);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 16; steps = 3; }
NET
compile lost -D bound=1e38
status exits/lost/skip 3 ./lost --quiet --full --set on_nonfinite=skip
says 'exits/lost/skip: counted' out '3 updates were skipped'
check 'exits/lost: no share of an output that is not finite is dead' sh -c '! grep "^h .*%" out'
status exits/lost/continue 3 ./lost --quiet --set on_nonfinite=continue
./lost --quiet --json --set on_nonfinite=skip > json
check 'exits/lost: nor in JSON' sh -c 'tail -n 1 json | grep -q "\"dead\":null"'
"$NETC" lost.net -o good && ./good --quiet --save good.safetensors > out
status exits/lost/good 0 ./good --quiet --eval --load good.safetensors
size=$(wc -c < good.safetensors)
head -c $((size - 4)) good.safetensors > nan.safetensors
printf '\000\000\300\177' >> nan.safetensors
status exits/lost/nan 3 ./good --quiet --load nan.safetensors --steps 3 --set on_nonfinite=skip
status exits/lost/eval 3 ./good --quiet --eval --load nan.safetensors
sentence 'exits/lost/eval: sentence' 'the loss at these weights is not finite'
