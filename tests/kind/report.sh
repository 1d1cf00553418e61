# report.sh -- report.html and netc report: what is in the page, that it runs nothing foreign and fetches
# nothing, that it can be read in a browser; and directories that are no run's, or damaged.
cd "$WORK" || exit 1
. "$ROOT/tests/compiled.sh"

cat > deep.net <<'NET'
// </script></pre><script>window.hacked = 1</script><img src=x onerror="window.hacked=2">
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    stem = dense(32, act = sigmoid);
    repeat 4 as i {
        residual { h = dense(32, act = sigmoid); }
    }
    logits = dense(10);
}
train {
    loss = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1);
    clip = global_norm(1.0);
    batch = 32;
    steps = 60;
}
observe { every = 5; }
NET
sed 's/lr = 0.1/lr = 1e20/; s/sigmoid/linear/' deep.net > broken.net
compile deep -O1
compile broken -O1
status 'report/run' 0 ./deep.program --quiet --out run
status 'report/diverged run' 3 ./broken.program --quiet --out diverged
page=run/report.html

# ---- What is in the page
for part in '<meta http-equiv="Content-Security-Policy" content="default-src '"'none'" 'id="heat"' \
    'id="loss-drawn"' 'id="verdicts"' 'id="source"' 'data:image/png;base64,' 'prefers-color-scheme' \
    '@media print'; do
    says "report/has $part" $page "$part"
done
says 'report/the source is text' $page '&lt;/script&gt;&lt;/pre&gt;&lt;script&gt;window.hacked'
check 'report/no markup of others' sh -c "! grep -qi '<img\|<script>window' $page"
check 'report/no address' sh -c "! grep -qiE 'https?:|sourceMapping|@import|url\(.?[a-z]+:' $page"
says 'report/diverged: hatched' diverged/report.html 'fill="url(#lost)"'
says 'report/diverged: the verdict' diverged/report.html '<b>diverged'
tr -d ' \n' < run/run.json > facts
says 'report/the graph' facts '"edges":[["","stem"],["stem","h[0]"],["stem","residual[0]"],["h[0]","residual[0]"],["residual[0]","h[1]"],'
says 'report/the graph is drawn' $page '>residual[3]  <tspan class="dim">residual  [32]</tspan>'
check 'report/four skips' test "$(grep -c 'class="skip"' $page)" -eq 4
check 'report/small' test "$(($(wc -c < $page) - $(wc -c < /usr/share/javascript/dygraphs/dygraph.min.js)))" -lt 1000000

# ---- Its script
if command -v node > node.path; then
    for script in "$ROOT"/runtime/page/*.js "$ROOT/tests/browser.js"; do
        check "report/node --check $(basename "$script")" node --check "$script"
    done
    node "$ROOT/tests/browser.js" $page
else
    fail 'report/node' 'node is missing: make test installs it'
fi

# ---- netc report
cp $page before.html
status 'report/again' 0 "$NETC" report run
same 'report/again: the same page' before.html $page
status 'report/-o' 0 "$NETC" report run/ -o here.html
same 'report/-o: the same page' before.html here.html
refuse() { status "report/$1" 1 "$NETC" report "$2"; sentence "report/$1: sentence" "$3"; }
refuse 'nothing there' nothing 'nothing: there is no such run directory'
refuse 'a file' deep.net 'deep.net: is not a run directory'
mkdir empty && refuse 'empty' empty 'empty: holds no run.json: it is not the directory of a run'
mkdir other && echo '{"name": "x"}' > other/run.json
refuse 'foreign' other 'other/run.json: is not of a run of netc'
echo '{"name": "x",' > other/run.json && refuse 'torn run.json' other 'other/run.json: line'
for file in metrics flow; do
    cp -r run "no.$file" && rm "no.$file/$file.jsonl"
    refuse "no $file" "no.$file" "no.$file/$file.jsonl: No such file"
    mkdir "no.$file/$file.jsonl"
    refuse "unreadable $file" "no.$file" "no.$file/$file.jsonl: cannot be read: Is a directory"
done
status 'report/no directory is named' 2 "$NETC" report
cp -r run locked && rm locked/report.html
cp -r run killed && rm killed/summary.json && sed -i 's/"done"/"running"/' killed/run.json
for file in metrics flow; do printf '{"event":"st' >> killed/$file.jsonl; done
status 'report/a killed run' 0 "$NETC" report killed
says 'report/a killed run: no verdict' killed/report.html 'was killed'
cp -r run going
./deep.program --quiet --steps 10000000 --resume going > going.out 2>&1 & program=$!
wait_until grep -q '"status": "running"' going/run.json
kill -9 $program && wait $program 2> check.out
status 'report/killed after it was resumed' 0 "$NETC" report going
says 'report/killed after it was resumed: no verdict' going/report.html 'was killed'

# ---- Logs of a run that has ended, cut
for file in metrics flow; do
    cp -r run "cut.$file" && sed -i '/"step":40,/,$d' "cut.$file/$file.jsonl"
    status "report/cut $file" 0 "$NETC" report "cut.$file"
    sentence "report/cut $file: sentence" "cut.$file/$file.jsonl was cut: its last step is 35, and run.json tells of 60 steps"
    says "report/cut $file: the page" "cut.$file/report.html" "$file.jsonl was cut:</b> it ends at step 35"
    : > "cut.$file/$file.jsonl"
    status "report/empty $file" 0 "$NETC" report --text "cut.$file"
    sentence "report/empty $file: sentence" "cut.$file/$file.jsonl was cut: it holds no step, and"
done
status 'report/whole logs' 0 "$NETC" report run
check 'report/whole logs: no sentence' test ! -s err

# ---- What cannot be written
status 'report/no folder' 2 "$NETC" report run -o nowhere/page.html
sentence 'report/no folder: sentence' 'cannot write nowhere/page.html: No such file'
status 'report/a full disk' 2 "$NETC" report run -o /dev/full
sentence 'report/a full disk: sentence' 'cannot write /dev/full: No space left'
status 'report/a full disk: --text' 2 sh -c "'$NETC' report --text run > /dev/full"
status 'report/over a log' 2 "$NETC" report run -o run/flow.jsonl
sentence 'report/over a log: sentence' 'cannot write run/flow.jsonl: it is read for this'
status 'report/-o -' 0 "$NETC" report run -o -
same 'report/-o -: the same page' $page out

# ---- Several runs, and the terminal
sed 's/lr = 0.1/lr = 0.01/; s/sigmoid/tanh/' deep.net > tanh.net
compile tanh -O1
status 'report/another run' 0 ./tanh.program --quiet --steps 30 --out second
status 'report/two runs' 0 "$NETC" report run second -o runs.html
says 'report/two runs: a setting that differs' runs.html '<tr><th>lr</th><td>0.1</td><td>0.01</td></tr>'
check 'report/two runs: none that does not' sh -c '! grep -q "<th>batch</th>" runs.html'
check 'report/two runs: no address' sh -c "! grep -qiE 'https?:|sourceMapping' runs.html"
node "$ROOT/tests/browser.js" runs.html
sed 's/stem/first/; s/h = dense/g = dense/; s/logits/last/' deep.net > other.net
compile other -O1
status 'report/a run of other layers' 0 ./other.program --quiet --steps 3 --out others
status 'report/runs without a layer in common' 0 "$NETC" report run others -o others.html
node "$ROOT/tests/browser.js" others.html
check 'report/two runs: no groups' sh -c '! grep -q "id=.each" runs.html'
for seed in 2 3; do
    status "report/seed $seed" 0 ./deep.program --quiet --seed $seed --out "seed$seed"
done
status 'report/seeds' 0 "$NETC" report run seed2 second seed3 -o seeds.html
says 'report/seeds: one column' seeds.html '<tr><th></th><th>run and 2 of other seeds</th><th>second</th></tr>'
says 'report/seeds: settings' seeds.html '<tr><th>seed</th><td>1, 2, 3</td><td>1</td></tr>'
loss() { sed -n 's/^  "loss_train": \([0-9.]*\).*/\1/p; s/.*"loss_train":\([0-9.]*\).*/\1/p' "$1/summary.json" | head -n 1; }
check 'report/seeds: mean and range' grep -q "$(for x in run seed2 seed3; do loss $x; done | sort -g | awk '
    function figure(v) { return sprintf("%.2f", v) }
    { x[NR] = $1; sum += $1 }
    END { print "<th>train loss</th><td>" figure(sum / NR) " (" figure(x[1]) " to " figure(x[NR]) ")</td>" }')" seeds.html
node "$ROOT/tests/browser.js" seeds.html
for pair in 'seed2 1e-2' 'seed3 1e-6'; do
    cp -r "${pair% *}" "far${pair% *}"
    sed -i "1s/\"flow\":[^,]*/\"flow\":${pair#* }/" "far${pair% *}/flow.jsonl"
done
status 'report/far apart' 0 "$NETC" report farseed2 farseed3 -o far.html
says 'report/far apart: the mean of the decades' far.html '<th>flow, first step</th><td>1.0e-4 (1.0e-6 to 0.0100)</td>'
# Of another seed, but of another imported file, or begun with the weights of another run.
for init in he_normal zeros; do
    mkdir $init
    echo "block wide() { h = dense(16, act = relu, init = $init); }" > $init/part.net
    cat > $init/main.net <<'NET'
import "part.net";
data = digits(split = 0.8);
model { input [64]; target class(10); wide(); logits = dense(10); }
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 32; steps = 3; }
NET
    "$NETC" -O1 -Wno-symmetric-units $init/main.net -o $init/main > log 2>&1
done
./he_normal/main --quiet --seed 1 --out he_normal/run > log 2>&1
./zeros/main --quiet --seed 2 --out zeros/run > log 2>&1
./he_normal/main --quiet --seed 3 --load he_normal/run/checkpoints/last.safetensors --out he_normal/on > log 2>&1
./he_normal/main --quiet --seed 4 --out he_normal/more > log 2>&1
status 'report/no seeds' 0 "$NETC" report he_normal/run zeros/run he_normal/on he_normal/more -o parts.html
says 'report/no seeds: of other imports or weights' parts.html '<th>he_normal/run and 1 of other seeds</th><th>zeros/run</th><th>he_normal/on</th></tr>'
status 'report/--text' 0 "$NETC" report --text run
says 'report/--text: the map' out 'logits            '
status 'report/--text of five' 0 "$NETC" report --text run second diverged run second
check 'report/--text: 80 columns' awk 'length($0) > 80 { exit 1 }' out
cp out text && "$NETC" report --text run > out && cat text >> out
check 'report/--text of one: 80 columns' awk 'length($0) > 80 { exit 1 }' out
status 'report/two runs, one of them none' 1 "$NETC" report run nothing -o not.html
sentence 'report/two runs, one of them none: sentence' 'nothing: there is no such run directory'
check 'report/two runs, one of them none: no page' test ! -e not.html

# ---- Long values, names that are not UTF-8, choices that run.json has as codes
cat > noted.net <<'NET'
param note: string = "a";
data = digits(split = 0.8);
model { input [64]; target class(10); h1 = dense(8, act = tanh); h2 = dense(8, act = tanh); out = dense(10); }
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 32; steps = 4; }
NET
long=$(printf 'é%.0s' $(seq 130))
compile noted -O0 && status 'report/a short value' 0 ./noted.program --quiet --out short
READING=" between h2 and h1" node "$ROOT/tests/browser.js" short/report.html
for end in 1 2; do
    compile_to "long$end" noted -O0 -D "note=\"x$long$end\""
    status "report/long value $end" 0 "./long$end" --quiet --out "long.$end"
done
status 'report/--text of a long value' 0 "$NETC" report --text long.1 short
check 'report/--text of a long value: its end' grep -q '^note .*é1"  *"a"$' out
check 'report/--text of a long value: UTF-8' iconv -f UTF-8 -t UTF-16 -o utf16 out
status 'report/long values' 0 "$NETC" report long.1 long.2 -o long.html
says 'report/long values: whole' long.html "<tr><th>note</th><td>&quot;x${long}1&quot;</td><td>&quot;x${long}2&quot;</td></tr>"
latin=$(printf 'r\351sum\351')
cp -r short "$latin"
status 'report/a name that is not UTF-8' 0 "$NETC" report "$latin" long.1 -o latin.html
says 'report/a name that is not UTF-8: its column' latin.html '<tr><th></th><th>r?sum?</th><th>long.1</th></tr>'
check 'report/a name that is not UTF-8: the page' iconv -f UTF-8 -t UTF-16 -o utf16 latin.html
cp -r short coded
sed -i 's/"loss": 0,/"loss": 2,/; s/"schedule": 0,/"schedule": 3,/' coded/run.json
status 'report/codes' 0 "$NETC" report short coded -o coded.html
says 'report/codes: the schedule' coded.html '<tr><th>schedule</th><td>constant</td><td>cosine</td></tr>'
says 'report/codes: the loss' coded.html '<tr><th>loss</th><td>softmax_cross_entropy</td><td>mse</td></tr>'

# ---- Names that are markup, from a directory that someone else wrote
cp -r run hostile
sed -i 's|logits|</script><script>window.hacked=1;//|g; s|"name": "deep"|"name": "<img src=x onerror=hacked=1>"|' \
    hostile/run.json hostile/flow.jsonl hostile/summary.json
status 'report/hostile names' 0 "$NETC" report hostile
check 'report/hostile names are text' sh -c "! grep -qi '<img\|</script><script>window' hostile/report.html"

# ---- Damage: one sentence or a page, never a crash
cat > damage.awk <<'AWK'
# A part of a file is overwritten, repeated or cut off, as SEED says.
BEGIN { RS = "\001"; srand(SEED) }
{
    at = int(rand() * length($0)) + 1; n = int(rand() * 12) + 1; kind = int(rand() * 5)
    word = substr("null[]{}-1e308\"\"999999999:,<", int(rand() * 22) + 1, n)
    if (kind == 0) printf "%s", substr($0, 1, at)
    else if (kind == 1) printf "%s%s%s", substr($0, 1, at), substr($0, at), substr($0, at + n)
    else printf "%s%s%s", substr($0, 1, at - 1), word, substr($0, at + n)
}
AWK
damaged=0
for seed in $(seq 1 "${DAMAGES:=100}"); do
    file=$(echo run.json metrics.jsonl flow.jsonl summary.json | cut -d' ' -f$((seed % 4 + 1)))
    rm -rf damaged && mkdir damaged && cp run/*.json run/*.jsonl damaged
    awk -v SEED="$seed" -f damage.awk "run/$file" > "damaged/$file"
    "$NETC" report damaged > out 2> err
    got=$?
    if [ $got -gt 1 ] || [ "$(grep -vc '^netc: warning: damaged/.* was cut: ' err)" -ne $got ]; then
        head -5 err
        fail "report/damage $seed of $file" "exit status $got"
        damaged=1
    fi
done
[ $damaged -eq 0 ] && ok "report/$DAMAGES damaged directories"
