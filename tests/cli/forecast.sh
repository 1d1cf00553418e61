# forecast.sh -- what netc check takes the inputs for: the data where it can be read.
. "$ROOT/tests/say.sh"
cat > net.net <<'END'
data = csv("sub/points.csv", target = "class");
model {
    input  [2];
    target class(2);
    h = dense(8, act = tanh);
    dense(2);
}
train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1);
    batch     = 4;
}
END
mkdir sub other other/sub
{ echo 'a,b,class'; for i in 1 2 3 4 5 6 7 8; do echo "1$i,-2$i,$((i % 2))"; done; } > points

status 'forecast/without data' 0 "$NETC" check net.net
says 'forecast/without data says so' out 'forecast for unit normal inputs in batches of 4'
says 'forecast/without data says why' out '(sub/points.csv is not there)'
status 'forecast/without data as JSON' 0 "$NETC" check --json net.net
says 'forecast/without data as JSON says why' out '"input":"unit normal inputs","unread":"sub/points.csv is not there"'

cp points sub/points.csv
status 'forecast/data' 0 "$NETC" check net.net
says 'forecast/data is named' out 'forecast for 8 samples of sub/points.csv in batches of 4'
cp out beside
status 'forecast/data as JSON' 0 "$NETC" check --json net.net
says 'forecast/data as JSON is named' out '"input":"8 samples of sub/points.csv","unread":null'
(cd other && "$NETC" check ../net.net) > elsewhere
same 'forecast/same from elsewhere' beside elsewhere
mv sub/points.csv other/sub
status 'forecast/--data' 0 "$NETC" check --data other net.net
same 'forecast/--data is the same' beside out
status 'forecast/--data=' 0 "$NETC" check --data=other net.net
same 'forecast/--data= is the same' beside out
status 'forecast/from standard input' 0 sh -c '"$NETC" check --data other - < net.net'
says 'forecast/from standard input reads' out 'forecast for 8 samples of sub/points.csv'
sed -i 's/batch     = 4;/batch = 4; steps = 1;/' net.net
status 'forecast/run --data' 0 "$NETC" run net.net --data other --json --quiet --no-out
grep -o '"predicted_delta_rms":[^,}]*' out > of_run
status 'forecast/a program built beside its data' 0 "$NETC" --data other net.net -o program
status 'forecast/that program' 0 ./program --data other --json --quiet --no-out
grep -o '"predicted_delta_rms":[^,}]*' out > of_program
same 'forecast/run --data forecasts for that data' of_program of_run
status 'forecast/a program built without data' 0 "$NETC" net.net -o program
status 'forecast/this program' 0 ./program --data other --json --quiet --no-out
grep -o '"predicted_delta_rms":[^,}]*' out > of_program
check 'forecast/its forecast is another' sh -c '! cmp -s of_program of_run'
status 'forecast/--data without a folder' 2 "$NETC" check net.net --data

# what is there but cannot be read is told, and costs nothing
unread() {      # unread NAME TEXT
    status "forecast/$1" 0 timeout 10 "$NETC" check net.net
    says "forecast/$1 is unit normal" out 'forecast for unit normal inputs'
    says "forecast/$1 says why" out "$2"
    check "forecast/$1 ends on standard output" test ! -s err
}
sed 's/^11,/eleven,/' points > sub/points.csv
unread 'no number' "sub/points.csv:2: column 1 (a) holds 'eleven', a number is wanted"
: > sub/points.csv
unread 'empty' 'is empty'
head -c 70000 /dev/zero > sub/points.csv
unread 'zeros' 'a zero byte'
gzip < points | head -c 40 > sub/points.csv
unread 'cut gzip' 'the file ends inside its gzip data'
sed 's/^11,/1e999,/' points > sub/points.csv
unread 'too large a number' 'which is too large'
sed 's/^11,/1e30,/' points > sub/points.csv
status 'forecast/large numbers' 0 "$NETC" check net.net
says 'forecast/large numbers are taken' out 'forecast for 8 samples'
rm sub/points.csv; mkfifo sub/points.csv
unread 'a pipe' 'a regular file is wanted'
rm sub/points.csv; mkdir sub/points.csv
unread 'a folder' 'a regular file is wanted'
rmdir sub/points.csv; printf 'a,b,class\n1,2,0\n' > sub/points.csv
status 'forecast/one sample' 0 "$NETC" check net.net
says 'forecast/one sample is one' out 'forecast for 1 sample of sub/points.csv'

# a file that grows far beyond what is read costs no more
{ echo 'a,b,class'; yes '1.5,-2.5,0
2.5,1.5,1'; } | head -c 200000000 > sub/points.csv
status 'forecast/large file' 0 timeout 10 "$NETC" check net.net
says 'forecast/large file is read' out 'samples of sub/points.csv'
[ -n "$SANITIZED" ] || check 'forecast/large file in little memory' sh -c '(ulimit -v 400000; "$NETC" check net.net)'
rm sub/points.csv

# work is bounded: large windows are sampled, what is larger than the walk can take is told
whole() {       # whole INPUT LAYERS...
    echo 'data = gaussian(100, 1);'
    echo "model { input $1; target class(10); $2 dense(10); }"
    echo 'train { optimizer = sgd(lr = 0.05); batch = 4; epochs = 1; }'
}
whole '[3, 1000, 1000]' 'conv(8, 3, pad = same); max_pool(999); flatten;' > large.net
status 'forecast/large window' 0 timeout 20 "$NETC" check large.net
says 'forecast/large window is sampled' out 'rough: maxima over windows of more than 20 x 20 places'
whole '[3, 4000, 4000]' 'conv(8, 3, pad = same); max_pool(7, stride = 1, pad = 3); global_avg_pool;' > large.net
status 'forecast/large images' 0 timeout 10 "$NETC" check large.net
says 'forecast/large images have none' out 'large: no forecast: its tensors have '
status 'forecast/large images as JSON' 0 "$NETC" check --json large.net
says 'forecast/large images as JSON say why' out '"rough":"its tensors have '
status 'forecast/large images, suggest' 1 "$NETC" suggest large.net
says 'forecast/large images, suggest says why' err 'no forecast: its tensors have '
echo 'expect { predicted.flow > 1e-3; }' >> large.net
status 'forecast/large images, expect' 1 "$NETC" check large.net
says 'forecast/large images, expect says why' err 'there is no forecast to hold to this'
whole '[1, 256, 256]' 'avg_pool(255, stride = 1, pad = 127); flatten;' > large.net
status 'forecast/large mean' 0 timeout 10 "$NETC" check large.net
says 'forecast/large mean has none' out 'large: no forecast: its tensors have '
[ -n "$SANITIZED" ] || check 'forecast/large images in little memory' sh -c '(ulimit -v 400000; "$NETC" check large.net)'

# long sequences and stacks in bounded time; what is lost to the range of numbers is no number
time_net() {    # time_net STEPS LAYER
    echo "data = adding($1, 20);"
    echo "model { input [$1, 2]; target [1]; $2 dense(1); }"
    echo 'train { optimizer = sgd(lr = 0.05); loss = mse; batch = 4; epochs = 1; }'
}
time_net 9000 'mem = lstm(16);' > steps.net
status 'forecast/lost steps' 0 timeout 20 "$NETC" check steps.net
says 'forecast/lost steps: no number' out '  under 1e-140 at the first, '
says 'forecast/lost steps: the warning' err 'more than a double can hold over 9000 steps, to under 1e-140'
time_net 100000 'mem = rnn(8, act = relu);' > steps.net
status 'forecast/many steps' 0 timeout 20 "$NETC" check steps.net
says 'forecast/many steps are rough' out 'rough: recurrent layers run over so many steps'
time_net 200 'mem = rnn(16, act = linear, recurrent_init = normal(2));' > steps.net
status 'forecast/steps past all range' 0 "$NETC" check steps.net
says 'forecast/steps past all range are told' out 'dL/dz over 200 steps is not finite'
check 'forecast/steps past all range: no clip at nothing' sh -c '! grep -qF "global_norm(0)" err'
past() {        # past LAYERS: a net of digits whose numbers leave all range
    echo 'data = digits(split = 0.8);'
    echo "model { input [64]; target class(10); $1 dense(10); }"
    echo 'train { optimizer = sgd(lr = 0.1); batch = 32; epochs = 1; }'
}
past 'repeat 6 as i { h = dense(32, act = gelu, init = normal(1e300)); }' > range.net
status 'forecast/weights past all range' 0 "$NETC" check range.net
check 'forecast/weights past all range: no nan, no inf' sh -c '! grep -qwiE "nan|inf" out err'
says 'forecast/weights past all range: said' err 'dL/dz past the range of double'
past 'dense(16); repeat 6 as i { residual(scale = 1e30) { h = dense(16, act = relu); } }' > range.net
status 'forecast/sums past all range' 0 "$NETC" check range.net
says 'forecast/sums past all range: said' err "residual sums multiply their input's square past the range"
check 'forecast/sums past all range: no nan, no inf' sh -c '! grep -qwiE "nan|inf" out err'

# what is rough says by what
number() {      # number FEATURES TARGET OUTPUTS LOSS
    echo 'data = csv("sub/none.csv", target = "y");'
    echo "model { input [$1]; target $2; dense(64, act = tanh); dense($3); }"
    echo "train { optimizer = sgd(lr = 0.05); loss = $4; batch = 32; epochs = 1; }"
}
number 1 '[1]' 1 mse > number.net
status 'forecast/numbers of one number' 0 "$NETC" check number.net
says 'forecast/numbers of one number are rough' out 'rough: samples of one number all lie on a line'
for net in '1 class(3) 3 softmax_cross_entropy' '2 [1] 1 mse'; do
    # shellcheck disable=SC2086
    number $net > number.net
    status "forecast/numbers: $net" 0 "$NETC" check number.net
    check "forecast/numbers: $net is not rough" sh -c '! grep -qF rough out'
done
past 'dense(256, act = relu, bias_init = constant(-3)); dense(256, act = relu);' > dead.net
status 'forecast/wide and dead' 0 "$NETC" check dead.net
says 'forecast/wide and dead: rough by what it is' out 'rough: nets differ by decades from draw to draw'

# what is said stays within a terminal, however long names are
narrow() {      # narrow NAME: of the file said.net
    status "forecast/$1" 0 "$NETC" check said.net
    check "forecast/$1: 80 columns" sh -c '! LC_ALL=C.UTF-8 grep -E "^.{81}" out'
}
past 'a_rather_long_name_for_a_hidden_layer = dense(64, init = zeros);
    repeat 3 as i { the_other_name_that_is_even_longer_than_that_of_the_first_one = dense(64, act = relu); }' > said.net
narrow 'long names'
says 'forecast/long names: a sentence on two lines' out '  is zero, or under the smallest float, 1.4e-45'
past 'a_rather_long_name_for_a_hidden_layer = dense(64); repeat 9 { residual(scale = learn(0)) { dense(64); } }' |
    sed 's/dense(10)/a_name_of_twenty_four = dense(10, init = zeros)/' > said.net
narrow 'a last layer of zeros'
says 'forecast/a last layer of zeros: past it' out ' to the first layer'
whole '[1, 8, 8]' 'conv(16, 3, pad = same); repeat 8 { residual { conv(16, 3, pad = same); } relu; } global_avg_pool;' |
    sed 's/gaussian(100, 1)/digits(split = 0.8)/' > said.net
narrow 'rough in a layer'
says 'forecast/rough in a layer: where' out 'rough in dL/dW of conv: neighbours in an image are alike, and sums of residuals'
says 'forecast/rough in a layer: on two lines' out '  are bent without norms'
