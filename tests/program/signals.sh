# signals.sh -- SIGINT and SIGTERM: the step ends, the weights are written, the report comes; a second
# signal ends the program at once.
. "$ROOT/tests/compiled.sh"
cat > spirals.net <<'NET'
data = spirals(600, 3, 0.1, split = 0.8);
model {
    input [2];
    target class(3);
    a = dense(32, act = tanh);
    norm = batchnorm;
    b = dense(32, act = relu);
    logits = dense(3);
}
train { loss = softmax_cross_entropy; optimizer = adam(lr = 0.01); batch = 32; epochs = 1; }
expect { accuracy.test > 1; }
NET
compile spirals
for signal in INT:130 TERM:143; do
    name=signals/${signal%:*}
    rm -f stopped.safetensors
    ./spirals --epochs 100000000 --json --save stopped.safetensors > out 2> err &
    program=$!
    check "$name: it trains" wait_until grep -q '"event":"epoch"' out
    kill "-${signal%:*}" $program
    wait $program 2> check.out
    got=$?
    check "$name: exit status ${signal#*:}" test $got -eq "${signal#*:}"
    check "$name: a summary ends the output" sh -c 'tail -n 1 out | grep -q "^{\"event\":\"summary\".*}$"'
    steps=$(value steps out)
    says "$name: the file holds the last step" stopped.safetensors "\"netc.step\":\"$steps\""
    status "$name: the file loads" 0 ./spirals --eval --json --load stopped.safetensors
    check "$name: nothing else is left" sh -c '! ls | grep -q "stopped.safetensors."'
done

# the same number of steps in one go gives the same weights
status 'signals/the same steps' 4 ./spirals --steps "$steps" --quiet --save straight.safetensors
same 'signals/the same weights' straight.safetensors stopped.safetensors

# one long step: a batch in many parts
cat > slow.net <<'NET'
data = gaussian(50000);
model {
    input [64];
    target class(4);
    repeat 40 as i { h = dense(128, act = relu); }
    logits = dense(4);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 16; epochs = 1; }
NET
compile slow
# Signals are caught once training begins: bits 2 and 15 of the mask.
caught() { grep -q '^SigCgt:.*4..2$' "/proc/$1/status"; }
if [ -r /proc/self/status ]; then
    ./slow --batch 50000 --threads 1 --quiet --save slow.safetensors > out 2> err &
    program=$!
    check 'signals/long step' wait_until caught $program
    kill -TERM $program
    sleep 0.1
    check 'signals/one signal waits for the step' kill -0 $program
    kill -INT $program
    wait $program 2> check.out
    got=$?
    check 'signals/a second signal ends it' test $got -eq 130
    check 'signals/a second signal: no report' test ! -s out
    check 'signals/a second signal: no file' sh -c '! ls | grep -q slow.safetensors'
fi
