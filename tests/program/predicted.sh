# predicted.sh -- the forecast in the program: what netc check predicts stands beside what is measured.
. "$ROOT/tests/compiled.sh"
cat > deep.net <<'NET'
data = gaussian(256, 1);
model {
    input [32];
    target class(4);
    repeat 8 as i { h = dense(32, act = tanh); }
    bn = batchnorm;
    residual { inner = dense(32, act = relu); }
    logits = dense(4);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 32; epochs = 1; }
NET
compile deep
"$NETC" check --json deep.net > forecast.json
status predicted/run 0 ./deep --quiet --json --save deep.safetensors
tail -n 1 out > summary.json

# of joins nothing is forecast: the residual's row is null
numbers() { tr '{' '\n' < "$2" | grep "\"$1\":" | sed "s/.*\"$1\":\([^,}]*\).*/\1/" | grep -v null; }
# close WANT GOT : as many numbers, equal to five digits
close() { paste "$1" "$2" | awk '{ d = $1 - $2; if (NF != 2 || d * d > 1e-10 * $1 * $1) bad = 1 } END { exit bad || !NR }'; }
for key in act_rms delta_rms grad_norm; do
    numbers $key forecast.json > want
    numbers predicted_$key summary.json > got
    check "predicted/$key of every layer" close want got
    check "predicted/$key: each is there" test "$(wc -l < got)" -ge 10
done
numbers flow forecast.json > want
numbers predicted_flow summary.json > got
check predicted/flow close want got

# ---- The report
status predicted/report 0 ./deep --quiet --steps 1
says 'predicted/report: beside' out 'layer    output   pred.   dL/dz   pred.  1e'
check 'predicted/report: the flow' grep -qE '^predicted loss [0-9.]+; flow [0-9.]+: [0-9.]+ ± [0-9.]+ decades gained, ' out
status 'predicted/report of an epoch' 0 ./deep --quiet
check 'predicted/report: two tables' test "$(grep -c '^layer ' out)" -eq 2
check 'predicted/report: beside step 0 alone' test "$(grep -c '^layer .* pred\.' out)" -eq 1
status 'predicted/--batch' 0 ./deep --quiet --steps 1 --batch 16 --width 200
says 'predicted/--batch: said' out 'in batches of 32 (as compiled; here of 16)'

# ---- A batch takes no sample twice: fewer samples are a smaller batch
sed 's/256, 1/20, 1/' deep.net > few.net
compile few
"$NETC" check few.net > forecast.txt 2> err
says 'predicted/few samples: check' forecast.txt 'in batches of 20'
status 'predicted/few samples' 0 ./few --quiet --steps 1 --width 200
says 'predicted/few samples: said' out 'in batches of 20;'
sed 's/batch = 32/batch = 20/' few.net > exact.net
"$NETC" check --json few.net 2> err | tail -n 1 > want
"$NETC" check --json exact.net | tail -n 1 > got
same 'predicted/few samples: as in batches of so many' want got

# ---- A layer that alone is rough: it reads smooth images, and sums of residuals are bent
cat > smooth.net <<'NET'
data = digits(split = 0.8);
model {
    input [1, 8, 8];
    target class(10);
    c = conv(8, 3, pad = same, act = relu);
    residual { d = conv(8, 3, pad = same); }
    relu;
    global_avg_pool;
    logits = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 32; epochs = 1; }
NET
"$NETC" check smooth.net > forecast.txt
says 'predicted/smooth images' forecast.txt 'rough in dL/dW of c: neighbours in an image are alike'
check 'predicted/smooth images: one layer' test "$(grep -c '^rough' forecast.txt)" -eq 1
sed 's/residual { \(.*\) }/\1/' smooth.net > plain.net
"$NETC" check plain.net > forecast.txt
check 'predicted/smooth images, no residual' sh -c '! grep -q "^rough" forecast.txt'

# ---- Weights that were loaded: the forecast stays, and is not compared
status predicted/--load 0 ./deep --quiet --steps 1 --load deep.safetensors --width 200
says 'predicted/--load: said' out 'fresh weights: these were loaded, and are not compared'
check 'predicted/--load: no columns' sh -c '! grep -q " pred\. " out'
for option in '--steps 1' --eval; do
    # shellcheck disable=SC2086
    status "predicted/--load $option --json" 0 ./deep --quiet --json $option --load deep.safetensors
    tail -n 1 out > loaded.json
    numbers predicted_delta_rms summary.json > want
    numbers predicted_delta_rms loaded.json > got
    same "predicted/--load $option: the same forecast" want got
    check "predicted/--load $option: predicted_flow" test "$(numbers predicted_flow loaded.json)" = "$(numbers predicted_flow summary.json)"
done

# ---- No number of the forecast stands in the C that people diff
status predicted/-S 0 "$NETC" -S deep.net -o deep.c
check 'predicted/-S: none' sh -c '! grep -q "rt_prediction\|rt_notes" deep.c'

# ---- Without a whole experiment: a sentence; out of range: no nan, no inf
printf 'model { input [4]; target [1]; dense(1); }\n' > part.net
status predicted/part 0 "$NETC" check part.net
check 'predicted/part: one sentence' grep -qx 'part: no forecast, which wants a whole experiment: there is no `train`' out
for std in 0 1e-3 10 1e30; do
    sed "s/act = tanh/act = relu, init = normal($std)/; s/repeat 8/repeat 60/; /batchnorm/d" deep.net > range.net
    "$NETC" check range.net > range.txt && "$NETC" check --json range.net >> range.txt && "$NETC" --dump=flow range.net >> range.txt
    check "predicted/normal($std): no nan" sh -c 'test -s range.txt && ! grep -qwiE "nan|inf" range.txt'
    compile range
    ./range --quiet --json --steps 1 > range.txt 2> err
    check "predicted/normal($std): JSON" sh -c 'grep -q predicted_flow range.txt && ! grep -qwiE "nan|inf" range.txt'
done
