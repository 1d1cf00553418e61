# profile.sh -- --profile: each part of a step is told, parts add up, work is where it belongs, and nothing else changes.
. "$ROOT/tests/compiled.sh"
cat > parts.net <<'NET'
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    seq = reshape([8, 8]);
    mem = lstm(96);
    repeat 8 { h = dense(16, act = tanh); }
    drop = dropout(0.1);
    wide = dense(1500, act = relu);
    logits = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.01); batch = 64; steps = 12; }
NET
compile parts -Wno-vanishing-gradient
status profile/text 0 ./parts --quiet --threads 1 --profile --save with.safetensors
sed -n '/^microseconds/,/^step/p' out > table
says 'profile/text: steps' table 'the mean of 12, on 1 thread with a peak of '
for part in mem 'h\[0\]' 'h\[7\]' wide logits loss data update watching other step; do
    check "profile/text: $part" grep -q "^$part " table
done
check 'profile/text: a long repeat is folded' sh -c '! grep -q "^h.2. " table'
check 'profile/text: 80 columns' awk 'length > 80 { exit 1 }' table
check 'profile/text: the report is there' grep -q '^Gradient flow' out
for width in 50 62 100; do
    status "profile/--width $width" 0 ./parts --quiet --steps 2 --profile --no-out --width $width
    sed -n '/^microseconds/,/^step /p' out | tail -n +2 > table
    check "profile/--width $width: fits" awk -v width=$width 'length > width { exit 1 }' table
    check "profile/--width $width: both directions" grep -q '^mem  *[0-9.]* .* [0-9.]*  *[0-9.]*%$' table
done
cat > long.net <<'NET'
data = digits(split = 0.8);
block part() { a_layer_with_a_long_name = dense(16, act = tanh); }
model {
    input [64];
    target class(10);
    the_first_of_the_parts = part();
    the_second_of_the_parts = part();
    logits = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.01); batch = 64; steps = 2; }
NET
compile long
status 'profile/long names' 0 ./long --quiet --profile --no-out
sed -n '/^microseconds/,/^step /p' out | tail -n +2 > table
for part in the_first the_second; do
    check "profile/long names: $part" grep -q "^$part.*\\.\\..*long_name  *[0-9]" table
done
check 'profile/long names: 80 columns' awk 'length > 80 { exit 1 }' table
status profile/full 0 ./parts --quiet --profile --full
check 'profile/full: every layer' grep -q '^h\[2\] ' out

status profile/without 0 ./parts --quiet --threads 1 --save without.safetensors
check 'profile/without: no table' sh -c '! grep -q ^microseconds out'
same 'profile/the same weights' without.safetensors with.safetensors

# ---- JSON: all in microseconds
status profile/json 0 ./parts --json --quiet --threads 1 --profile
grep '"event":"profile"' out > event
check 'profile/json: one event' test "$(wc -l < event)" -eq 1
check 'profile/json: the summary is last' sh -c 'tail -n 1 out | grep -q "\"event\":\"summary\""'
number() { sed -n "s/.*\"$1\":\([0-9.e+-]*\)[,}].*/\1/p" event; }
of_layer() { sed "s/.*\"name\":\"$1\"\([^}]*\)}.*/\1/; s/.*\"$2\":\([0-9.e+-]*\).*/\1/" event; }
check 'profile/json: the parts are the step' sh -c 'tr ",{}[]" "\n\n\n\n\n" < event | awk -F: "
    /(tenth|median)_us/ { next }
    /_us\"/ { if (\$1 ~ /step_us/) step = \$2; else sum += \$2 }
    END { exit !(step > 0 && sum > 0.999 * step && sum < 1.001 * step) }"'
for direction in forward_us backward_us; do
    check "profile/json: the wide layer takes longer, $direction" \
        awk -v wide="$(of_layer wide $direction)" -v narrow="$(of_layer 'h\[3\]' $direction)" 'BEGIN { exit !(wide > narrow) }'
done
# What walks back through the steps is the recurrent layer's, though its mark comes behind it.
check 'profile/json: the steps are the recurrent layer'"'"'s' \
    awk -v mem="$(of_layer mem backward_us)" -v behind="$(of_layer 'h\[0\]' backward_us)" 'BEGIN { exit !(mem > 2 * behind) }'
check 'profile/json: a peak' awk -v peak="$(number peak_gflops)" 'BEGIN { exit !(peak > 0.1) }'

# Of 12 steps each is watched or is not.
steps_of() { sed -n "s/.*\"$1\":{\"steps\":\([0-9]*\),.*/\1/p" event; }
check 'profile/json: every step has a time' test "$(($(steps_of plain) + $(steps_of watched)))" -eq 12
sed 's/.*"tenth_us":\([^,]*\),"median_us":\([^}]*\)}.*/\1 \2/' event > within
check 'profile/json: a tenth is done before half' awk '{ exit !($1 > 0 && $1 <= $2) }' within

for mode in --dry-run --check-grad '--eval --load with.safetensors'; do
    # shellcheck disable=SC2086
    refuses "profile/$mode" 2 '--profile is for training' ./parts --profile $mode
done
