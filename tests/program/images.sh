# images.sh -- CIFAR-10's files, its own test part; augmentation: of training batches alone, the same
# bits for any number of threads.
. "$ROOT/tests/compiled.sh"
net() {         # net AUGMENT
    cat <<NET
data {
    train = cifar10("cifar");
    scale = 1 / 255;
    augment = [$1];
}
model {
    input [3, 32, 32];
    target class(10);
    flatten;
    h = dense(8, act = tanh);
    out = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 6; epochs = 3; }
NET
}

net '' > plain.net
net 'hflip' > flip.net
net 'crop(pad = 4)' > crop.net
net 'crop(pad = 4), hflip' > both.net
for name in plain flip crop both; do
    compile $name
    status "images/$name" 0 "./$name" --quiet --json --data "$ROOT/tests/data" --save $name.safetensors
    cp out $name.json
    status "images/$name: before training" 0 "./$name" --quiet --json --data "$ROOT/tests/data" --set lr=1e-30
    cp out $name.still
    status "images/$name: check-grad" 0 "./$name" --quiet --check-grad --data "$ROOT/tests/data"
    sed "s/^check-grad: $name/check-grad: net/" out > $name.grad
    for threads in 1 3; do
        "./$name" --quiet --data "$ROOT/tests/data" --threads $threads --save $threads.safetensors > out 2>&1
    done
    same "images/$name: threads" 1.safetensors 3.safetensors
    "./$name" --quiet --data "$ROOT/tests/data" --save again.safetensors > out 2>&1
    same "images/$name: once more" $name.safetensors again.safetensors
done
status 'images/both parts' 0 ./plain --dry-run --data "$ROOT/tests/data"
says 'images/both parts: their samples' out '20 samples to train, 4 to test'

# What a net that learns nothing shows: the test loss is that of the images as they are, the training
# loss is not, and the gradients are checked on the images as they are.
for name in flip crop both; do
    check "images/$name: other weights" sh -c "! cmp -s plain.safetensors $name.safetensors"
    check "images/$name: the test part is left alone" \
        test "$(value loss_test $name.still)" = "$(value loss_test plain.still)"
    check "images/$name: the training part is not" \
        test "$(value loss_train $name.still)" != "$(value loss_train plain.still)"
    same "images/$name: check-grad is left alone" plain.grad $name.grad
done

mkdir -p cifar
gzip -dc "$ROOT/tests/data/cifar/cifar-10-batches-bin/test_batch.bin.gz" > cifar/test_batch.bin
refuses 'images/a batch is missing' 1 \
    'cifar: no file data_batch_1.bin there, or in cifar/cifar-10-batches-bin' ./plain --data .
for i in 1 2 3 4 5; do cp cifar/test_batch.bin cifar/data_batch_$i.bin; done
status 'images/unpacked' 0 ./plain --quiet --data .
head -c 3000 cifar/test_batch.bin >> cifar/data_batch_4.bin
refuses 'images/a batch is cut' 1 \
    'cifar/data_batch_4.bin: byte 15292: the file ends 3000 bytes into a sample of 3073' ./plain --data .
