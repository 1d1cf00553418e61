# suggest.sh -- netc suggest: what it ranks first trains where the net as it is does not; its edits are
# minimal, compile, and go in by --apply as by --patch; every row of repairs.def is taken by some net.
. tests/say.sh
cc -std=c11 -D_GNU_SOURCE tests/json_lines.c -o "$WORK/json_lines" -ljansson || exit 1
cp -R tests/suggest/. "$WORK"
rows=$(sed -n 's/^REPAIR("\([a-z_]*\)".*/\1/p' compiler/repairs.def)
cd "$WORK" || exit 1
unset GIT_DIR GIT_WORK_TREE

# suggestions NET OPTION... : all of them, as text in said and as JSON in json
suggestions() {
    "$NETC" suggest --full "$@" > said 2> err && "$NETC" suggest --json "$@" > json
}

# vary NAME NET SED : another net
vary() { sed "$3" "$2.net" > "$1.net"; }

# ---- What is ranked first trains --------------------------------------------------------------------

# accuracy NET : on the test data, in percent
accuracy() {
    "$NETC" -O2 "$1" -o program 2> err && timeout 120 ./program --no-out --json --every 1000000 2> err |
        sed -n 's/.*"event":"summary".*"accuracy_test":\([0-9.e-]*\).*/\1/p' |
        awk '{ printf "%.1f\n", 100 * $1 }'
}
above() { awk -v x="$1" -v y="$2" 'BEGIN { exit !(x + 0 >= y) }'; }

# first_train NET OPTION... : the first three, applied, pass 90 % where it stays under 20 %
first_train() {
    name=${1%.net}
    before=$(accuracy "$1")
    if above "$before" 20; then fail "suggest/$name as it is" "$before %"; else
        ok "suggest/$name as it is: $before %"
    fi
    for number in 1 2 3; do
        cp "$1" applied.net
        "$NETC" suggest --apply $number applied.net 2> what
        after=$(accuracy applied.net)
        if above "$after" 90; then ok "suggest/$name, repair $number: $after %"; else
            fail "suggest/$name, repair $number" "$after %: $(cat what)"
        fi
    done
}
first_train sigmoid.net     # thirty layers

# loss NET : on the test data
loss() {
    "$NETC" -O2 "$1" -o program 2> err && timeout 120 ./program --no-out --json --every 1000000 2> err |
        sed -n 's/.*"event":"summary".*"loss_test":\([0-9.e-]*\).*/\1/p'
}

# A tanh cell does not learn to add two of fifty numbers; what is ranked first does.
before=$(loss adding.net)
if above "$before" 0.1; then ok "suggest/adding as it is: $before"; else
    fail 'suggest/adding as it is' "$before"
fi
cp adding.net applied.net
"$NETC" suggest --apply 1 applied.net 2> what
after=$(loss applied.net)
if above 0.01 "$after"; then ok "suggest/adding, repair 1: $after"; else
    fail 'suggest/adding, repair 1' "$after: $(cat what)"
fi

# Under sgd no cell does: the optimizer is changed with the cell, and its clip is a usual one.
sed 's/adam(lr = 0.01)/sgd(lr = 0.01)/; s/rnn(32)/rnn(32, recurrent_init = orthogonal(2))/' adding.net > plainly.net
"$NETC" suggest plainly.net > said
says 'suggest/a cell under sgd' said ' 1  gru, optimizer = adam(lr = 0.01) '
says 'suggest/a clip of a cell' said ' 2  lstm, clip = global_norm(5.0), '

# Inputs of a size that no initialiser expects: the repair is in the data.
awk 'BEGIN { srand(1); print "area,rooms,class"; for (i = 0; i < 300; i++) { a = 100 * (1 + rand()); b = rand()
    printf "%d,%.2fe6,%d\n", a, b, (a > 150) } }' > houses.csv
before=$(accuracy houses.net)
cp houses.net applied.net
"$NETC" suggest --apply 1 applied.net 2> what
after=$(accuracy applied.net)
if above 80 "$before" && above "$after" 90; then ok "suggest/houses, repair 1: $before to $after %"; else
    fail 'suggest/houses, repair 1' "$before to $after %: $(cat what)"
fi
says 'suggest/houses what' what 'applied.net: normalize = standard'
says 'suggest/houses data' applied.net 'data { train = csv("houses.csv", target = "class", split = 0.8); normalize = standard; }'
sed 's/^data.*/data {\n    train = csv("houses.csv", target = "class");\n    split = 0.8;\n}/' houses.net > block.net
"$NETC" suggest --patch block.net > patch.diff
says 'suggest/houses data block' patch.diff '+    normalize = standard;'

# A rate that is too high alone is lowered, at any scale.
sed 's/= 30/= 2/; s/= sigmoid/= relu/; s/= xavier_uniform/= he_normal/; s/lr = 0.1/lr = 50/' sigmoid.net > rate.net
"$NETC" suggest rate.net > said
says 'suggest/rate' said ' 1  lr = 0.2 '
says 'suggest/rate of' said 'netc check warns of rate-too-high'
# Momentum lengthens steps, in shallow nets too.
sed 's/= 30/= 2/; s/= sigmoid/= tanh/; s/sgd(lr = 0.1[^)]*)/sgd(lr = 2.0, momentum = 0.99)/' sigmoid.net > momentum.net
"$NETC" suggest momentum.net > said
says 'suggest/momentum' said 'decades too long for such a net'

# ---- Broken nets of every kind: each has repairs, and they are sound -----------------------------------

vary plain sigmoid 's/= 30/= 12/'
vary small sigmoid 's/= sigmoid/= tanh/; s/= xavier_uniform/= normal(0.01)/; s/= 30/= 20/'
vary exploding sigmoid 's/= sigmoid/= tanh/; s/= xavier_uniform/= normal(0.5)/; s/= 30/= 20/'
vary xavier sigmoid 's/= sigmoid/= relu/; s/= 30/= 50/'
vary zeros sigmoid 's/= xavier_uniform/= zeros/; s/= 30/= 3/'
vary normed sigmoid 's/h = dense.*/h = dense(64, bias = false); batchnorm; relu;/; /one width/d; s/= 30/= 24/
    /^param [pw]/d'
vary unscaled sigmoid 's/^ *h = dense.*/residual { h = dense(64, act = relu); }/; /one width/d; s/= 30/= 16/; /^param [pw]/d'
vary fast sigmoid 's/= sigmoid/= tanh/; s/= 30/= 8/; s/lr = 0.1/lr = 5.0/'
vary narrow sigmoid 's/= sigmoid/= relu/; s/xavier_uniform/orthogonal(1.41)/; s/dense(64, act/dense(6, act/; s/= 30/= 12/'
vary forgetful recurrent 's/rnn(16, .*)/lstm(16, forget_bias = -3.0)/'
vary gru recurrent 's/rnn(16, .*)/gru(16, recurrent_init = normal(0.01))/'
vary loop recurrent 's/rnn(16, .*)/rnn(16, act = relu, recurrent_init = identity)/; s/100, 4/20, 4/'
vary wide sigmoid 's/input  \[64\];/input [8, 8]; flatten;/; s/= 30/= 10/'
vary image sigmoid 's/input  \[64\];/& reshape([1, 8, 8]); conv(8, 3, pad = same);/
    s/dense(64, act/conv(8, 3, pad = same, act/; s/logits/flatten; &/; s/= 30/= 12/'
vary cut sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/^train {/&\n    clip = global_norm(1e-6);/'
vary endless sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/lr = 0.1/lr = 1e30/'
vary slow sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/lr = 0.1/lr = 1e-7/'
vary pixels sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/^data.*/data {\n    train = digits(split = 0.8);\n    scale = 100;\n}/'
vary clipped sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/dense(10)/dense(10, act = relu)/'
vary thin sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/^    logits/    thin = dense(1, act = tanh);\n&/'
vary idle sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/h = dense.*/residual(scale = 0.0) { h = dense(64, act = phi, init = w); }/; /one width/d'
vary dropped sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/^        h = /        dropout(0.95); &/'
vary pairs sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/h = dense.*/h = dense(64, bias = false); batchnorm; tanh;/; /one width/d; /^param [pw]/d; s/= 32/= 2/'
vary eps sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/sgd(lr = 0.1)/adam(lr = 0.001, eps = 1.0)/'
vary decayed sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/sgd(lr = 0.1)/adamw(lr = 0.001, decay = 2000.0)/'
vary penalised sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/^train {/&\n    regularize = l2(0.1);/'
vary warming sigmoid 's/= sigmoid/= tanh/; s/= 30/= 3/; s/cosine/cosine(warmup = 5000)/'
cp "$ROOT/tests/warnings/years.csv" .
sed 's/bias_init = zeros/bias = false/' "$ROOT/tests/warnings/target-mean.net" > years.net
cp "$ROOT/tests/warnings/redundant-bias.net" tidy.net
broken='plain straight imported recurrent small exploding xavier zeros normed unscaled fast narrow
    forgetful gru loop wide image houses cut endless slow pixels
    clipped thin idle years tidy dropped pairs eps decayed penalised warming'

# sound NET NUMBER : it compiles, is applied as it is patched, keeps a canonical form, and changes as many
# lines as it says
sound() {
    number=$2
    cp "$1" applied.net; cp "$1" patched.net
    "$NETC" suggest --patch "$number" "$1" > patch.diff || { echo "no repair $number"; return 1; }
    "$NETC" suggest --apply "$number" applied.net 2> err || { cat err; echo "no repair $number"; return 1; }
    cmp -s "$1" applied.net && { echo "repair $number changes nothing"; return 1; }
    sed "s|/$1|/patched.net|" patch.diff > renamed.diff
    git apply renamed.diff || { cat patch.diff; echo "git does not apply patch $number"; return 1; }
    cmp applied.net patched.net || { echo "patch $number is not what --apply makes"; return 1; }
    cp "$1" patched.net
    patch -s -p1 < renamed.diff || { echo "patch does not apply patch $number"; return 1; }
    cmp applied.net patched.net || { echo "patch $number is not what --apply makes"; return 1; }
    "$NETC" check applied.net > out 2> err || { cat err; echo "repair $number does not compile"; return 1; }
    ! "$NETC" fmt --check "$1" 2> err || "$NETC" fmt --check applied.net ||
        { echo "repair $number leaves the canonical form"; return 1; }
    lines=$(diff "$1" applied.net | awk '/^</ { less++ } /^>/ { more++ } END { print more + 0, less + 0 }')
    said=$(sed -n "$((number + 1))s/.*\"lines_added\":\([0-9]*\),\"lines_removed\":\([0-9]*\).*/\1 \2/p" json)
    [ "$lines" = "$said" ] || { echo "repair $number: $lines lines, not $said"; return 1; }
}

# no_harm : in json, no repair leaves most of what is over the limits, or a worse flow where that is not good
no_harm() {
    awk -F '[:,]' '
        { for (i = 1; i < NF; i++) { if ($i == "\"penalty\"") penalty = $(i + 1)
                                     if ($i == "\"decades\"") flow = $(i + 1) < 0 ? -$(i + 1) : $(i + 1) } }
        NR == 1 { whole = penalty; most = (flow > 1 ? flow : 1) + 0.1 }
        NR > 1 && (penalty > 0.8 * whole || flow > most) { print; bad = 1 }
        END { exit bad }' json
}

# numbers : in json, of the first repair and of those with a row that no net had before
numbers() {
    echo 1
    sed -n 's/.*"number":\([0-9]*\),"repairs":\[\([^]]*\)\].*/\1 \2/p' json | tr -d '"' | tr , ' ' |
        while read -r number names; do
            for row in $names; do
                grep -qx "$row" taken || { echo "$row" >> taken; echo "$number"; }
            done
        done
}

git init -q . 2> err
: > taken
for net in $broken; do
    case $net in
    plain | straight | imported | recurrent | houses) ;;    # in layouts of their own
    *) "$NETC" fmt "$net.net" || fail "suggest/$net in form" 'netc fmt' ;;
    esac
    status "suggest/$net" 0 suggestions "$net.net"
    check "suggest/$net: 80 columns" sh -c '! grep -E "^.{81}" said'
    check "suggest/$net: JSON" sh -c './json_lines < json'
    check "suggest/$net: none does harm" no_harm
    check "suggest/$net has repairs" grep -q '"event":"repair"' json
    for number in $(numbers | sort -un); do
        check "suggest/$net, repair $number" sound "$net.net" "$number"
    done
done
for row in $rows; do
    if grep -qx "$row" taken; then ok "suggest/row $row"; else fail "suggest/row $row" 'no net takes it'; fi
done

# What is written is what is first changed.
first() { "$NETC" suggest "$1.net" > said; says "suggest/$1: $2" said " 1  $2"; }
first cut 'clip = global_norm('
first endless 'lr = '
says 'suggest/endless: how far' said 'steps are 6.0 decades too long for such a net, or more'
first clipped 'act = linear'
first years 'bias_init = constant(1998.4)'
first tidy 'bias = false'
first thin 'units = 32'
first idle 'scale = learn(0)'
first dropped 'p = 0.2'
first pairs 'batch = 32'
first eps 'eps = 1e-8'
first decayed 'decay = 0.01'
first penalised 'l2 = 1e-4'
first warming 'warmup = '
first slow 'lr = 0.1'
first pixels 'normalize = standard in place of scale'
"$NETC" suggest plain.net > said
check 'suggest/plain: nothing of more than is told apart' sh -c '! grep -q ", or " said'
vary lost sigmoid 's/= 30/= 90/'
"$NETC" suggest lost.net > said
says 'suggest/lost: alike' said '1 - correlation is 10^-16.0, or less'
vary counts sigmoid 's/repeat depth/repeat 30/; s/^param depth.*//'
"$NETC" suggest --full counts.net > said
says 'suggest/counts' said 'iterations in place of 30'

# What it has no edit for is named.
sed 's/= sigmoid/= tanh/; s/= 30/= 3/; s/class(10)/[1]/; s/dense(10)/dense(1)/; s/^train {/&\n    loss = mse;/
    s/^data.*/data { train = digits(split = 0.8); limit = 20; }/' sigmoid.net > few.net
"$NETC" suggest few.net > said
says 'suggest/few' said 'netc check warns of batch-over-data'
# Data that cannot be read, or be learned from, is not called healthy without a word.
sed 's/digits(split = 0.8)/csv("nope.csv", target = "y")/; s/= 30/= 2/; s/= sigmoid/= tanh/' sigmoid.net > unread.net
status 'suggest/unread' 0 "$NETC" suggest unread.net
says 'suggest/unread is told' out 'unread cannot be judged, since its data is not known'
check 'suggest/unread is not called well' sh -c '! grep -q "nothing to mend" out'
says 'suggest/unread where' out 'the data could not be read, and was not looked at: nope.csv is not there'
check 'suggest/unread place' grep -q '^unread.net:[0-9]*:[0-9]*: the data' out
status 'suggest/stray' 0 "$NETC" suggest "$ROOT/tests/warnings/stray-words.net"
says 'suggest/stray is told' out 'cannot learn from its data (netc check tells why), and no edit'
status 'suggest/stray JSON' 0 "$NETC" suggest --json "$ROOT/tests/warnings/stray-words.net"
says 'suggest/stray JSON says' out '"healthy":false,"penalty":0'

# A rate that is too high is lowered in whatever else is done.
sed 's/= 30/= 6/; s/= sigmoid/= relu/; s/= xavier_uniform/= he_normal/; s/sgd(lr = 0.1)/sgd(lr = 1.0, momentum = 0.9)/' \
    sigmoid.net > high.net
"$NETC" suggest --full high.net > said
check 'suggest/high: every repair lowers the rate' sh -c '[ "$(grep -c "lr = " said)" -ge "$(grep -c "^ *[0-9][0-9]*  " said)" ]'
# One that is too low is raised in all of them.
sed 's/lr = 1.0, momentum = 0.9/lr = 1e-6/' high.net > low.net
"$NETC" suggest --full low.net > said
says 'suggest/low' said 'netc check warns of rate-too-low'
check 'suggest/low: every repair raises the rate' sh -c '[ "$(grep -c "lr = 0" said)" -eq "$(grep -c "^ *[0-9][0-9]*  " said)" ]'
# Long steps that are not warned of are told.
sed 's/lr = 1.0/lr = 0.1/' high.net > long.net
"$NETC" suggest long.net > said
says 'suggest/long' said 'first steps are 0.'

# Steps that a repair makes longer are shortened with it, in one that the base does not ail by.
sed 's/= 30/= 5/; s/= xavier_uniform/= auto/; s/= sigmoid/= relu/; s/input  \[64\];/& reshape([1, 8, 8]);/
    s/dense(64, act/conv(16, 3, pad = same, act/; s/^    logits/    global_avg_pool;\n&/
    s/sgd(lr = 0.1)/sgd(lr = 0.1, momentum = 0.9)/' sigmoid.net > longer.net
"$NETC" suggest --full longer.net > said
says 'suggest/longer' said 'phi = elu, lr = 0.02 '
check 'suggest/longer: none is offered by itself' sh -c '! grep -q "phi = elu  " said'
# A rate that is too low is raised though what else ails hides it.
sed 's/lr = 0.1/lr = 1e-7/' plain.net > hidden.net
"$NETC" suggest --full hidden.net > said
says 'suggest/hidden' said ' 1  phi = selu, lr = 0.005 '
# The output's activation, as a statement of its own, on its line or not.
sed 's/= sigmoid/= tanh/; s/= 30/= 3/; s/^    logits.*/    dense(10);\n    relu;     \/\/ clipped/' sigmoid.net > bent.net
"$NETC" suggest bent.net > said
says 'suggest/bent' said ' 1  no relu at the end '
cp bent.net applied.net
"$NETC" suggest --apply 1 applied.net 2> err
check 'suggest/bent applied' sh -c '! grep -q "    relu;" applied.net && "$0" check applied.net > out' "$NETC"
sed 's/^    dense(10);/    dense(10); sums = relu;/; /^    relu;/d' bent.net > named.net
"$NETC" suggest --patch named.net > patch.diff
says 'suggest/bent, with a name' patch.diff '+    dense(10); sums = linear;'
# A softmax that ends the body of a loop is read by the next iteration's weights.
sed 's/= 30/= 3/; s/h = dense.*/h = dense(64); softmax;/; /one width/d; /^param [pw]/d' sigmoid.net > turns.net
"$NETC" suggest turns.net > said
says 'suggest/turns' said 'act = relu '
# One layer of equal weights is told apart by what is behind it.
sed 's/= 30/= 1/; s/= sigmoid/= relu/; s/= xavier_uniform/= constant(0.05)/' sigmoid.net > equal.net
"$NETC" suggest equal.net > said
check 'suggest/equal' sh -c '! grep -q "units start equal" said'
sed 's/= 1;/= 3;/' equal.net > same.net
"$NETC" suggest same.net > said
says 'suggest/same' said 'units start equal and stay so'
# What is more than a double holds explodes.
sed 's/= 30/= 400/; s/= sigmoid/= relu/; s/= xavier_uniform/= normal(10.0)/' sigmoid.net > burst.net
"$NETC" suggest burst.net > said
says 'suggest/burst' said 'the gradient gains 60.0 decades on its way back, or more'
# Dropout in many layers is lighter in each.
sed 's/= sigmoid/= relu/; s/= xavier_uniform/= auto/; s/= 30/= 10/; s/^        h = /        dropout(0.5); &/' sigmoid.net > noisy.net
"$NETC" suggest noisy.net > said
says 'suggest/noisy' said ' 1  p = 0.05, '

# Outputs are held against the targets where the loss does not saturate.
priced() {      # priced NAME SIZE : targets up to that
    awk -v size="$2" 'BEGIN { print "area,price"; for (i = 0; i < 300; i++) printf "%d,%g\n", 3 * i, size * i / 300 }' > "$1.csv"
    cat > "$1.net" << END
data = csv("$1.csv", target = "price");
model { input [1]; target [1]; dense(32, act = relu); dense(1); }
train { optimizer = sgd(lr = 1e-9); loss = mse; batch = 16; epochs = 20; }
END
    "$NETC" suggest "$1.net" > said
    check "suggest/$1: targets are read" sh -c '! grep -q "could not be read" said'
    check "suggest/$1: nothing saturates" sh -c '! grep -q "loss starts saturated" said'
}
priced dear 100000
check 'suggest/dear: outputs are no larger than targets' sh -c '! grep -q "outputs differ" said'
priced cheap 1
says 'suggest/cheap: outputs are' said 'times as much as targets do, or more'

# What is only roughly forecast is said to be so, whatever it is called.
cat > smooth.net << END
data = digits(split = 0.8);
model {
    input  [1, 8, 8];
    target class(10);
    conv(16, 3, pad = same, act = relu);
    repeat 4 { residual { conv(16, 3, pad = same, init = zeros); } relu; }
    global_avg_pool;
    dense(10);
}
train { optimizer = sgd(lr = 0.01); batch = 32; epochs = 3; }
END
"$NETC" suggest smooth.net > said
says 'suggest/rough in a layer' said 'rough in dL/dW of conv: '
sed 's/^    input .*/    input  [64];/; s/^    conv.*/    dense(32); residual { tanh; }/; /repeat/d; /global/d' smooth.net > joined.net
"$NETC" suggest joined.net > said
says 'suggest/rough but healthy' said 'joined is healthy at initialisation'
says 'suggest/rough' said 'rough: paths of one tensor meet with no weight between them'
"$NETC" suggest --json joined.net > json
says 'suggest/rough in JSON' json '"rough":"paths of one tensor meet with no weight between them"}'

# The same twice; what is healthy once it is applied needs no more.
suggestions plain.net && cp json first
suggestions plain.net
same 'suggest/again' first json
cp plain.net applied.net
"$NETC" suggest --apply 1 applied.net 2> err
status 'suggest/mended' 0 "$NETC" suggest applied.net
says 'suggest/mended says' out 'applied is healthy at initialisation'
status 'suggest/mended JSON' 0 "$NETC" suggest --json applied.net
says 'suggest/mended JSON says' out '"healthy":true,"penalty":0,"ailments":[],"warnings":[],"repairs":0'

# ---- Edits: minimal, comments kept -------------------------------------------------------------------------

status 'suggest/standard input' 0 sh -c '"$0" suggest - < plain.net' "$NETC"
# number NAME NET OPTION... : which repair is of that row alone
number() { row=$1; shift; "$NETC" suggest --json "$@" | sed -n 's/.*"number":\([0-9]*\),"repairs":\["'"$row"'"\].*/\1/p'; }
"$NETC" suggest --patch "$(number tanh plain.net)" plain.net > patch.diff
says 'suggest/a param' patch.diff "+param phi:   activation = tanh;         // the textbook's culprit"
"$NETC" suggest --patch "$(number tanh -D phi=sigmoid plain.net)" -D phi=sigmoid plain.net > patch.diff
says 'suggest/a param of the command line' patch.diff '+        h = dense(64, act = tanh, init = w);     /* all of'
"$NETC" suggest --json plain.net > json
number=$(sed -n 's/.*"number":\([0-9]*\),"repairs":\["scaled_residual"\].*/\1/p' json)
"$NETC" suggest --patch "$number" plain.net > patch.diff
cat > wanted << 'END'
--- a/plain.net
+++ b/plain.net
@@ -9,8 +9,10 @@
     input  [64];
     target class(10);
     repeat depth as i {
-        h = dense(64, act = phi, init = w);     /* all of
-            one width */
+        residual(scale = 1 / sqrt(depth)) {
+            h = dense(64, act = phi, init = w);     /* all of
+                one width */
+        }
     }
     logits = dense(10);
 }
END
same 'suggest/residual' wanted patch.diff
suggestions imported.net
says 'suggest/imported' said 'not edited, since it is imported: parts/unit.net'
same 'suggest/imported stays' "$ROOT/tests/suggest/parts/unit.net" parts/unit.net

sed 's/init = w)/bias_init = ones, init = w)/' plain.net > started.net
"$NETC" suggest --patch started.net > patch.diff
says 'suggest/no start of a bias that goes' patch.diff '+        h = dense(64, bias = false, init = w);'

# Lines end as in the file; the mode and all names of the file stay.
sed 's/$/\r/' plain.net > applied.net
chmod 640 applied.net
ln -f applied.net second.net
ln -sf applied.net link.net
number=$("$NETC" suggest --json applied.net | sed -n 's/.*"number":\([0-9]*\),"repairs":\["scaled_residual"\].*/\1/p')
status 'suggest/CRLF' 0 "$NETC" suggest --apply "$number" link.net
check 'suggest/CRLF stays' sh -c '! grep -qv "$(printf "\r")\$" applied.net && grep -q "residual(scale" applied.net'
same 'suggest/hard link' applied.net second.net
check 'suggest/link' test -L link.net
check 'suggest/mode' test "$(stat -c %a applied.net)" = 640
[ "$(find . -name 'applied.net.*' | wc -l)" -eq 0 ] && ok 'suggest/no temporary' || fail 'suggest/no temporary' 'left'

# What layers want differently is told apart.
sed 's/^data.*/data = digits(split = 0.8);/; s/a = dense(64, act = sigmoid)/a = dense(64, act = relu, init = zeros)/; /b = \|c = \|sigmoid;/d
    /dense(48/d; s/dense(10)/z = dense(10, init = zeros)/' straight.net > zero.net
"$NETC" suggest zero.net > said
says 'suggest/two values' said 'init = he_normal (a), init = xavier_uniform (z)'

# ---- What cannot be ---------------------------------------------------------------------------------------

sed '/^train/,$d' sigmoid.net > part.net
status 'suggest/no train block' 1 "$NETC" suggest part.net
sentence 'suggest/no train block says' 'netc: part.net: there is no train block, and without one no forecast'
sed 's/sigmoid;/sigmiod;/' sigmoid.net > wrong.net
status 'suggest/mistake' 1 "$NETC" suggest wrong.net
says 'suggest/mistake says' err "did you mean 'sigmoid'?"
status 'suggest/no such number' 2 "$NETC" suggest --apply 99 sigmoid.net
sentence 'suggest/no such number says' 'netc: there is no repair 99'
same 'suggest/nothing is written' "$ROOT/tests/suggest/sigmoid.net" sigmoid.net
status 'suggest/--apply of nothing' 2 "$NETC" suggest sigmoid.net --apply
status 'suggest/--apply 0' 2 "$NETC" suggest --apply 0 sigmoid.net
sentence 'suggest/--apply 0 says' "--apply takes the number of a repair, not '0'"
status 'suggest/--apply elsewhere' 2 "$NETC" check --apply 1 sigmoid.net
for option in '--apply 1' --patch; do
    # shellcheck disable=SC2086
    status "suggest/--json $option" 2 "$NETC" suggest --json $option sigmoid.net
    sentence "suggest/--json $option says" 'prints no JSON: --json goes with the list of repairs'
done
status 'suggest/both' 2 "$NETC" suggest --apply 1 --patch sigmoid.net
status 'suggest/standard input is not written' 2 "$NETC" suggest --apply 1 -
status 'suggest/two files' 2 "$NETC" suggest sigmoid.net straight.net
status 'suggest/no such file' 1 "$NETC" suggest missing.net
mkdir -p locked && cp sigmoid.net locked/net.net && chmod 555 locked
[ "$(id -u)" -eq 0 ] || status 'suggest/a folder that cannot be written' 2 "$NETC" suggest --apply 1 locked/net.net
chmod 755 locked

# ---- A thousand layers ---------------------------------------------------------------------------------------

[ -n "$SANITIZED" ] && exit 0
vary thousand sigmoid 's/= sigmoid/= tanh/; s/= 30/= 1000/'
sed 's/= 1000/= 3000/' thousand.net > thousands.net
status 'suggest/thousands' 0 "$NETC" suggest thousands.net
says 'suggest/thousands: what is left out' out 'which promise least, were not tried; --full tries all'
status 'suggest/thousand' 0 "$NETC" suggest thousand.net
