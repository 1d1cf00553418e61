# sequences.sh -- made sequences: a class at each step, its accuracy and gradients; sums and symbols.
. "$ROOT/tests/compiled.sh"
net() {         # net DATA INPUT TARGET LAYERS LOSS
    cat <<NET
data = $1;
model { input $2; target $3; $4 }
train { loss = $5; optimizer = adam(lr = 0.03); epochs = 12; batch = 16; }
NET
}
net 'copy(30, 320, split = 0.8)' '[30, 10]' 'class(9)' 'h = dense(16, act = relu); y = dense(9);' \
    softmax_cross_entropy > copy.net
net 'copy(12, 320, split = 0.8)' '[12]' '[12]' 'h = dense(16, act = tanh); y = dense(12);' mse > numbers.net
net 'temporal_order(20, 640, split = 0.8)' '[20, 6]' 'class(4)' \
    'flatten; h = dense(32, act = tanh); y = dense(4);' softmax_cross_entropy > order.net
net 'adding(8, 640, split = 0.8)' '[8, 2]' '[1]' 'flatten; h = dense(48, act = relu); y = dense(1);' \
    mse > adding.net
for name in copy numbers order adding; do
    compile $name
    status "sequences/$name" 0 "./$name" --quiet --json
    cp out $name.json
    status "sequences/$name: check-grad" 0 "./$name" --check-grad --quiet
done

# A step by itself cannot know what is due: it tells a blank, and 20 of the 30 steps are blank.
accuracy=$(value accuracy_test copy.json)
check 'sequences/copy: accuracy is that of steps' \
    awk -v a="$accuracy" 'BEGIN { exit !(a > 0.6666 && a < 0.6667) }'
for key in batch=7 batch=50; do
    status "sequences/copy: $key" 0 ./copy --quiet --set $key --steps 60
done
check 'sequences/order: learnt' \
    awk -v a="$(value accuracy_test order.json)" 'BEGIN { exit !(a > 0.95) }'
check 'sequences/adding: better than the mean, whose error is 1/6' \
    awk -v a="$(value loss_test adding.json)" 'BEGIN { exit !(a < 0.1) }'
