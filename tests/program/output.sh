# output.sh -- standard output and standard error: where they go, how wide, in which language, as JSON.
. "$ROOT/tests/compiled.sh"
cc -std=c11 -D_GNU_SOURCE "$ROOT/tests/program/summary.c" -o summary -ljansson || exit 1
cat > deep.net <<'NET'
data = spirals(500, 3, 0.1, split = 0.8);
model {
    input [2];
    target class(3);
    repeat 24 as i {
        a_layer_with_quite_a_long_name = dense(16, act = sigmoid);
    }
    residual { inner = dense(16, act = relu); }
    drop = dropout(0.5);
    logits = dense(3);
}
train {
    loss = softmax_cross_entropy;
    optimizer = adam(lr = 0.01);
    clip = global_norm(1.0);
    batch = 32;
    epochs = 2;
}
expect {
    flow(a_layer_with_quite_a_long_name) + flow(a_layer_with_quite_a_long_name, step = 0) < loss.train + 5;
    accuracy.test >= 0;
}
NET
compile deep
columns() { LC_ALL=C.UTF-8 wc -L < "$1"; }      # characters, not bytes

# ---- JSON: 400 samples, 13 steps an epoch; steps 0 to 9 and the last are watched
events() {      # events NAME STEPS EPOCHS SUMMARIES OPTION...
    events_name=output/$1 steps=$2 epochs=$3 summaries=$4; shift 4
    status "$events_name" 0 ./deep --json --quiet "$@"
    check "$events_name: lines" sh -c './summary "$0" "$1" "$2" < out' "$steps" "$epochs" "$summaries"
}
events '--json' 11 2 1 --save deep.safetensors
events '--json --every 1' 26 2 1 --every 1
events '--json --every 5' 14 2 1 --every 5
events '--json --set every=5' 14 2 1 --set every=5
events '--json without histograms' 11 2 1 --set histograms=false
events '--json --eval' 0 0 1 --eval --load deep.safetensors
events '--json --steps 1' 1 1 1 --steps 1
status 'output/--json --dry-run' 0 ./deep --json --dry-run
says 'output/--json --dry-run: plan' out '{"event":"plan","name":"deep",'
check 'output/--json --dry-run: one line' test "$(wc -l < out)" -eq 1

# ---- Progress and results
status output/--quiet 0 ./deep --quiet
check 'output/--quiet: standard error is empty' test ! -s err
says 'output/--quiet: the report is there' out 'Gradient flow at step 25'
status output/progress 0 ./deep
check 'output/progress: a line an epoch' test "$(grep -cE '^epoch [12]/2: loss [0-9.]+, accuracy' err)" -eq 2
check 'output/progress: 80 columns' test "$(columns err)" -le 80
check 'output/progress: no control characters in a file' sh -c '! LC_ALL=C grep -q "[[:cntrl:]]" err'
status output/--every 0 ./deep --quiet --every 5
check 'output/--every: lines of steps' test "$(grep -cE '^step +[0-9]+ +loss ' out)" -eq 14
check 'output/--every: lines of epochs' test "$(grep -c '^epoch ' out)" -eq 2
status 'output/without --every' 0 ./deep --quiet
check 'output/without --every: none' test "$(grep -cE '^(step|epoch) ' out)" -eq 0
status output/--full 0 ./deep --quiet --full
check 'output/--full: every layer of the repeat, twice' test "$(grep -cE '^\.\..*\[[0-9]+\] ' out)" -eq 48
status output/--color=never 0 ./deep --quiet --color=never
check 'output/--color=never: no escapes' sh -c '! grep -q "$(printf "\033")" out'
cp out plain
status 'output/a file has no color' 0 ./deep --quiet
check 'output/a file has no color: no escapes' sh -c '! grep -q "$(printf "\033")" out'
status output/--color=always 0 env NO_COLOR=1 ./deep --quiet --color=always
check 'output/--color=always: escapes' grep -q "$(printf '\033')" out

# ---- Width
for width in 50 60 61 72 80 100 133; do
    status "output/--width $width" 0 ./deep --quiet --every 1 --width $width
    check "output/--width $width: no line is wider" test "$(columns out)" -le $width
    status "output/--width $width --full" 0 ./deep --quiet --full --width $width
    check "output/--width $width --full: no line is wider" test "$(columns out)" -le $width
done
status 'output/--width 40' 0 ./deep --quiet --width 40
check 'output/--width 40: the titles wrap' sh -c 'grep -q "^Gradient flow" out && ! grep -qE "^Gradient.{33}" out'
cat > recurrent.net <<'NET'
data = adding(20, 100, split = 0.8);
model { input [20, 2]; target [1]; mem = lstm(8); sum = dense(1); }
train { loss = mse; optimizer = adam(lr = 0.01); batch = 16; steps = 12; }
NET
compile recurrent
for width in 40 48 56; do
    status "output/recurrent --width $width" 0 ./recurrent --quiet --width $width
    check "output/recurrent --width $width: no line is wider" test "$(columns out)" -le $width
done
status 'output/80 columns by default' 0 ./deep --quiet --every 1
check 'output/80 columns by default: no line is wider' test "$(columns out)" -le 80

# ---- The locale: a German one writes 0,5; no report does
export LOCPATH="$PWD/locale"
mkdir locale
command -v localedef > check.out && localedef -i de_DE -f UTF-8 "$LOCPATH/de_DE.UTF-8" > check.out 2>&1
report() { env "$1" ./deep --quiet --lr 0.02 "$2" | sed 's/"seconds":[^,]*//g; s/[0-9.]* s, [0-9]* threads*//'; }
for form in --full --json --every=5; do
    report LC_ALL=C $form > c.out
    for locale in de_DE.UTF-8 C.UTF-8 no_such_locale; do
        report LC_ALL=$locale $form > other.out
        same "output/$form in $locale" c.out other.out
    done
done
unset LOCPATH

# ---- Standard output that cannot be written
status 'output/full disk' 1 sh -c './deep --quiet > /dev/full'
check 'output/full disk: one sentence' grep -q '^deep: error: standard output: ' err
check 'output/full disk: one line' test "$(wc -l < err)" -eq 1
status 'output/full disk, --every' 1 sh -c './deep --quiet --every 1 --epochs 1000000 > /dev/full'
sentence 'output/full disk, --every: at the first line' \
    'deep: error: standard output: No space left on device'
status 'output/full disk, --json' 1 sh -c './deep --quiet --json --epochs 1000000 > /dev/full'
sentence 'output/full disk, --json: at the first line' \
    'deep: error: standard output: No space left on device'
for option in --help --version --dry-run; do
    status "output/full disk, $option" 1 sh -c './deep $0 > /dev/full' $option
    sentence "output/full disk, $option: sentence" 'deep: error: standard output: '
done
status 'output/full disk, --save' 1 sh -c './deep --quiet --save full.safetensors > /dev/full'
status 'output/full disk, --save: the weights are there' 0 ./deep --dry-run --load full.safetensors

# a reader that goes away: no signal ends the program in silence
closed() {      # closed NAME OPTION...
    closed_name=$1; shift
    { ./deep --quiet --epochs 1000000 "$@" 2> err; echo $? > code; } | head -n 1 > out
    check "$closed_name: exit status 1" grep -qx 1 code
    sentence "$closed_name: sentence" 'deep: error: standard output: Broken pipe'
    check "$closed_name: the first line came" test -s out
}
closed 'output/closed pipe, --every' --every 1
closed 'output/closed pipe, --json' --json
status 'output/closed standard output' 1 sh -c './deep --quiet --save shut.safetensors >&-'
status 'output/closed standard output: the weights are whole' 0 ./deep --eval --load shut.safetensors
status 'output/closed standard error' 0 sh -c './deep --save shut.safetensors 2>&-'
status 'output/closed standard error: the weights are whole' 0 ./deep --eval --load shut.safetensors
status 'output/full standard error' 0 sh -c './deep 2> /dev/full'

# layers that do not reach the loss are no part of the flow
cat > unused.net <<'NET'
data = gaussian(64);
block two(units: int) {
    x = dense(units, act = tanh);
    y = dense(units, act = tanh);
}
model {
    input [16];
    target class(4);
    a = dense(8, act = tanh);
    d = dense(8, act = tanh);
    b = dense(9) from a;
    p = two(7) from a;
    q = two(7) from d;
    c = dense(9) from b;
    out = dense(4) from q;
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 16; epochs = 3; }
expect { flow > 0.001; }
NET
compile unused
status output/unused 0 ./unused --quiet
check 'output/unused: no nan' sh -c '! grep -qw nan out'
check 'output/unused: each is named' test "$(grep -cE '^(b|c|p\.x|p\.y) .* unused ' out)" -eq 8
check 'output/unused: and no other' test "$(grep -c unused out)" -eq 9     # the title
says 'output/unused: the flow' out 'between q.y and a'
says 'output/unused: no verdict' out 'Verdicts: none'
status output/unused/json 0 ./unused --quiet --json
check 'output/unused/json: the flow' sh -c 'tail -n 1 out | grep -qE "\"flow\":[0-9]"'

# ---- In a terminal: one line, redrawn, that never fills the last column
cat > widest.py <<'PY'
import re, sys
text = open(sys.argv[1], 'rb').read().decode()
lines = re.sub('\\x1b\\[[0-9;]*m', '', text).replace('\r\n', '\n').split('\n')
drawn = [x for line in lines for x in line.split('\r') if x.endswith('\x1b[K') and x != '\x1b[K']
assert drawn, 'no progress'
assert max(len(x) - 3 for x in drawn) <= int(sys.argv[2]) - 1, max(drawn, key=len)
plain = [line.split('\r')[-1].replace('\x1b[K', '') for line in lines]
assert max(map(len, plain)) <= int(sys.argv[2]), max(plain, key=len)
print(drawn[-1][:-3])
PY
in_terminal() { status "$1" 0 python3 "$ROOT/tests/terminal.py" "$2" "$3" ./deep --no-out --lr 1e-6 --epochs 99 --set batch=1 ${4-}; cp out screen; }
for columns in 60 80 120; do
    for language in C en_US.UTF-8; do
        name="output/terminal of $columns columns, $language"
        in_terminal "$name" $columns "TERM=xterm,LANG=$language"
        check "$name: fits" sh -c "python3 widest.py screen $columns > line"
        part='#'
        [ $language = C ] || part='█'
        check "$name: epoch, bar, share, loss, accuracy, time" grep -qE \
            "^epoch +[0-9]+/99 \\[.*$part.*\\] +[0-9]+%  loss [0-9.e-]+ *  acc +[0-9.]+%  .*[0-9]:[0-9][0-9] left$" line
        [ $language != C ] || check "$name: ASCII" sh -c '! LC_ALL=C grep -q "[^[:print:][:cntrl:]]" screen'
        [ $columns -lt 80 ] || says "$name: flow" line '  flow '
        [ $columns -lt 120 ] || check "$name: rate and speed" grep -qE '  lr 1e-6  [0-9k]+/s  ' line
        says "$name: colours" screen "$(printf '\033')[1m"
    done
done
in_terminal 'output/terminal, NO_COLOR' 80 TERM=xterm,LANG=C,NO_COLOR=1
check 'output/terminal, NO_COLOR: none' sh -c '! grep -q "$(printf "\033")\[[0-9;]*m" screen'
in_terminal 'output/terminal, --quiet' 80 TERM=xterm,LANG=C --quiet
check 'output/terminal, --quiet: no progress' sh -c '! grep -q left screen'
in_terminal 'output/dumb terminal' 80 TERM=dumb,LANG=C
check 'output/dumb terminal: plain lines' sh -c 'tr -d "\r" < screen | grep -qE "^epoch 99/99: loss " && ! grep -q "$(printf "\033")" screen'
