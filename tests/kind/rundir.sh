# rundir.sh -- the directory of a run: its files, and runs that are stopped, killed KILLS times (20) at
# random moments, and resumed to the same bits.
cd "$WORK" || exit 1
. "$ROOT/tests/compiled.sh"
: "${KILLS:=20}" "${SEED:=7}"

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
cat > images.net <<'NET'
data { train = cifar10("cifar"); scale = 1 / 255; augment = [crop(pad = 4), hflip]; }
model {
    input [3, 32, 32];
    target class(10);
    c = conv(4, 3, act = relu);
    norm = batchnorm;
    flatten;
    out = dense(10);
}
train {
    loss = softmax_cross_entropy;
    optimizer = sgd(lr = 0.01, momentum = 0.9);
    schedule = cosine(warmup = 5);
    clip = global_norm(1.0);
    batch = 4;
    steps = 50;
}
observe { every = 1; }
NET
cat > cells.net <<'NET'
data { train = adding(12, 200); test = adding(12, 40); }
model {
    input [12, 2];
    target [1];
    mem = lstm(8);
    sum = dense(1);
}
train { loss = mse; optimizer = adam(lr = 0.01); clip = global_norm(1.0); batch = 16; epochs = 4; }
observe { every = 5; }
NET
sed 's/adam(lr = 0.01)/rmsprop(lr = 0.001, momentum = 0.5)/' cells.net > other.net
sed 's/dense(32/dense(24/' dense.net > narrow.net
sed 's/act = relu/act = tanh/' dense.net > tanh.net
for program in dense images cells other narrow tanh; do compile_to $program $program -O1; done
data=$ROOT/tests/data

# ---- Comparing runs: all but the seconds
without_head() { sed '1,/train loss/{/train loss/!d}' "$1"; }
without_seconds() {
    sed 's/,[0-9.]*$//' "$1/metrics.csv" > "$1.csv"
    sed 's/,"seconds":[^}]*//' "$1/metrics.jsonl" > "$1.jsonl"
    without_head "$1.said" > "$1.text"
}
same_run() {    # same_run NAME WANT GOT
    without_seconds "$2"; without_seconds "$3"
    same "$1: weights, optimiser, position" "$2/checkpoints/last.safetensors" \
        "$3/checkpoints/last.safetensors"
    same "$1: the best weights" "$2/checkpoints/best.safetensors" "$3/checkpoints/best.safetensors"
    same "$1: flow.jsonl" "$2/flow.jsonl" "$3/flow.jsonl"
    same "$1: metrics.csv" "$2.csv" "$3.csv"
    same "$1: metrics.jsonl" "$2.jsonl" "$3.jsonl"
    same "$1: the report" "$2.text" "$3.text"
    check "$1: nothing else is left" test "$(ls "$2" "$2/checkpoints" | sed "s/$2//; /tfevents/d")" = \
        "$(ls "$3" "$3/checkpoints" | sed "s/$3//; /tfevents/d")"
}
fact() { sed -n "s/^  \"$1\": \"*\([^\",]*\).*/\1/p" "$2/run.json"; }

# ---- What is there
for name in dense images cells; do
    status "rundir/$name" 0 "./$name" --quiet --data "$data" --out "$name.whole"
    cp out "$name.whole.said"
    check "rundir/$name: done" test "$(fact status "$name.whole") $(fact exit_status "$name.whole")" = 'done 0'
done
check 'rundir/its files' test "$(echo $(ls dense.whole dense.whole/checkpoints | sed 's/tfevents.*/tfevents/'))" = \
    'dense.whole: checkpoints events.out.tfevents flow.jsonl history.bin metrics.csv metrics.jsonl report.html run.json summary.json dense.whole/checkpoints: best.safetensors last.safetensors'
without_head dense.whole.said > dense.text
./dense --quiet --no-out > plain.said
without_head plain.said > plain.text
same 'rundir/the same as without' plain.text dense.text
./dense --quiet --no-out --json --every 3 > json 2> err
check 'rundir/flow.jsonl has the steps of --json' sh -c 'grep event.:.step json | cmp - dense.whole/flow.jsonl'
check 'rundir/metrics.csv: a line for each' test \
    "$(wc -l < dense.whole/metrics.csv)" -eq $(($(wc -l < dense.whole/metrics.jsonl) + 1))
check 'rundir/metrics.csv: eleven columns' awk -F, 'NF != 11 { bad = 1 } END { exit bad }' dense.whole/metrics.csv
if command -v jq > jq.path; then
    check 'rundir/JSON' jq -es 'all(type == "object")' dense.whole/run.json dense.whole/metrics.jsonl dense.whole/flow.jsonl
    check 'rundir/run.json' jq -e '.settings.lr == 0.01 and .steps == 60 and .steps_done == 60 and
        .seed == .settings.seed and (.machine.threads > 0) and .netc and .started <= .ended' dense.whole/run.json
    check 'rundir/run.json: command' jq -e '.command | index("--out") > 0' dense.whole/run.json
fi

# the source, as it was compiled, with what it imports; none without the notes
mkdir -p parts
echo 'param width: int = 8; block cell(n: int) { dense(n, act = tanh); }' > parts/cell.net
cat > made.net <<'NET'
// "quotes", a \ and ??/ in UTF-8: λ
import "parts/cell.net";
data = xor(64);
model { input [2]; target [1]; a = cell(width); out = dense(1, act = sigmoid); }
train { loss = binary_cross_entropy; optimizer = sgd(lr = 0.1); batch = 4; steps = 3; }
NET
compile_to made made -O1 -D width=5
status 'rundir/a source that imports' 0 ./made --quiet --out made.run
cat > source.py <<'PY'
import hashlib, json
def same(got, name, path):
    text = open(path, 'rb').read()
    assert got['file'] == name and got['text'].encode() == text, got
    assert got['sha256'] == hashlib.sha256(text).hexdigest(), got
source = json.load(open('made.run/run.json'))['source']
same(source, 'made.net', 'made.net')
same(source['imports'][0], 'parts/cell.net', 'parts/cell.net')
assert len(source['imports']) == 1 and source['params'] == {'width': '5'}
PY
check 'rundir/run.json has the source' python3 source.py
"$NETC" -S dense.net -o bare.c
check 'rundir/-S alone: compiles' cc -std=c11 -O1 -I"$BUILD/include" bare.c -o bare \
    "$BUILD/lib/libnetrt.a" $(sed -n 's/^LIBS = //p' "$ROOT/Makefile") ${SANITIZED:+-fsanitize=address,undefined}
status 'rundir/-S alone: runs' 0 ./bare --quiet --steps 2 --out bare.run
check 'rundir/-S alone: no source' grep -q '"source": null' bare.run/run.json

./dense --quiet --no-out --save weights.safetensors > out
status 'rundir/last loads' 0 ./dense --eval --json --load dense.whole/checkpoints/last.safetensors
value loss_test out > last.loss
status 'rundir/the weights of --save' 0 ./dense --eval --json --load weights.safetensors
check 'rundir/last holds the same weights' test "$(value loss_test out)" = "$(cat last.loss)"
status 'rundir/best loads' 0 ./dense --eval --json --load dense.whole/checkpoints/best.safetensors
check 'rundir/best is the least of the test losses' test "$(value loss_test out)" = \
    "$(sed -n 's/.*"loss_test":\([^,]*\),.*/\1/p' dense.whole/metrics.jsonl | sort -g | head -n 1)"

# what TensorBoard reads
events() { check "rundir/$1: events" python3 "$ROOT/tests/events.py" "$1" "$ROOT/runtime" "$2"; }
for name in dense images cells; do events $name.whole 0; done
status 'rundir/no histograms' 0 ./dense --quiet --set histograms=false --out plain
events plain 0
check 'rundir/no histograms in the events' sh -c '! LC_ALL=C grep -q _hist/ plain/events*'

# another reader of safetensors: the header, and that its arrays fill the file
cat > read.py <<'PY'
import json, struct, sys
data = open(sys.argv[1], 'rb').read()
n, = struct.unpack('<Q', data[:8])
header = json.loads(data[8:8 + n])
note = header.pop('__metadata__')
at = 0
for name, t in sorted(header.items(), key=lambda x: x[1]['data_offsets']):
    size = 4
    for d in t['shape']:
        size *= d
    assert t['dtype'] == 'F32' and t['data_offsets'] == [at, at + size], name
    at += size
assert 8 + n + at == len(data)
assert {'opt.exp_avg.h.weight', 'opt.exp_avg_sq.norm.bias', 'norm.running_var', 'h.weight'} <= set(header)
b, e = header['opt.exp_avg_sq.h.weight']['data_offsets']
squares = struct.unpack('<%df' % ((e - b) // 4), data[8 + n + b:8 + n + e])
assert min(squares) >= 0 < max(squares)
assert note['netc.step'] == '60' and note['netc.epochs'] == '2' and note['netc.updates'] == '60'
PY
check 'rundir/another reader' python3 read.py dense.whole/checkpoints/last.safetensors

# ---- The directory that no one named
mkdir -p home
numbered() { echo $(cd home; ls -d runs/* 2> /dev/null); }
status 'rundir/default' 0 sh -c 'cd home && ../dense --steps 2'
says 'rundir/default: said' err 'dense: the run is kept in runs/dense-1'
check 'rundir/default: named by its seed' test "$(numbered)" = runs/dense-1
cp home/runs/dense-1/run.json home/first
status 'rundir/default: again' 0 sh -c 'cd home && ../dense --quiet --steps 2 && ../dense --quiet --steps 2 && ../dense --quiet --seed 7 --steps 2'
check 'rundir/default: quiet' test ! -s err
check 'rundir/default: the next numbers' test "$(numbered)" = 'runs/dense-1 runs/dense-1-2 runs/dense-1-3 runs/dense-7'
check 'rundir/default: the first is as it was' cmp home/first home/runs/dense-1/run.json
for option in --dry-run --check-grad '--eval --load ../weights.safetensors' --help --version '--no-out --steps 2'; do
    # shellcheck disable=SC2086
    (cd home && rm -rf runs && ../dense $option) > out 2>&1
    check "rundir/default: $option makes none" test -s out -a ! -e home/runs
done
for turn in 1 2 3 4; do (cd home && exec ../dense --quiet --steps 2 > "out.$turn" 2>&1) & done
wait
check 'rundir/default: four at once' test "$(numbered)" = 'runs/dense-1 runs/dense-1-2 runs/dense-1-3 runs/dense-1-4'
status 'rundir/default: netc run' 0 sh -c 'cd home && "$0" run -O1 ../dense.net --quiet --steps 2' "$NETC"
check 'rundir/default: netc run keeps it too' test -e home/runs/dense-1-5/run.json
rm -rf home/runs
: > home/runs
status 'rundir/default: no place' 1 sh -c 'cd home && ../dense --quiet --steps 2'
sentence 'rundir/default: no place, sentence' 'runs/dense-1: cannot be made: Not a directory; --out DIR makes it elsewhere, --no-out none'

# ---- Stopped by a signal, at several steps, and resumed
steps_in() { test "$(grep -c '^step' "$1/metrics.csv" 2> err)" -ge "$2"; }
# It stands still while its steps are counted, so that it can't end before the signal.
holds_at() { kill -STOP $program; steps_in "$@" || { kill -CONT $program; return 1; }; }
stop_at() {     # stop_at NAME SIGNAL STATUS LINES : the run in NAME.stopped
    rm -rf "$1.stopped"
    "./$1" --data "$data" --checkpoint-every 1 --out "$1.stopped" > out 2> err & program=$!
    wait_until holds_at "$1.stopped" "$4"
    kill "-$2" $program
    kill -CONT $program
    wait $program 2> check.out
    stop_got=$?
    stop_step=$(fact steps_done "$1.stopped")
    check "rundir/$1: $2 after $4 lines: exit status" test $stop_got -eq "$3"
    check "rundir/$1: stopped at $stop_step" test "$(fact status "$1.stopped")" = stopped
}
goes_on() {     # goes_on NAME [OPTION...]
    on=$1; shift
    status "rundir/$on: resumed" 0 "./$on" --quiet --data "$data" --resume "$on.stopped" "$@"
    cp out "$on.stopped.said"
    same_run "rundir/$on: resumed at $stop_step" "$on.whole" "$on.stopped"
    events "$on.stopped" "$(ls "$on.stopped" | grep -c tfevents | awk '{ print $1 - 1 }')"
}
stop_at dense INT 130 2; goes_on dense --threads 1
stop_at dense TERM 143 14; goes_on dense
status 'rundir/stopped where an epoch ends' 0 ./dense --quiet --steps 25 --checkpoint-every 23 --keep 2 --out ended
cp ended/checkpoints/step-0000000023.safetensors ended/checkpoints/last.safetensors
status 'rundir/resumed where an epoch ends' 0 ./dense --quiet --steps 40 --resume ended
events ended 1
stop_at images TERM 143 5; goes_on images
stop_at images INT 130 30; goes_on images
stop_at cells TERM 143 11; goes_on cells

# resuming what is done changes nothing; more steps can follow where no rate depends on their number
goes_on dense
status 'rundir/half' 0 ./dense --quiet --steps 30 --set every=1000 --out half
status 'rundir/twice the half' 0 ./dense --quiet --steps 60 --resume half
check 'rundir/half: the same weights' cmp half/checkpoints/last.safetensors dense.whole/checkpoints/last.safetensors

# ---- Killed at random moments
# a moment of a run that takes `ms`
pause() { awk -v seed="$SEED" -v n="$1" -v ms="$2" 'BEGIN { srand(seed * 1000 + n); printf "%.3f\n", ms * rand() / 1000 }'; }
now() { echo $(($(date +%s%N) / 1000000)); }
for name in dense images cells; do
    rm -rf timed
    began=$(now)
    "./$name" --quiet --data "$data" --checkpoint-every 1 --out timed > out 2> err
    eval "ms_$name=$(($(now) - began))"
done
begin_or_go_on() {
    if [ -d "$name.killed" ]; then set -- --resume "$name.killed"; else set -- --out "$name.killed"; fi
    exec "./$name" --quiet --data "$data" --checkpoint-every 1 "$@"
}
# until so many kills have hit a run; one that had ended is none
killed=0 hits=0
while [ $hits -lt "$KILLS" ] && [ $killed -lt $((5 * KILLS)) ]; do
    case $((killed % 3)) in 0) name=dense ;; 1) name=images ;; *) name=cells ;; esac
    rm -rf "$name.killed"*
    for turn in 1 2; do         # the second kill hits the resumed run
        begin_or_go_on > killed.out 2> killed.err & program=$!
        eval "ms=\$ms_$name"
        sleep "$(pause $((2 * killed + turn)) $((ms * 3 / 4 / turn)))"
        kill -9 $program 2> check.out && hits=$((hits + 1))
        wait $program 2> check.out
    done
    (begin_or_go_on) > "$name.killed.said" 2> killed.err || {
        fail "rundir/kill $killed of $name" "$(cat killed.err)"
    }
    rm -rf "$name.killed".??????
    same_run "rundir/kill $killed of $name" "$name.whole" "$name.killed"
    [ $((killed % 5)) -ne 0 ] || events "$name.killed" "$(ls "$name.killed" | grep -c tfevents | awk '{ print $1 - 1 }')"
    killed=$((killed + 1))
done
check "rundir/kills that hit a run: $hits" test $hits -ge "$KILLS"

# ---- Refused
stop_at dense TERM 143 8
refuses 'rundir/exists' 2 'dense.whole exists, and no run directory is written over' ./dense --out dense.whole
refuses 'rundir/a file is there' 2 'read.py exists, and is not written over' ./dense --out read.py
check 'rundir/a file is there: no run to go on with' sh -c '! grep -q -e --resume err'
ln -s nowhere dangling
refuses 'rundir/a dangling link is there' 2 'dangling exists, and is not written over' ./dense --out dangling
refuses 'rundir/under a file' 1 'err.here: cannot be made: Not a directory' ./dense --out dense.net/err.here/run
refuses 'rundir/no run' 2 'nowhere/run.json: No such file' ./dense --resume nowhere
refuses 'rundir/another rate' 2 '--resume: lr was 0.01 and cannot become 0.02' ./dense --resume dense.stopped --lr 0.02
refuses 'rundir/another seed' 2 '--resume: seed was 1 and cannot become 2' ./dense --resume dense.stopped --seed 2
refuses 'rundir/another batch' 2 '--resume: batch was 64 and cannot become 32' ./dense --resume dense.stopped --batch 32
refuses 'rundir/longer, with a cosine' 2 '--resume: steps cannot change' ./images --data "$data" --resume images.stopped --steps 90
refuses 'rundir/fewer steps than done' 1 'steps are done, more than the 1 ' ./dense --resume dense.stopped --steps 1
refuses 'rundir/another gemm' 1 'gemm was "auto" and is "openblas"' ./dense --resume dense.stopped --gemm openblas
refuses 'rundir/another width' 1 'tensor h.weight is [32, 64], this program wants [24, 64]' ./narrow --resume dense.stopped
refuses 'rundir/another activation' 1 '--resume: h: act was' ./tanh --resume dense.stopped
refuses 'rundir/another optimizer' 2 'the run was of another program' ./other --resume cells.stopped
cp -r dense.stopped dropped
sed 's/dropout(0.2)/dropout(0.3)/' dense.net > dropping.net
"$NETC" -O1 dropping.net -o dropping 2> err
status 'rundir/another dropout' 0 ./dropping --quiet --resume dropped
sentence 'rundir/another dropout: warned' 'dropping: warning: the source is another than when the run began'
status 'rundir/the same source' 0 ./dense --quiet --resume dropped
check 'rundir/the same source: not warned' test ! -s err
refuses 'rundir/another net' 2 'the run was of another program' ./images --data "$data" --resume dense.stopped
for log in metrics.csv metrics.jsonl flow.jsonl; do
    rm -rf short && cp -r dense.stopped short
    head -n 3 dense.stopped/$log > short/$log
    refuses "rundir/$log cut short" 1 "short/$log: ends before step " ./dense --resume short
done
cp -r dense.stopped cut
head -c 3000 dense.stopped/checkpoints/last.safetensors > cut/checkpoints/last.safetensors
refuses 'rundir/a checkpoint cut short' 1 'last.safetensors' ./dense --resume cut
cp weights.safetensors cut/checkpoints/last.safetensors
refuses 'rundir/no optimiser in it' 1 'has no tensor opt.exp_avg.h.weight' ./dense --resume cut
cp dense.stopped/checkpoints/last.safetensors cut/checkpoints/last.safetensors
echo rubbish > cut/history.bin
refuses 'rundir/a damaged history' 1 'history.bin: is damaged' ./dense --resume cut
echo '{' > cut/run.json
refuses 'rundir/a damaged run.json' 2 'run.json: line ' ./dense --resume cut

# two processes in one directory
./dense --quiet --epochs 1000000 --checkpoint-every 1 --out busy > out 2> err & program=$!
wait_until steps_in busy 2
./dense --quiet --resume busy > busy.out 2> busy.err
check 'rundir/a second process' grep -q 'busy: another process is running in it' busy.err
kill -TERM $program
wait $program 2> check.out
check 'rundir/a second process: the first is left alone' test $? -eq 143
