# predict.sh -- --predict: what the model puts out, as .csv, .npy and .npz.
. "$ROOT/tests/compiled.sh"
cat > net.net <<'NET'
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    h = dense(8, act = relu);
    drop = dropout(0.2);
    logits = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = adam(lr = 0.01); batch = 50; epochs = 1; }
NET
sed 's/train {/train { precision = double;/' net.net > double.net
cat > spirals.net <<'NET'
data = spirals(60, 2, 0.1);
model { input [2]; target class(2); h = dense(4, act = tanh); out = dense(1); }
train { loss = binary_cross_entropy; optimizer = sgd(lr = 0.1); batch = 7; epochs = 2; }
NET
for program in net double spirals; do
    compile $program -O1
    ./$program --no-out --quiet --json --save $program.safetensors > $program.json 2> err || fail "predict/$program" "$(cat err)"
    for format in csv npy npz; do
        status "predict/$program to .$format" 0 ./$program --load $program.safetensors --predict $program.$format
        check "predict/$program: .$format is all it says" test ! -s out
    done
done

# A line a test sample; the share of right classes is the accuracy that training told.
check 'predict/lines of the test data' test "$(wc -l < net.csv)" -eq 360
says 'predict/head' net.csv 'label,class,y_0,y_1,y_2,y_3,y_4,y_5,y_6,y_7,y_8,y_9'
says 'predict/head of a vector' spirals.csv 'target,class,y'
awk -F, 'NR > 1 { n++; right += $1 == $2 } END { print right / n }' net.csv > right
check 'predict/the accuracy that training told' awk -v a="$(value accuracy_test net.json)" -v b="$(cat right)" \
    'BEGIN { exit !(a > 0.2 && a - b < 1e-5 && b - a < 1e-5) }'

cat > read.py <<'PY'
import csv
import numpy as np
for name, kind, n in ('net', 'f4', 359), ('double', 'f8', 359), ('spirals', 'f4', 60):
    z, y = np.load(name + '.npz'), np.load(name + '.npy')
    rows = list(csv.DictReader(open(name + '.csv')))
    assert y.dtype == kind and len(y) == n and y.tobytes() == z['output'].tobytes(), 'npy'
    heads = [k for k in rows[0] if k.startswith('y')]
    told = np.array([[r[k] for k in heads] for r in rows], y.dtype)
    assert told.tobytes() == y.tobytes(), 'csv'
    known = 'label' if 'label' in z else 'target'
    assert [float(r[known]) for r in rows] == list(z[known].ravel()), known
    picked = y.argmax(1) if y.shape[1] > 1 else (y[:, 0] > 0)
    assert [int(r['class']) for r in rows] == list(picked.astype(int)), 'class'
    assert z['x'].dtype == kind and len(z['x']) == n, 'x'
PY
check 'predict/read by numpy' /usr/bin/python3 read.py

cp net.npz first.npz
status 'predict/again' 0 ./net --load net.safetensors --predict net.npz --threads 1
same 'predict/the same bytes' first.npz net.npz
refuses 'predict/no weights' 2 '--predict wants weights: --load FILE' ./net --predict no.csv
refuses 'predict/format' 2 "ends in .csv, .npy or .npz, not 'no.txt'" ./net --load net.safetensors --predict no.txt
refuses 'predict/no suffix' 2 "ends in .csv, .npy or .npz, not 'no'" ./net --load net.safetensors --predict no
refuses 'predict/no folder' 1 'no/no.csv' ./net --load net.safetensors --predict no/no.csv
refuses 'predict/and eval' 2 'only one can be given' ./net --load net.safetensors --predict no.csv --eval
refuses 'predict/and save' 2 '--save is for training: it does not go with --predict' ./net --load net.safetensors \
    --predict no.csv --save no.safetensors
