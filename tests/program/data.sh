# data.sh -- data in MNIST's format, made here: plain, gzipped, broken, of the wrong size.
. "$ROOT/tests/compiled.sh"
cat > pictures.net <<'NET'
data {
    train = idx("images.gz", "labels.gz");
    test  = idx("images.gz", "labels.gz");
    scale = 1 / 255;
}
model {
    input [1, 4, 4];
    target class(3);
    flatten;
    h = dense(4, act = tanh);
    out = dense(3);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 4; epochs = 2; }
NET
compile pictures

bytes() { for byte; do printf "\\$(printf %03o "$byte")"; done; }
images() {      # images COUNT ROWS COLUMNS
    bytes 0 0 8 3  0 0 0 "$1"  0 0 0 "$2"  0 0 0 "$3"
    i=0; while [ $i -lt $(($1 * $2 * $3)) ]; do bytes $((i * 37 % 256)); i=$((i + 1)); done
}
labels() { bytes 0 0 8 1  0 0 0 "$1"; shift; bytes "$@"; }

images 6 4 4 > images
labels 6  0 1 2 0 1 2 > labels
gzip -nc images > good_images.gz
gzip -nc labels > good_labels.gz
restore() { rm -rf images.gz labels.gz; cp good_images.gz images.gz; cp good_labels.gz labels.gz; }
refused() {     # refused NAME TEXT
    refuses "data/$1" 1 "pictures: error: $2" ./pictures --save weights.safetensors
    restore
}

restore
status 'data/gzip' 0 ./pictures --quiet --json
loss=$(value loss_test out)
cp images images.gz
cp labels labels.gz
status 'data/plain' 0 ./pictures --quiet --json
check 'data/plain: the same loss' test "$(value loss_test out)" = "$loss"
restore
{ head -c 50 images | gzip -n; tail -c +51 images | gzip -n; } > images.gz
status 'data/gzip in two members' 0 ./pictures --quiet --json
check 'data/gzip in two members: the same loss' test "$(value loss_test out)" = "$loss"
restore

rm images.gz
refused 'missing file' "images.gz: cannot open '$PWD/images.gz': No such file or directory"
rm labels.gz
refused 'missing labels' "labels.gz: cannot open '$PWD/labels.gz': No such file or directory"
rm images.gz; mkdir images.gz
refused 'a directory' "images.gz: '$PWD/images.gz' is a directory, a regular file is wanted"
rm images.gz; mkfifo images.gz
refused 'a pipe' "images.gz: '$PWD/images.gz' is a pipe, a regular file is wanted"
rm images.gz; ln -s /dev/zero images.gz
refused 'a device' "images.gz: '$PWD/images.gz' is a device, a regular file is wanted"
: > images.gz
refused 'empty file' "images.gz: '$PWD/images.gz' is empty"
gzip -nc < /dev/null > images.gz
refused 'empty gzip' 'images.gz: the gzip data holds nothing'
if [ "$(id -u)" -ne 0 ]; then
    chmod 000 images.gz
    refused 'unreadable' "images.gz: cannot open '$PWD/images.gz': Permission denied"
fi

size=$(wc -c < good_images.gz)
for n in 2 5 40 $((size - 9)) $((size - 1)); do
    head -c "$n" good_images.gz > images.gz
    refused "truncated gzip of $n bytes" "images.gz: byte $n: the file ends inside its gzip data"
done
echo rubbish >> images.gz
refused 'rubbish behind the gzip' "images.gz: byte $size: 8 bytes follow the end of the gzip data"
printf '\377' | dd of=images.gz bs=1 seek=$((size - 6)) conv=notrunc 2> check.out
refused 'wrong checksum' "images.gz: byte $((size - 4)): the gzip data is damaged"
{ cat images; echo rubbish; } | gzip -nc > images.gz
refused 'rubbish inside the gzip' 'images.gz: byte 112 (unpacked): 8 bytes follow the data'
head -c 60 images | gzip -nc > images.gz
refused 'too short inside the gzip' 'images.gz: byte 60 (unpacked): the data ends 52 bytes early'
{ cat images; echo rubbish; } > images.gz
refused 'rubbish behind the data' 'images.gz: byte 112: 8 bytes follow the data'
head -c 60 images > images.gz
refused 'too short' 'images.gz: byte 60: the data ends 52 bytes early'
for n in 3 4 12; do
    head -c $n images > images.gz
    refused "a header of $n bytes" "images.gz: byte "
done
echo 'not a picture' > images.gz
refused 'text' 'images.gz: byte 0: not an IDX file'
{ bytes 0 0 8 3; bytes 255 255 255 255 255 255 255 255 255 255 255 255; } > images.gz
refused 'a header that tells of too much' 'images.gz: its shape [4294967295,4294967295,4294967295] is'

images 6 4 5 > images.gz
refused 'wrong size' "images.gz: samples are [4,5], the model's input is [1,4,4]"
images 5 4 4 > images.gz
refused 'counts that differ' 'labels.gz: 6 labels for the 5 samples of images.gz'
{ bytes 0 0 8 3  0 0 0 0  0 0 0 4  0 0 0 4; } > images.gz
labels 0 > labels.gz
refused 'no samples' 'images.gz: holds no samples'
labels 6  0 1 2 3 1 2 > labels.gz
refused 'label out of range' \
    "labels.gz: byte 11: sample 3: label 3 is none of the model's 3 classes, 0 to 2"
cp good_images.gz labels.gz
refused 'pictures in place of labels' 'labels.gz: labels are [4,4], a class is one number'

# vectors as .npy: a header by hand, one float a sample
npy() {         # npy SHAPE COUNT : COUNT floats of 1.0
    header=$(printf '%-117s' "{'descr': '<f4', 'fortran_order': False, 'shape': $1, }")
    printf '\223NUMPY\001\000v\000%s\n' "$header"
    i=0; while [ $i -lt "$2" ]; do printf '\000\000\200\077'; i=$((i + 1)); done
}
cat > vectors.net <<'NET'
data = npy("x.npy", "y.npy");
model {
    input [3];
    target [2];
    out = dense(2);
}
train { loss = mse; optimizer = sgd(lr = 0.1); batch = 4; epochs = 2; }
NET
compile vectors
npy '(4, 3)' 12 > x.npy
npy '(4, 2)' 8 > y.npy
status 'data/npy' 0 ./vectors --quiet
npy '(4, 5)' 20 > x.npy
refuses 'data/npy: wrong input' 1 "x.npy: samples are [5], the model's input is [3]" ./vectors
npy '(4, 3)' 12 > x.npy
npy '(4, 3)' 12 > y.npy
refuses 'data/npy: wrong target' 1 "y.npy: targets are [3], the model's target is [2]" ./vectors
npy '(3, 2)' 6 > y.npy
refuses 'data/npy: counts that differ' 1 'y.npy: 3 labels for the 4 samples of x.npy' ./vectors
npy '(4, 2)' 7 > y.npy
refuses 'data/npy: too short' 1 'y.npy: byte 156: the data ends 4 bytes early' ./vectors
