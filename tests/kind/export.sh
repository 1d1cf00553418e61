# export.sh -- netc export: the nets of tests/reference as ONNX, by onnx's checker; their outputs against their
# programs', as those of the C for prediction; names, structure and refusals.
. tests/say.sh

mkdir -p "$WORK/onnx"
for folder in tests/reference/*/; do
    name=$(basename "$folder")
    [ -f "$folder/init.safetensors" ] && [ "$name" != double_rnn_acts ] || continue
    status "export/$name" 0 "$NETC" export "$folder/$name.net" --onnx "$folder/init.safetensors" \
        -o "$WORK/onnx/$name.onnx"
done

# Structure and names, by protoc.
"$NETC" tests/export/block.net -O0 -o "$WORK/block" &&
    "$WORK/block" --no-out --quiet --save "$WORK/block.safetensors" > "$WORK/out" 2>&1 || fail export/block 'no weights'
status export/block 0 "$NETC" export tests/export/block.net --onnx "$WORK/block.safetensors" -o "$WORK/onnx/block.onnx"
protoc --decode=onnx.ModelProto compiler/onnx.proto < "$WORK/onnx/block.onnx" 2> "$WORK/err" |
    sed 's/raw_data: .*/raw_data/; s/producer_version: .*/producer_version/' > "$WORK/block.txt"
golden 'export/block: structure' tests/export/block.txt "$WORK/block.txt"

/usr/bin/python3 tests/export/check.py "$WORK"/onnx/*.onnx || fail export/checker 'python3-onnx is missing: make test installs it'

# Programs against their models.  double_* are in double: what is exported is in float, within 1e-5 too.
mkdir -p "$WORK/run"
for name in activations cells views names block avg_pool bidirectional branches conv_edges conv_groups double_conv_same embedding_tags \
    groupnorm_features groupnorm_images joins layernorm_images max_pool own_layers repeated residuals resnet20; do
    net=tests/export/$name.net folder=tests/export
    [ -f "$net" ] || net=tests/reference/$name/$name.net folder=tests/reference/$name
    program=$WORK/run/$name
    "$NETC" "$net" -O1 -o "$program" 2> "$WORK/err" &&
        "$program" --no-out --quiet --data "$folder" --save "$program.safetensors" > "$WORK/out" 2> "$WORK/err" &&
        "$program" --data "$folder" --load "$program.safetensors" --predict "$program.npz" 2> "$WORK/err" &&
        "$NETC" export "$net" --onnx "$program.safetensors" -o "$program.onnx" 2> "$WORK/err" &&
        "$NETC" export "$net" --inference "$program.safetensors" -o "${program}_predict.c" 2> "$WORK/err" ||
        fail "export/$name" "$(tail -n 1 "$WORK/err")"
done
/usr/bin/python3 tests/export/compare.py "$WORK"/run/*.onnx || fail export/compare 'python3-numpy is missing: make test installs it'
# shellcheck disable=SC2046
/usr/bin/python3 tests/export/predict.py "$WORK/run" $(cd "$WORK/run" && ls ./*.onnx | sed 's|./||; s|[.]onnx||') ||
    fail export/predict 'the C could not be tried'
sed '/^    *-\{0,1\}[0-9.e+-]*f,.*$/d' "$WORK/run/block_predict.c" > "$WORK/block_predict.c"
golden 'export/block: C without the numbers' tests/export/block_predict.c "$WORK/block_predict.c"
status 'export/no malloc, no netrt' 0 nm -u "$WORK/run/resnet20.predict.o"
check 'export/no malloc, no netrt: what it calls' sh -c "! grep -vE ' (sqrtf?|expf|exp|tanhf|expm1f|erff|log1pf|floorf|memset|memcpy|_GLOBAL_OFFSET_TABLE_|__tls_get_addr|__stack_chk_fail)\$' '$WORK/out'"

# An rnn that ONNX does not have is C all the same.
status 'export/gelu in an rnn' 0 "$NETC" export tests/reference/double_rnn_acts/double_rnn_acts.net \
    --inference tests/reference/double_rnn_acts/init.safetensors -o "$WORK/rnn_acts.c"
check 'export/gelu in an rnn: compiles' cc -std=c11 -Wall -Wextra -Werror -c "$WORK/rnn_acts.c" -o "$WORK/rnn_acts.o"

# The output goes where it is said, and is the same each time.
cp tests/export/block.net "$WORK/block.net"
status 'export/no -o' 0 sh -c "cd '$WORK' && '$NETC' export block.net --onnx block.safetensors"
same 'export/no -o: the same bytes' "$WORK/onnx/block.onnx" "$WORK/block.onnx"
status 'export/-o -' 0 "$NETC" export "$WORK/block.net" --onnx "$WORK/block.safetensors" -o -
same 'export/-o -: the same bytes' "$WORK/onnx/block.onnx" "$WORK/out"

# refuses NAME STATUS TEXT ARGUMENT... : one sentence, and no file
refuses() {
    refuses_name=$1 refuses_status=$2 refuses_text=$3; shift 3
    rm -f "$WORK/no.onnx"
    status "$refuses_name" "$refuses_status" "$NETC" export "$@" -o "$WORK/no.onnx"
    sentence "$refuses_name: sentence" "$refuses_text"
    check "$refuses_name: no file" test ! -e "$WORK/no.onnx"
}
net=tests/export/block.net weights=$WORK/block.safetensors
sed 's/h    = dense/hidden = dense/' "$net" > "$WORK/renamed.net"
sed 's/dense(3/dense(5/; s/class(3)/class(5)/' "$net" > "$WORK/wider.net"
sed 's/norm = layernorm/norm = layernorm(affine = false)/' "$net" > "$WORK/fewer.net"
head -c 700 "$weights" > "$WORK/short.safetensors"
refuses export/missing 1 'no.safetensors: No such file' "$net" --onnx "$WORK/no.safetensors"
refuses export/foreign 1 'block.net: byte 0: a header of' "$net" --onnx "$net"
refuses export/short 1 'short.safetensors:' "$net" --onnx "$WORK/short.safetensors"
refuses export/renamed 1 'has no tensor body.0.hidden.weight [4, 4], which' "$WORK/renamed.net" --onnx "$weights"
refuses export/wider 1 'tensor int.weight is [3, 4], ' "$WORK/wider.net" --onnx "$weights"
refuses export/fewer 1 'holds tensor' "$WORK/fewer.net" --onnx "$weights"
status 'export/no file of weights' 2 "$NETC" export "$net" --onnx
sentence 'export/no file of weights: sentence' "'--onnx' is written as --onnx WEIGHTS"
refuses 'export/nothing to export to' 2 "'netc export' takes --onnx or --inference" "$net"
refuses 'export/an activation' 1 'double_rnn_acts.net:8: ' tests/reference/double_rnn_acts/double_rnn_acts.net \
    --onnx tests/reference/double_rnn_acts/init.safetensors
status 'export/over its weights' 2 "$NETC" export "$net" --onnx "$weights" -o "$weights"
sentence 'export/over its weights: sentence' 'block.safetensors'
status 'export/both' 2 "$NETC" export "$net" --onnx "$weights" --inference "$weights"
sentence 'export/both: sentence' '--onnx and --inference exclude each other'
refuses 'export/C of other weights' 1 'has no tensor body.0.hidden.weight [4, 4], which' "$WORK/renamed.net" --inference "$weights"
status 'export/--onnx elsewhere' 2 "$NETC" check "$net" --onnx "$weights"
