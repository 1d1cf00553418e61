# sweep.sh -- netc sweep: programs that points share, runs of the same bits as alone, killed and gone on,
# points that fail, what stands in its folder, Slurm's script, and what is refused.
cd "$WORK" || exit 1
. "$ROOT/tests/compiled.sh"

cat > small.net <<'NET'
param depth: int;
param phi: activation = sigmoid;
param rate: real = 0.1;
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    repeat depth { h = dense(16, act = phi); }
    logits = dense(10);
}
train { optimizer = sgd(lr = rate); steps = 12; }
sweep {
    phi in [sigmoid, relu];
    depth in 2..3;
    rate in [0.1, 1e-2];
    batch in [16, 64];
    where phi == relu || depth < 3;
    where batch > 16 || rate > 0.05;
}
NET
# compare FOLDER : results.csv without seconds
without_seconds() { awk -F, -v OFS=, '{ $(NF - 2) = ""; print }' "$1/results.csv"; }

# ---- A whole sweep
status 'sweep/small' 0 "$NETC" sweep small.net -O1 --out 'a folder' -j 2
says 'sweep/small: summary' out 'small: 9 points of 3 programs: 9 done'
check 'sweep/small: 80 columns' awk 'length > 80 { bad = 1 } END { exit bad }' out
check 'sweep/small: programs' test "$(ls 'a folder/bin' | wc -l)" -eq 3
[ "$SANITIZED" ] ||
    check 'sweep/small: programs without symbols' test -z "$(nm 'a folder/bin/1' 2> nm.err)"
status 'sweep/small: programs for training alone' 1 'a folder/bin/1' --check-grad
check 'sweep/small: runs' test "$(ls 'a folder/runs' | wc -l)" -eq 9
says 'sweep/small: names' 'a folder/points.txt' '2-sigmoid-2-0.1-64'
check 'sweep/small: csv' test "$(head -n 1 'a folder/results.csv')" = 'point,phi,depth,rate,batch,status,exit_status,loss_train,loss_test,accuracy_train,accuracy_test,flow_first,flow_last,predicted_flow,seconds,warnings,run'
check 'sweep/small: rows' awk -F, 'NF != 17 || (NR > 1 && ($6 != "done" || $7 != 0 || !($10 < 1) || !($11 > 0) || !($14 > 0))) { bad = 1 } END { exit bad || NR != 10 }' 'a folder/results.csv'
# the same bits as a program of its own: another rate, and a smaller batch than the program's
mkdir one
sed 's/^train {/train { batch = 16;/' small.net > one/small.net
"$NETC" run -O1 -D phi=relu -D depth=3 -D rate=0.1 one/small.net --quiet --out alone > out 2> err
check 'sweep/small: a run alone is the same' cmp alone/checkpoints/last.safetensors \
    'a folder/runs/7-relu-3-0.1-16/checkpoints/last.safetensors'
check 'sweep/small: the forecast is that of netc check' test \
    "$(awk -F, '$1 == "7-relu-3-0.1-16" { printf "%.6g", $14 }' 'a folder/results.csv')" = \
    "$("$NETC" check --json -D phi=relu -D depth=3 one/small.net > one/json; value flow one/json | awk '{ printf "%.6g", $1 }')"
sed 's/^train {/train { batch = 64;/' small.net > one/small.net
"$NETC" run -O1 -D phi=sigmoid -D depth=2 -D rate=0.01 one/small.net --quiet --out other > out 2> err
check 'sweep/small: and with another rate' cmp other/checkpoints/last.safetensors \
    'a folder/runs/3-sigmoid-2-0.01-64/checkpoints/last.safetensors'

check 'sweep/small: params of the point, not of the program it shares' grep -q '"rate": "0.01"' \
    'a folder/runs/3-sigmoid-2-0.01-64/run.json'

# once more: nothing is compiled or run again
touch before
status 'sweep/again' 0 "$NETC" sweep small.net -O1 --out 'a folder' -j 2
check 'sweep/again: nothing was done again' test -z "$(find 'a folder/bin' 'a folder/runs' -type f -newer before)"
check 'sweep/make by hand' make -s -C 'a folder' 7-relu-3-0.1-16
sed 's/dense(16/dense(12/' small.net > one/small.net
refuses 'sweep/another sweep' 2 'a folder holds another sweep' "$NETC" sweep one/small.net -O1 --out 'a folder'
refuses 'sweep/another option' 2 'a folder holds another sweep' "$NETC" sweep small.net -O1 --out 'a folder' -- --steps 20

# a number of the source that all points share is the sweep's, though their programs are the same
cat > shares.net <<'NET'
param rate: real = 0.1;
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    dense(10);
}
train {
    optimizer = sgd(lr = rate, momentum = 0.5);
    clip = norm(limit = 1.0);
    regularize = l2(0.001);
    epochs = 1;
}
observe { every = 5; }
sweep { batch in [16, 64]; }
NET
status 'sweep/numbers' 0 "$NETC" sweep shares.net -O1 --out shares
status 'sweep/numbers: the same' 0 "$NETC" sweep shares.net -O1 --out shares
while read -r key edit; do
    sed "$edit" shares.net > one/shares.net
    check "sweep/numbers: $key is edited" sh -c '! cmp -s shares.net one/shares.net'
    refuses "sweep/numbers: $key" 2 'shares holds another sweep' "$NETC" sweep one/shares.net -O1 --out shares
done <<'EDITS'
rate s/real = 0.1/real = 0.2/
momentum s/0.5/0.25/
limit s/limit = 1.0/limit = 2.0/
l2 s/0.001/0.002/
epochs s/epochs = 1/epochs = 2/
every s/every = 5/every = 6/
EDITS
refuses 'sweep/numbers: -D' 2 'shares holds another sweep' "$NETC" sweep shares.net -D rate=0.2 -O1 --out shares

# words that the programs refuse, before anything is written
refuses 'sweep/an unknown word' 2 'unknown option --epohcs; did you mean --epochs?' "$NETC" sweep small.net --out unmade -- --epohcs 3
refuses 'sweep/a number without an option' 2 "for the programs: '3' is not an option" "$NETC" sweep small.net --out unmade -- 3
refuses 'sweep/a missing file' 2 '--load missing.safetensors: No such file or directory' "$NETC" sweep small.net --out unmade -- --load missing.safetensors
refuses 'sweep/epochs and steps' 2 'epochs and steps: only one can be given' "$NETC" sweep small.net --out unmade -- --epochs 2 --steps 2
sed 's|lr = rate|lr = 0.1|; s|rate in.*|optimizer in [sgd(0.1, momentum = 0.5), adam(0.01)];|; /param rate/d; /where batch/d' small.net > kinds.net
refuses 'sweep/a word for some' 2 "for the program of point 03-sigmoid-2-adam_0.01-16: 'momentum' is not read by this program: its optimizer is adam" "$NETC" sweep kinds.net --out unmade -- --set momentum=0.1
check 'sweep/refused words: nothing was written' test ! -e unmade

# a folder in which nothing has run is another's to take
status 'sweep/nothing has run' 5 "$NETC" sweep small.net -O1 --out taken -- --data . --load small.net
check 'sweep/nothing has run: no run' test -z "$(ls taken/runs)"
status 'sweep/taken over' 0 "$NETC" sweep small.net -O1 --out taken -- --steps 3
says 'sweep/taken over: all' out '9 done'
refuses 'sweep/not taken over' 2 'taken holds another sweep' "$NETC" sweep small.net -O1 --out taken
mkdir foreign foreign/bin
echo '{ "netc": 1 }' > foreign/sweep.json
refuses 'sweep/a folder of others' 2 'foreign holds another sweep' "$NETC" sweep small.net -O1 --out foreign

# ---- The page
cat > page.py <<'PY'
import sys
from html.parser import HTMLParser
class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.links, self.tags, self.cells = [], [], {}, 0
    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            assert name in ('lang', 'charset', 'name', 'content', 'class', 'href', 'title', 'scope', 'open', 'id'), name
            if name == 'href':
                assert not value.startswith(('http', '//', 'javascript')), value
                self.links.append(value)
        if tag not in ('meta', 'wbr'):
            self.stack.append(tag)
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag
page = Page()
page.feed(open(sys.argv[1], encoding='utf-8').read())
assert page.stack == []
assert page.tags['table'] == int(sys.argv[2]), page.tags
assert len(page.links) == int(sys.argv[3]), len(page.links)
assert not {'script', 'link', 'img', 'iframe'} & set(page.tags)
assert page.tags['html'] == page.tags['main'] == page.tags['h1'] == 1
PY
# four axes: six pairs, for each four choices of the others, three maps; a legend and the points
# a point stands in each pair's maps once, and in the table; results.csv
python3 -c 0 2> err && check 'sweep/page' python3 page.py 'a folder/index.html' $((6 * 4 * 3 + 2)) $((6 * 3 * 9 + 9 + 1))
says 'sweep/page: a cell leads to its run' 'a folder/index.html' 'href="runs/7-relu-3-0.1-16/report.html"'
says 'sweep/page: the source, escaped' 'a folder/index.html' 'phi == relu || depth &lt; 3'

# ---- Several seeds: two axes beside the seed, so three pairs, the last two of single points
cat > seeds.net <<'NET'
param phi: activation = sigmoid;
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    repeat 4 { h = dense(16, act = phi); }
    logits = dense(10);
}
train { optimizer = sgd(lr = 0.1); steps = 12; }
sweep {
    phi in [sigmoid, relu];
    seed in 1..3;
    lr in [0.1, 1.0, 1e30];
    where phi == relu || seed < 3;
    where phi == relu || lr < 1.0;
}
NET
status 'sweep/seeds' 5 "$NETC" sweep seeds.net -O1 --out seeds
says 'sweep/seeds: the file is named' out 'seeds/index.html, results.csv, seeds.csv'
check 'sweep/seeds: rows' test "$(cut -d, -f 1-4 seeds/seeds.csv | tr '\n' ' ')" = 'phi,lr,points,ended sigmoid,0.1,2,2 relu,0.1,3,3 relu,1.0,3,3 relu,1e30,3,3 '
awk -F, -v OFS=, '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
        key = $at["phi"] "," $at["lr"]
        if (!(key in n)) { order[++rows] = key; least[key] = 1e9; low[key] = 1e9; most[key] = 0; high[key] = 0 }
        n[key]++
        flow = $at["flow_first"]; decades[key] += log(flow); if (flow < low[key]) low[key] = flow; if (flow > high[key]) high[key] = flow
        if ($at["status"] != "done") next
        x = $at["accuracy_test"]; done[key]++; sum[key] += x; if (x < least[key]) least[key] = x; if (x > most[key]) most[key] = x
    }
    END {
        for (i = 1; i <= rows; i++) {
            key = order[i]
            accuracy = done[key] ? sprintf("%.6g,%.6g,%.6g", sum[key] / done[key], least[key], most[key]) : ",,"
            printf "%s,%s,%.6g,%.6g,%.6g\n", key, accuracy, exp(decades[key] / n[key]), low[key], high[key]
        }
    }' seeds/results.csv > seeds.want
awk -F, -v OFS=, '
    function six(x) { return x == "" ? "" : sprintf("%.6g", x) }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { a = at["accuracy_test_mean"]; f = at["flow_first_mean"]; print $1, $2, six($a), six($(a + 1)), six($(a + 2)), six($f), six($(f + 1)), six($(f + 2)) }' seeds/seeds.csv > seeds.is
same 'sweep/seeds: mean, least and largest' seeds.want seeds.is
# phi by lr over seeds: 3 maps; phi by seed for each lr and seed by lr for each phi: 3 x 3 + 2 x 3; legend, seeds, points
python3 -c 0 2> err && check 'sweep/seeds: page' python3 page.py seeds/index.html $((3 + 9 + 6 + 3)) $((3 * 4 + 11 * 3 * 2 + 11 + 11 + 2))
says 'sweep/seeds: a cell leads to its seeds' seeds/index.html '<a href="#seeds-0">'
says 'sweep/seeds: which are a row' seeds/index.html '<tr id="seeds-0">'
says 'sweep/seeds: none of them has an accuracy' seeds/index.html '<small>0 of 3</small>'

# ---- Killed, stopped, gone on
ended() { test "$(grep -l '"status": "done"' long/runs/*/run.json 2> err | wc -l)" -ge "$1"; }
sed 's/steps = 12/steps = 4000/; s/rate in.*/seed in 1..2;/; /batch in/d; /where batch/d' small.net > long.net
status 'sweep/long' 0 "$NETC" sweep long.net -O1 --out whole -j 2
"$NETC" sweep long.net -O1 --out long -j 2 > out 2> err & sweep=$!
wait_until ended 2
refuses 'sweep/a second one' 2 'long: a sweep is running in it' "$NETC" sweep long.net -O1 --out long
kill -9 $sweep
wait $sweep 2> check.out
check 'sweep/killed: not all is done' test "$(grep -l '"status": "done"' long/runs/*/run.json | wc -l)" -lt 6
alone() { flock -n long true; }     # what it ran has ended, too
check 'sweep/killed: nothing is left running' wait_until alone
rm long/make.log
"$NETC" sweep long.net -O1 --out long -j 2 > out 2> err & sweep=$!
wait_until test -e long/make.log
kill -TERM $sweep
wait $sweep 2> check.out
check 'sweep/stopped: exit status' test $? -eq 143
says 'sweep/stopped: sentence' err 'netc: stopped; the same command goes on in long'
says 'sweep/stopped: the results so far' long/results.csv ',done,0,'
status 'sweep/gone on' 0 "$NETC" sweep long.net -O1 --out long -j 2
without_seconds whole > whole.csv
without_seconds long > long.csv
same 'sweep/gone on: the same results' whole.csv long.csv
for point in $(cat whole/points.txt); do
    same "sweep/gone on: $point" whole/runs/$point/checkpoints/last.safetensors long/runs/$point/checkpoints/last.safetensors
done

# signals that netc was started to ignore, as by nohup and in the background, do not stop it
(trap '' HUP INT; exec "$NETC" sweep long.net -O1 --out ignores -j 2) > out 2> err & sweep=$!
wait_until test -e ignores/make.log
kill -HUP $sweep
kill -INT $sweep
wait $sweep
check 'sweep/ignored signals: exit status' test $? -eq 0
says 'sweep/ignored signals: all is done' out '6 done'

# ---- Points that fail, and names that a shell would read
cat > odd.net <<'NET'
param file: string = "x.csv";
param units: int = 8;
param most: real = 10.0;
data = csv(file, target = "class", split = 0.5);
model {
    input [4];
    target class(3);
    h = dense(units, act = relu);
    dense(3);
}
train { optimizer = sgd(lr = 0.1); batch = 5; epochs = 2; }
expect { loss.train < most; }
sweep {
    file  in ["x.csv", "a b$(touch pwned)'<b>&.csv", "missing.csv"];
    units in [8, -1];
    most  in [10.0, 1e-9];
    lr    in [0.1, 1e30];
}
NET
cp "$ROOT/examples/data/iris.csv" x.csv
sed -i '1s/.*/a,b,c,d,class/' x.csv
cp x.csv "a b\$(touch pwned)'<b>&.csv"
status 'sweep/odd' 5 "$NETC" sweep odd.net -O1 --out odd
says 'sweep/odd: a point that does not compile' err 'netc: point 05-x.csv--1-10.0-0.1 does not compile (file = "x.csv", units = -1, most = 10.0, lr = 0.1): odd.net:8:15: error: '
says 'sweep/odd: summary' out 'odd: 24 points of 6 programs: 2 done, 2 expectation failed, 4 diverged, 4 failed, 12 does not compile'
says 'sweep/odd: reason' out 'missing.csv'
check 'sweep/odd: no command was run' test ! -e pwned -a ! -e odd/pwned
says 'sweep/odd: the page escapes' odd/index.html 'a b$(touch pwned)&#39;&lt;b&gt;&amp;.csv'
python3 -c 0 2> err && check 'sweep/odd: page' python3 page.py odd/index.html $(((4 + 4 + 4 + 6 + 6 + 6) * 3 + 2)) $((6 * 3 * 24 + 24 + 1))
cp x.csv missing.csv
status 'sweep/odd: what failed is tried again' 5 "$NETC" sweep odd.net -O1 --out odd
says 'sweep/odd: and now it goes' out 'odd: 24 points of 6 programs: 3 done, 3 expectation failed, 6 diverged, 12 does not compile'

# values are handed on whole, and a param may be called as a column is
cat > whole.net <<'NET'
param status: string = "";
data = csv(status, target = "class", split = 0.5);
model {
    input [4];
    target class(3);
    dense(3);
}
train { optimizer = sgd(lr = 0.1); batch = 5; epochs = 2; }
sweep {
    status in ["q\"u\\o.csv"];
    schedule in [step(at = [1, 2, 3, 4, 5, 6, 7, 8, 9], factor = 0.5), step(at = [1, 2, 3, 4, 5, 6, 7, 8, 10], factor = 0.5)];
}
NET
cp x.csv 'q"u\o.csv'
status 'sweep/whole values' 0 "$NETC" sweep whole.net -O1 --out values
says 'sweep/whole values: columns' values/results.csv 'point,axis.status,schedule,status,'
says 'sweep/whole values: of a list' values/point "--set 'at=1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,10.0'"

cat > columns.net <<'NET'
param points: int = 8;
param loss_train_mean: real = 0.1;
param status: int = 1;
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    dense(points, act = relu);
    dense(10 * status);
}
train { optimizer = sgd(lr = loss_train_mean); steps = 2; }
sweep { points in [8]; loss_train_mean in [0.1]; status in [1]; seed in 1..2; }
NET
status 'sweep/columns' 0 "$NETC" sweep columns.net -O1 --out columns
says 'sweep/columns: results.csv' columns/results.csv 'point,points,loss_train_mean,axis.status,seed,status,'
says 'sweep/columns: seeds.csv' columns/seeds.csv 'axis.points,axis.loss_train_mean,axis.status,points,ended,loss_train_mean,'
check 'sweep/columns: each once' test -z "$(head -n 1 columns/seeds.csv | tr , '\n' | sort | uniq -d)"
says 'sweep/columns: one program' columns/index.html '; 1 program.'
check 'sweep/columns: nothing vanishes, nothing is foretold' test -z "$(grep foretold columns/index.html)"

# a point that cannot go on has failed, with its reason
sed -i 's/"status": "done"/"status": "running"/' columns/runs/1-*/run.json
rm columns/results/1-*.json
last=$(ls columns/runs/1-*/checkpoints/last.safetensors)
head -c 100 "$last" > half && cp half "$last"
status 'sweep/broken checkpoint' 5 "$NETC" sweep columns.net -O1 --out columns
says 'sweep/broken checkpoint: reason' out '1 done, 1 failed'
says 'sweep/broken checkpoint: of the program' out 'failed: columns: error: '
facts=$(ls columns/runs/2-*/run.json)
head -c 100 "$facts" > half && cp half "$facts"
status 'sweep/broken run.json' 5 "$NETC" sweep columns.net -O1 --out columns
says 'sweep/broken run.json: reason' out ': 2 failed'
check 'sweep/broken run.json: both reasons' test "$(grep -c ' failed: columns: error: ' out)" -eq 2
check 'sweep/broken run.json: the script goes through' test -z "$(grep 'Illegal number' columns/make.log)"

# a failure is that of this attempt: the second point fails anew after the first has run for a while
cat > again.net <<'NET'
param file: string = "x.csv";
data = csv(file, target = "class", split = 0.5);
model {
    input [4];
    target class(3);
    h = dense(64, act = tanh);
    dense(3);
}
train { optimizer = sgd(lr = 0.01); batch = 5; epochs = 2000; }
sweep { file in ["late.csv", "broken.csv"]; }
NET
status 'sweep/fails' 5 "$NETC" sweep again.net -O1 --out again -j 1
says 'sweep/fails: reason' out '2-broken.csv failed: again: error: broken.csv: cannot open'
cp x.csv late.csv
echo 'a,b' > broken.csv
status 'sweep/fails anew' 5 "$NETC" sweep again.net -O1 --out again -j 1
says 'sweep/fails anew: what goes' out '1 done, 1 failed'
check 'sweep/fails anew: not the old reason' test -z "$(grep 'No such file' out)"

# a point that does not compile leaves the others alone, and a reason is never empty
cat > batch.net <<'NET'
param units: int = 16;
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    h = dense(units, act = relu);
    dense(10);
}
train { optimizer = sgd(lr = 0.1); steps = 3; }
sweep { batch in [32, 100000000]; }
NET
status 'sweep/batch' 5 "$NETC" sweep batch.net -O1 --out batch
says 'sweep/batch: the small one runs' out 'batch: 2 points of 1 program: 1 done, 1 does not compile'
sed 's/^sweep.*/sweep { units in [16, 100000]; batch in [1, 30000]; }/' batch.net > shared.net
status 'sweep/shared batch' 5 "$NETC" sweep shared.net -O1 --out shared --slurm
says 'sweep/shared batch: reason' out '3-100000-1 does not compile: in batches of 30000, the largest of the sweep: shared.net:'

# what could not be written is not named
rm batch/index.html
mkdir batch/index.html
status 'sweep/no page' 2 "$NETC" sweep batch.net -O1 --out batch
says 'sweep/no page: summary' out '1 done, 1 does not compile'
check 'sweep/no page: it is not named' test -z "$(grep index.html out)"

# a name has an end
{
    sed '/^sweep {/,$d; s/^param depth: int/&= 1/' small.net
    for i in 1 2 3 4 5 6; do echo "param p$i: string = \"\";"; done
    echo 'sweep {'
    for i in 1 2 3 4 5 6; do echo "p$i in [\"a long value without an end, of axis $i\"];"; done
    echo '}'
} > names.net
status 'sweep/names' 0 "$NETC" sweep names.net -O1 --out names
check 'sweep/names: length' awk 'length > 100 { bad = 1 } END { exit bad || NR != 1 }' names/points.txt

# ---- Slurm's script, with Slurm's programs played
status 'sweep/slurm' 0 "$NETC" sweep small.net -O1 --out slurm --slurm
says 'sweep/slurm: array' slurm/sweep.sbatch '#SBATCH --array=1-9'
says 'sweep/slurm: what to do' out '9 to run: in slurm, sbatch'
mkdir played
printf '#!/bin/sh\nshift\nexec "$@"\n' > played/srun
printf '#!/bin/sh\necho "$@" >> scontrol.said\n' > played/scontrol
chmod +x played/*
task() { (cd slurm && PATH=$WORK/played:$PATH SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$1 SLURM_CPUS_PER_TASK=1 sh sweep.sbatch); }
for i in 2 3 4 6; do status "sweep/slurm: task $i" 0 task $i; done
status 'sweep/slurm: what is left' 0 "$NETC" sweep small.net -O1 --out slurm --slurm
says 'sweep/slurm: array of what is left' slurm/sweep.sbatch '#SBATCH --array=1,5,7-9'
says 'sweep/slurm: results so far' out 'small: 9 points of 3 programs: 4 done, 5 not run'
status 'sweep/slurm: the rest here' 0 "$NETC" sweep small.net -O1 --out slurm
without_seconds slurm > slurm.csv
without_seconds 'a folder' > small.csv
same 'sweep/slurm: the same results' small.csv slurm.csv
# the signal before the limit reaches the program; the task is put back
status 'sweep/slurm: long' 0 "$NETC" sweep long.net -O1 --out long.slurm --slurm -- --steps 100000
task_of_long() { cd long.slurm && PATH=$WORK/played:$PATH SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=1 sh sweep.sbatch; }
(task_of_long) > out 2> err & task=$!
first=$(head -n 1 long.slurm/points.txt)
wait_until test -s long.slurm/runs/$first/metrics.csv
kill -TERM "$(pgrep -f "^bin/1 .*--out runs/$first ")"
wait $task
check 'sweep/slurm: stopped' grep -q '"status": "stopped"' long.slurm/runs/$first/run.json
says 'sweep/slurm: put back' long.slurm/scontrol.said 'requeue 7_1'

# ---- Refused
sed '/^sweep {/,$d' small.net > none.net
refuses 'sweep/none' 1 "none.net has no 'sweep' block: there is nothing to sweep over" "$NETC" sweep -D depth=1 none.net
refuses 'sweep/fixed' 2 '-D phi: the sweep of small.net varies it' "$NETC" sweep -D phi=tanh small.net --out refused
refuses 'sweep/a file' 2 'small.net: cannot be opened: Not a directory' "$NETC" sweep small.net --out small.net
refuses 'sweep/under a file' 2 'small.net/here: cannot be made: Not a directory' "$NETC" sweep small.net --out small.net/here
refuses 'sweep/not empty' 2 'played is not the folder of a sweep, and not empty' "$NETC" sweep small.net --out played
refuses 'sweep/--lr' 2 "--lr: the points of the sweep differ in 'lr'" "$NETC" sweep small.net --out refused -- --lr 0.5
refuses 'sweep/--set' 2 "the points of the sweep differ in 'batch'" "$NETC" sweep small.net --out refused -- --set batch=3
refuses 'sweep/--out' 2 '--out: not in a sweep' "$NETC" sweep small.net --out refused -- --out x
refuses 'sweep/--predict' 2 '--predict: not in a sweep' "$NETC" sweep small.net --out refused -- --predict x
refuses 'sweep/--replay' 2 '--replay: not in a sweep' "$NETC" sweep small.net --out refused -- --replay=x
refuses 'sweep/stdin' 2 'a sweep takes a file' "$NETC" sweep -
refuses 'sweep/-S' 2 "-S does not go with 'netc sweep'" "$NETC" sweep -S small.net
refuses 'sweep/-j' 2 '-j takes the number of runs at once' "$NETC" sweep small.net -j x
refuses 'sweep/elsewhere' 2 "--slurm belongs to 'netc sweep'" "$NETC" small.net --slurm
sed 's/where phi.*/where depth > 5;/' small.net > empty.net
refuses 'sweep/no point' 1 "the sweep's 'where' leaves no point" "$NETC" sweep empty.net
