# checkpoints.sh -- --save, --load and --eval: the same bytes, the same loss, and files that cannot be read
# or written.
. "$ROOT/tests/compiled.sh"
net() {         # net UNITS NAME
    cat <<NET
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    $2 = dense($1, act = relu);
    norm = batchnorm;
    drop = dropout(0.2);
    logits = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = adam(lr = 0.01); batch = 32; steps = 40; }
NET
}
net 32 h > net.net
net 24 h > narrow.net
net 32 hidden > renamed.net
sed 's/norm = batchnorm;//' net.net > plain.net
sed 's/train {/train { precision = double;/' net.net > double.net
for program in net narrow renamed plain double; do compile $program; done

# ---- There and back
status checkpoints/save 0 ./net --quiet --json --save a.safetensors
cp out trained
status checkpoints/eval 0 ./net --eval --json --load a.safetensors
check 'checkpoints/eval: the same test loss' test "$(value loss_test out)" = "$(value loss_test trained)"
check 'checkpoints/eval: the same accuracy' \
    test "$(value accuracy_test out)" = "$(value accuracy_test trained)"
status 'checkpoints/eval in words' 0 ./net --eval --load a.safetensors
says 'checkpoints/eval in words: a loss' out 'test loss'
status 'checkpoints/save again' 0 ./net --quiet --save b.safetensors
same 'checkpoints/the same bytes' a.safetensors b.safetensors
echo rubbish > c.safetensors
status 'checkpoints/over another file' 0 ./net --quiet --save c.safetensors
same 'checkpoints/over another file: the same bytes' a.safetensors c.safetensors
check 'checkpoints/the mode of a plain file' \
    test "$(stat -c %a c.safetensors)" = "$(umask 022; touch plain_file; stat -c %a plain_file)"
status 'checkpoints/load and train' 0 ./net --quiet --load a.safetensors --save more.safetensors
check 'checkpoints/it has moved' sh -c '! cmp -s a.safetensors more.safetensors'
status 'checkpoints/load in double' 0 ./double --eval --json --load a.safetensors
check 'checkpoints/in double: nearly the same loss' awk -v a="$(value loss_test out)" \
    -v b="$(value loss_test trained)" 'BEGIN { d = a - b; exit !(a > 0 && d * d < 1e-10 * a * a) }'
status 'checkpoints/save in double' 0 ./double --quiet --steps 1 --save double.safetensors
says 'checkpoints/save in double: F64' double.safetensors '"dtype":"F64"'
status 'checkpoints/load of double' 0 ./net --eval --load double.safetensors

# names and shapes as PyTorch has them
header() { dd if="$1" bs=1 skip=8 count="$(od -An -tu8 -N8 "$1")" 2> check.out; }
header a.safetensors > header.json
for tensor in '"h.weight":{"dtype":"F32","shape":[32,64]' '"h.bias":{"dtype":"F32","shape":[32]' \
    '"norm.weight":{"dtype":"F32","shape":[32]' '"norm.running_mean":{"dtype":"F32","shape":[32]' \
    '"norm.running_var":{' '"logits.weight":{"dtype":"F32","shape":[10,32]' '"format":"pt"'; do
    says "checkpoints/header: $tensor" header.json "$tensor"
done

# ---- Files that cannot be loaded
loads_not() {   # loads_not NAME FILE TEXT
    refuses "checkpoints/$1" 1 "net: error: $2: $3" ./net --load "$2" --save never.safetensors
}
size=$(wc -c < a.safetensors)
start=$(($(od -An -tu8 -N8 a.safetensors) + 8))         # of the data
loads_not 'missing' missing.safetensors 'No such file or directory'
mkdir folder
loads_not 'a directory' folder 'is not a regular file'
mkfifo pipe
loads_not 'a pipe' pipe 'is not a regular file'
: > cut
loads_not 'empty' cut 'ends at byte 0, a safetensors file has at least 8'
head -c 7 a.safetensors > cut
loads_not 'seven bytes' cut 'ends at byte 7'
head -c 100 a.safetensors > cut
loads_not 'cut in the header' cut 'byte 0: a header of '
head -c $((size - 1)) a.safetensors > cut
loads_not 'cut by one byte' cut 'tensor '
{ cat a.safetensors; echo; } > long
loads_not 'one byte too many' long "1 byte too many from byte $size on"
echo 'this is text, not tensors' > text
loads_not 'text' text 'byte 0: a header of '

# every bit of the length, and a bit in every byte of the header: refused, and by name
flipped=0 wrong=0
flip() {        # flip BYTE BIT : a.safetensors with one bit changed, in ./flip
    byte=$(od -An -tu1 -j"$1" -N1 a.safetensors)
    cp a.safetensors flip
    printf "\\$(printf %03o $((byte ^ (1 << $2))))" | dd of=flip bs=1 seek="$1" conv=notrunc 2> check.out
}
at=0
while [ $at -lt "$start" ]; do
    flip $at $((at % 7))
    ./net --eval --quiet --load flip > out 2> err
    got=$?
    flipped=$((flipped + 1))
    # a bit of the notes, or of a space, may change nothing that is read
    if [ $got -gt 1 ] || { [ $got -eq 1 ] && ! grep -q '^net: error: flip: ' err; }; then
        echo "    byte $at: exit status $got: $(cat err)"
        wrong=$((wrong + 1))
    fi
    at=$((at + 5))
done
check "checkpoints/$flipped flipped bits of the header" test $wrong -eq 0
for bit in 0 1 2 3 4 5 6 7; do
    flip 0 $bit
    loads_not "bit $bit of the length flipped" flip ''
done

# ---- Another architecture: the first tensor that differs, with both shapes
status 'checkpoints/narrow' 0 ./narrow --quiet --steps 1 --save narrow.safetensors
loads_not 'another width' narrow.safetensors 'tensor h.weight is [24, 64], this program wants [32, 64]'
status 'checkpoints/renamed' 0 ./renamed --quiet --steps 1 --save renamed.safetensors
loads_not 'another name' renamed.safetensors 'has no tensor h.weight [32, 64], which this program wants'
status 'checkpoints/plain' 0 ./plain --quiet --steps 1 --save plain.safetensors
loads_not 'a layer less' plain.safetensors 'has no tensor norm.weight [32], which this program wants'
refuses 'checkpoints/a layer more' 1 \
    'a.safetensors: holds tensor norm.bias [32], which this program does not have' \
    ./plain --load a.safetensors

# ---- Files that cannot be written: said before the training
saves_not() {   # saves_not NAME FILE TEXT
    refuses "checkpoints/save to $1" 1 "net: error: $2: $3" ./net --steps 1 --save "$2"
}
saves_not 'a missing folder' nowhere/a.safetensors 'there is no such directory'
saves_not 'a directory' folder 'is not a regular file'
saves_not 'a file as a folder' text/a.safetensors 'there is no such directory'
saves_not 'a device' /dev/full 'is not a regular file'
mkdir locked
cp a.safetensors locked/a.safetensors
chmod 555 locked
if [ "$(id -u)" -ne 0 ]; then
    saves_not 'a read-only folder' locked/b.safetensors 'its directory is not writable'
    saves_not 'a file in a read-only folder' locked/a.safetensors 'its directory is not writable'
elif setpriv --reuid 65534 --clear-groups "$PWD/net" --version > check.out 2>&1; then
    refuses 'checkpoints/save to a read-only folder' 1 'its directory is not writable' \
        setpriv --reuid 65534 --clear-groups "$PWD/net" --steps 1 --save locked/b.safetensors
fi
chmod 755 locked

# a disk that fills up: what was there stays, and nothing is left beside it
cp a.safetensors kept.safetensors
touch before after
ls -A > before
status 'checkpoints/no room' 1 sh -c 'ulimit -f 4; ./net --quiet --save kept.safetensors'
sentence 'checkpoints/no room: sentence' 'net: error: kept.safetensors: cannot be written: File too large'
same 'checkpoints/no room: the file that was there' a.safetensors kept.safetensors
ls -A > after
same 'checkpoints/no room: nothing beside it' before after
says 'checkpoints/no room: the report is there' out 'Gradient flow at step'

# usage
refuses 'checkpoints/--eval alone' 2 '--eval wants weights: --load FILE' ./net --eval
refuses 'checkpoints/--eval and --save' 2 '--save is for training' ./net --eval --load a.safetensors --save b
refuses 'checkpoints/an empty name' 2 '--save wants a name' ./net --save ''
