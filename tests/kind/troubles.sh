# troubles.sh -- a run that is asked for checkpoints by signals, keeps several, meets a full disk, a place that
# cannot be written, a closed pipe, weights that are lost: the last good checkpoint stays, and it goes on.
cd "$WORK" || exit 1
. "$ROOT/tests/compiled.sh"

cat > dense.net <<'NET'
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    h = dense(32, act = relu);
    norm = batchnorm;
    drop = dropout(0.2);
    logits = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = adam(lr = 0.01); batch = 64; steps = 60; }
observe { every = 3; }
NET
compile_to dense dense -O1
fact() { sed -n "s/^  \"$1\": \"*\([^\",]*\).*/\1/p" "$2/run.json"; }
steps_in() { test "$(grep -c '^step' "$1/metrics.csv" 2> err)" -ge "$2"; }
note() { head -c 20000 "$2" | grep -ao "\"netc.$1\":\"[^\"]*" | cut -d'"' -f4; }
events() { check "troubles/$1: events" python3 "$ROOT/tests/events.py" "$1" "$ROOT/runtime" "$2"; }
status troubles/whole 0 ./dense --quiet --out whole

# ---- Several checkpoints
numbers() { echo $(ls "$1/checkpoints" | sed -n 's/^step-0*\([0-9]*\)\.safetensors$/\1/p'); }
status 'troubles/--keep 3' 0 ./dense --quiet --checkpoint-every 7 --keep 3 --out three
check 'troubles/--keep 3: the newest' test "$(numbers three)" = '49 56 60'
check 'troubles/--keep 3: the last of them is last' cmp three/checkpoints/step-0000000060.safetensors three/checkpoints/last.safetensors
check 'troubles/--keep 3: its own step' test "$(note step three/checkpoints/step-0000000049.safetensors)" -eq 49
check 'troubles/--keep 3: the same end' cmp three/checkpoints/last.safetensors whole/checkpoints/last.safetensors
status 'troubles/--keep 100' 0 ./dense --quiet --checkpoint-every 10 --keep 100 --out all
check 'troubles/--keep 100: all' test "$(numbers all)" = '10 20 30 40 50 60'

# back to one of them: what was logged and kept behind it goes
cp all/checkpoints/step-0000000020.safetensors all/checkpoints/last.safetensors
status 'troubles/back to a number' 0 ./dense --quiet --checkpoint-every 15 --keep 100 --resume all
check 'troubles/back to a number: the same end' cmp all/checkpoints/last.safetensors whole/checkpoints/last.safetensors
check 'troubles/back to a number: the same log' cmp all/flow.jsonl whole/flow.jsonl
check 'troubles/back to a number: its own' test "$(numbers all)" = '10 20 30 45 60'
events all 1

# killed and resumed, the same are kept
rm -rf killed
./dense --quiet --checkpoint-every 2 --keep 4 --every 1 --out killed > out 2> err & program=$!
wait_until steps_in killed 12
kill -9 $program
wait $program 2> check.out
: > killed/checkpoints/step-0000000058.safetensors.Ab3dE9
status 'troubles/--keep and kill' 0 ./dense --quiet --checkpoint-every 2 --keep 4 --resume killed
check 'troubles/--keep and kill: the newest' test "$(numbers killed)" = '54 56 58 60'
check 'troubles/--keep and kill: no leftover' test ! -e killed/checkpoints/step-0000000058.safetensors.Ab3dE9
refuses 'troubles/--keep 0' 2 '--keep wants a whole number from 1' ./dense --keep 0
refuses 'troubles/--keep --no-out' 2 '--keep and --no-out' ./dense --keep 2 --no-out

# ---- Others go on from a checkpoint
awk 'BEGIN { print "a,b,c,y"; for (i = 0; i < 40; i++) { a = sin(i); b = cos(3 * i); c = sin(7 * i); print a "," b "," c "," a * b + c } }' > table.csv
cat > peer.net <<'NET'
data = csv("table.csv", target = "y");
model { input [3]; target [1]; h = dense(5, act = tanh); out = dense(1); }
train { loss = mse; optimizer = adam(lr = 0.01); batch = 40; steps = 30; }
NET
compile_to peer peer -O1
status 'troubles/30 steps' 0 ./peer --quiet --checkpoint-every 1 --keep 30 --out peer.run
python=python3
python3 -c 'import numpy' 2> err || python=/usr/bin/python3     # Debian's own
for step in 01 02 09 28; do
    next=$(printf %02d $((1$step - 99)))
    check "troubles/NumPy and PyTorch go on from step $step" $python "$ROOT/tests/checkpoint_peer.py" table.csv \
        peer.run/checkpoints/step-00000000$step.safetensors peer.run/checkpoints/step-00000000$next.safetensors
done

# ---- SIGUSR1: a checkpoint, and on
./dense --epochs 1000000 --checkpoint-every 100000000 --keep 9 --out asked > out 2> err & program=$!
wait_until steps_in asked 3
check 'troubles/SIGUSR1: none before' test "$(note step asked/checkpoints/last.safetensors)" = 0
kill -USR1 $program
wait_until grep -q 'SIGUSR1: a checkpoint' err
is_numbered() { test -n "$(numbers asked)"; }
check 'troubles/SIGUSR1: written' wait_until is_numbered
check 'troubles/SIGUSR1: told' grep -qE '^dense: step [0-9]+: SIGUSR1: a checkpoint$' err
at=$(numbers asked)
later() { test "$(tail -n 1 asked/metrics.csv | cut -d, -f2)" -gt "$((at + 5))"; }
check 'troubles/SIGUSR1: it goes on' wait_until later
check "troubles/SIGUSR1: of step $at" test "$(note step "asked/checkpoints/$(ls asked/checkpoints | grep step)")" -eq "$at"

# ---- A second signal stops at once: at a step that takes seconds; the checkpoint before it is good
kill -TERM $program
wait $program 2> check.out
check 'troubles/SIGTERM: exit status' test $? -eq 143
./dense --no-out --epochs 1000000 > out 2> err & program=$!
caught() { grep -q '^SigCgt:.*4.[0-9a-f]*2$' "/proc/$1/status"; }
wait_until caught $program
kill -USR1 $program
check 'troubles/SIGUSR1 without a directory: told' wait_until grep -q 'SIGUSR1: --no-out, so no checkpoint' err
kill -KILL $program
wait $program 2> check.out
cat > slow.net <<'NET'
data = gaussian(20000);
model { input [64]; target class(4); repeat 10 as i { h = dense(128, act = relu); } logits = dense(4); }
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 16; epochs = 1; }
NET
compile_to slow slow -Wno-rate-too-high
./slow --quiet --batch 20000 --threads 1 --steps 100000 --checkpoint-every 1 --out twice > out 2> err & program=$!
wait_until steps_in twice 2
kill -INT $program              # two of one kind might count as one
kill -TERM $program
wait $program 2> check.out
got=$?
check 'troubles/twice stopped: exit status' test $got -eq 130 -o $got -eq 143
check 'troubles/twice stopped: at once' test "$(fact status twice)" = running
status 'troubles/twice stopped: the checkpoint is good' 0 ./slow --eval --json --load twice/checkpoints/last.safetensors
at=$(note step twice/checkpoints/last.safetensors)
status 'troubles/twice stopped: goes on' 0 ./slow --quiet --resume twice --steps $((at + 1))

# ---- What cannot be written: the last checkpoint stays good
full() {        # full NAME BLOCKS OPTION... : of 512 bytes, the largest file
    full_name=$1 full_blocks=$2; shift 2
    (ulimit -f "$full_blocks"; exec ./dense --quiet "$@") > out 2> err
    full_got=$?
    check "troubles/$full_name: exit status 1" test $full_got -eq 1
    sentence "troubles/$full_name: sentence" 'File too large'
}
full 'no room to begin' 4 --out full
check 'troubles/no room to begin: nothing is left' sh -c '! ls -d full* 2> check.out | grep .'
full 'no room for a log' 150 --out full --every 1 --steps 200 --checkpoint-every 1
check 'troubles/no room for a log: failed' test "$(fact status full)" = failed
status 'troubles/no room for a log: goes on' 0 ./dense --quiet --resume full
status 'troubles/with room' 0 ./dense --quiet --every 1 --steps 200 --out roomy
check 'troubles/no room for a log: the same weights' \
    cmp full/checkpoints/last.safetensors roomy/checkpoints/last.safetensors
check 'troubles/no room for a log: the same log' cmp full/flow.jsonl roomy/flow.jsonl

# a file system that is full: on a machine that lets us mount one
if unshare -rm true 2> err; then
    cat > full.sh <<'SH'
mount -t tmpfs -o size=300k none disk || exit 99
./dense --quiet --checkpoint-every 1 --every 1 --out disk/run 2> disk.err
disk_status=$?
cp -r disk/run disk.run
exit $disk_status
SH
    mkdir -p disk
    unshare -rm sh full.sh > out 2> err
    check 'troubles/full disk: exit status 1' test $? -eq 1
    cp disk.err err
    sentence 'troubles/full disk: sentence' 'No space left on device'
    status 'troubles/full disk: goes on elsewhere' 0 ./dense --quiet --resume disk.run
    status 'troubles/full disk: left alone' 0 ./dense --quiet --every 1 --out empty
    check 'troubles/full disk: the same weights' cmp disk.run/checkpoints/last.safetensors empty/checkpoints/last.safetensors
    check 'troubles/full disk: the same log' cmp disk.run/flow.jsonl empty/flow.jsonl
fi
refuses 'troubles/no place to write' 1 '/proc/here: cannot be made: ' ./dense --quiet --out /proc/here/run
status 'troubles/standard output is full' 1 sh -c './dense --quiet --out stuffed > /dev/full'
sentence 'troubles/standard output is full: sentence' 'standard output: not all of it was written'
check 'troubles/standard output is full: the weights' cmp stuffed/checkpoints/last.safetensors whole/checkpoints/last.safetensors

# nobody reads
rm -rf full pipe
(./dense --json --every 1 --out pipe 2> err; echo $? > pipe.status) | head -n 3 > out
check 'troubles/broken pipe: exit status 1' test "$(cat pipe.status)" -eq 1
status 'troubles/broken pipe: goes on' 0 ./dense --quiet --resume pipe
status 'troubles/unbroken' 0 ./dense --quiet --every 1 --out unbroken
check 'troubles/broken pipe: the same weights' cmp pipe/checkpoints/last.safetensors unbroken/checkpoints/last.safetensors
check 'troubles/broken pipe: the same log' cmp pipe/flow.jsonl unbroken/flow.jsonl

# ---- Never what is not finite
status 'troubles/diverges' 3 ./dense --quiet --lr 1e30 --steps 30 --checkpoint-every 1 --out lost
check 'troubles/diverges: status' test "$(fact status lost)" = diverged
events lost 0
cat > finite.py <<'PY'
import math, struct, sys
data = open(sys.argv[1], 'rb').read()
data = data[8 + struct.unpack('<Q', data[:8])[0]:]
assert len(data) > 20000 and all(map(math.isfinite, struct.unpack('<%df' % (len(data) // 4), data)))
PY
check 'troubles/diverges: the checkpoint is finite' python3 finite.py lost/checkpoints/last.safetensors

# ---- Run again: the step at which a value was lost, from what was kept of it, without the data
cat > losing.net <<'NET'
param act: activation = relu;
data = gaussian(64);
model {
    input [16];
    target class(4);
    a = dense(16, act = act);
    drop = dropout(0.3);
    norm = batchnorm;
    b = dense(16, act = act);
    out = dense(4);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 1e37); batch = 16; epochs = 20; clip = global_norm(1); }
NET
cat > steep.net <<'NET'
data = gaussian(64);
model { input [16]; target [1]; a = dense(16, act = relu); b = dense(16, act = relu); out = dense(1); }
train { loss = mse; optimizer = sgd(lr = 3); batch = 16; epochs = 20; }
NET
cat > coder.net <<'NET'
data = digits(split = 0.8);
model { input [64]; target input; a = dense(16, act = relu); out = dense(64); }
train { loss = mse; optimizer = sgd(lr = 1e30); batch = 16; steps = 20; precision = double; }
NET
cat > squares.net <<'NET'
data = digits(split = 0.8);
model { input [64]; target class(10); a = dense(16, act = relu); out = dense(10); }
train { loss = mse; optimizer = sgd(lr = 1e30); batch = 16; steps = 20; }
NET
cat > copies.net <<'NET'
data { train = copy(10, 64); }
model { input [10]; target class(9); embedding(10, 8); mem = lstm(8, output = all); out = dense(9); }
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 1e38); batch = 16; steps = 20; }
NET
cat > images.net <<'NET'
data { train = cifar10("cifar"); scale = 1 / 255; augment = [crop(pad = 4), hflip]; }
model { input [3, 32, 32]; target class(10); c = conv(4, 3, act = relu); flatten; out = dense(10); }
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 1e25); batch = 4; steps = 50; }
NET
lost_step() { sed -n 's/.*"step":\([0-9]*\),"tensor":"\([a-z]*\)","layer":"*\([^",]*\)"*,.*/\1 \2 \3/p' "$1/nonfinite/step.json"; }
for name in losing steep coder squares images copies; do
    compile_to $name $name -O1 -Wno-rate-too-high
    options=
    [ $name = steep ] && options='--batch 40 --threads 3 --epochs 60'        # in three parts
    [ $name = coder ] && options='--gemm openblas'
    # shellcheck disable=SC2086
    status "replay/$name: diverges" 3 ./$name --quiet $options --data "$ROOT/tests/data" --out $name.run
    cp err $name.err
    check "replay/$name: said how" grep -qx "  --replay $name.run/nonfinite runs this step again" $name.err
    set -- $(lost_step $name.run)
    said="^$name: step $1: the $2 of $3 \\($name.net:[0-9]+\\) is not finite$"
    [ "$3" != null ] || said="^$name: step $1: the $2 is not finite$"
    check "replay/$name: step $1, $2 of $3" grep -qE "$said" $name.err
    mkdir -p elsewhere
    mv $name.run/nonfinite elsewhere/$name
    mkdir -p elsewhere/$name.run && ln -s ../$name elsewhere/$name.run/nonfinite
    status "replay/$name: again" 3 ./$name --replay elsewhere/$name
    check "replay/$name: the same value" grep -qE "$said" out
    check "replay/$name: the same bits" grep -qx 'loss and gradients: the same bits as in the run' out
    check "replay/$name: silent" test ! -s err
    check "replay/$name: 80 columns, no blanks behind" sh -c '! grep -E ".{81}| $" out'
    status "replay/$name: on one thread" 3 ./$name --replay elsewhere/$name --threads 1
    check "replay/$name: the same bits on one thread" grep -q 'the same bits' out
done
check 'replay/the ten steps before: told' test "$(grep -cE '^  step [0-9]+: loss [0-9.e+]+, norm of all gradients [0-9.e+]+$' steep.err)" -eq 10
check 'replay/the ten steps before: kept' test "$(grep -o '"grad_norm"' elsewhere/steep/step.json | wc -l)" -eq 10
check 'replay/a finite run keeps none' test ! -e whole/nonfinite
./losing --quiet --set on_nonfinite=skip --out skipped > out 2> err
status 'replay/a step that was skipped' 3 ./losing --replay skipped/nonfinite
check 'replay/a step that was skipped: the same bits' grep -q 'the same bits' out
status 'replay/a run directory' 3 ./losing --replay skipped
check 'replay/a run directory: the same bits' grep -q 'the same bits' out
check 'replay/a step that was skipped: the first' test "$(lost_step skipped)" = "$(lost_step elsewhere/losing.run)"
compile_to mended losing -O1 -D act=tanh -Wno-rate-too-high
status 'replay/mended' 0 ./mended --replay elsewhere/losing
says 'replay/mended: finite' out 'every value is finite'
says 'replay/mended: other bits' out 'other bits than in the run'

# what is no such folder
refuses 'replay/nothing there' 1 'nowhere/batch.safetensors: No such file' ./losing --replay nowhere
refuses 'replay/of another net' 1 'batch.safetensors: ' ./losing --replay elsewhere/images
refuses 'replay/of another shape' 1 'has no tensor x of 1024 elements in F32' ./squares --replay elsewhere/losing
refuses 'replay/and training' 2 '--out is for training: it does not go with --replay' ./losing --replay elsewhere/losing --out here
refuses 'replay/as JSON' 2 '--replay prints a table, not JSON' ./losing --replay elsewhere/losing --json
cp -r elsewhere/losing bent
python3 - <<'PY'
import struct
data = bytearray(open('bent/batch.safetensors', 'rb').read())
data[-64:-60] = struct.pack('<i', 4)        # the first label; there are four classes
open('bent/batch.safetensors', 'wb').write(data)
PY
refuses 'replay/a label that is none' 1 'label 0 is 4, and the classes are 0 to 3' ./losing --replay bent
head -c 900 elsewhere/losing/batch.safetensors > bent/batch.safetensors
refuses 'replay/a batch cut short' 1 'bent/batch.safetensors' ./losing --replay bent
