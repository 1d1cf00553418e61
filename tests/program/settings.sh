# settings.sh -- numbers that a run can change: --set of every key, options, limits, batches.
. "$ROOT/tests/compiled.sh"
net() {         # net OPTIMIZER SCHEDULE CLIP LOSS
    cat <<NET
data = moons(200, 0.1, split = 0.8);
model {
    input [2];
    target class(2);
    h = dense(8, act = tanh);
    drop = dropout(0.1);
    logits = dense(2);
}
train {
    loss = $4;
    optimizer = $1;
    schedule = $2;
    clip = $3;
    batch = 32;
    epochs = 3;
}
NET
}
net 'sgd(lr = 0.1, momentum = 0.5)' 'step(at = [1])' 'global_norm(1.0)' softmax_cross_entropy > sgd.net
net 'rmsprop(lr = 0.01)' 'cosine(warmup = 2)' 'value(0.1)' mse > rmsprop.net
net 'adamw(lr = 0.01)' 'exponential(factor = 0.9)' 'adaptive(0.1)' 'huber(0.5)' > adamw.net
net 'adagrad(lr = 0.1)' linear 'norm(1.0)' mae > adagrad.net

# changed PROGRAM KEY VALUE : the run is another than the program's own, and --help says the value
run() { "$@" --quiet --json 2> err | sed 's/"seconds":[^,]*//g; s/"threads":[0-9]*//' > changed.json; }
changed() {
    status "settings/$1 $2=$3" 0 "./$1" --set "$2=$3" --help
    says "settings/$1 $2=$3: in --help" out "  $2=$3"
    run "./$1" --set "$2=$3"
    check "settings/$1 $2=$3: it works" test -s changed.json
    check "settings/$1 $2=$3: another run" sh -c '! cmp -s changed.json $0.json' "$1"
}
for program in sgd rmsprop adamw adagrad; do
    compile $program
    run ./$program
    cp changed.json $program.json
    for pair in lr=0.03 l1=0.01 l2=0.01 batch=7 batch=100 epochs=2 steps=4 seed=9 shuffle=false every=3 \
        histograms=false; do
        changed $program ${pair%=*} ${pair#*=}
    done
    "./$program" --help | sed -n 's/^  \([a-z_0-9]*\)=.*/\1/p' | LC_ALL=C sort > $program.keys
done
for pair in momentum=0.9 nesterov=true factor=0.5 at=1,2 clip=0.01; do changed sgd ${pair%=*} ${pair#*=}; done
for pair in alpha=0.5 eps=0.1 momentum=0.9 warmup=5 clip=0.001; do changed rmsprop ${pair%=*} ${pair#*=}; done
for pair in beta1=0.5 beta2=0.5 eps=0.1 weight_decay=0.5 factor=0.5 clip=0.001 huber_delta=0.1; do
    changed adamw ${pair%=*} ${pair#*=}
done
for pair in lr_decay=0.5 eps=0.1 warmup=5 clip=0.001; do changed adagrad ${pair%=*} ${pair#*=}; done
for value in stop skip continue; do status "settings/on_nonfinite=$value" 0 ./sgd --set on_nonfinite=$value; done
for head in 'sgd(lr = 0.1, momentum = 0.5)' 'rmsprop(lr = 0.01)' 'adamw(lr = 0.01, decay = 0.01)' 'adagrad(lr = 0.1)'; do
    status "settings/head of $head" 0 "./${head%%(*}" --quiet
    says "settings/head: $head" out ", $head,"
done
status 'settings/head of nesterov' 0 ./sgd --quiet --width 100 --set nesterov=true
says 'settings/head: nesterov' out 'sgd(lr = 0.1, momentum = 0.5, nesterov = true),'

# no key of --help was left out above
LC_ALL=C sort -u ./*.keys > listed
tr ' ' '\n' > tested <<'KEYS'
alpha at batch beta1 beta2 clip epochs eps every factor histograms huber_delta l1 l2 lr lr_decay momentum
KEYS
tr ' ' '\n' >> tested <<'KEYS'
nesterov on_nonfinite seed shuffle warmup weight_decay
KEYS
grep -vx steps listed > listed_without_steps
same 'settings/every key is tested' tested listed_without_steps

# an option and its key are one thing; the last of two counts; both ways of writing it
for pair in epochs=2 steps=4 lr=0.03 seed=9 batch=7 every=3; do
    key=${pair%=*} value=${pair#*=}
    run ./sgd --set "$pair"; cp changed.json by_set.json
    run ./sgd "--$key" "$value"
    [ $key = every ] || same "settings/--$key is --set $key" by_set.json changed.json
    run ./sgd "--$key=$value"
    [ $key = every ] || same "settings/--$key=$value" by_set.json changed.json
done
run ./sgd --lr 7 --lr 0.03; cp changed.json by_set.json
run ./sgd --lr 0.03
same 'settings/the last of two' by_set.json changed.json

# ---- Batches other than the compiled one
status 'settings/--batch 7' 0 ./sgd --batch 7 --dry-run
says 'settings/--batch 7: steps' out 'batches of 7: 23 steps an epoch, 69 steps in 3 epochs'
status 'settings/--batch 100' 0 ./sgd --batch 100 --dry-run
says 'settings/--batch 100: steps' out 'batches of 100: 2 steps an epoch, 6 steps in 3 epochs'
# in double, a batch in parts and a batch in one give the same losses
sed 's/drop = dropout(0.1);//; s/train {/train { precision = double;/' sgd.net > parts.net
sed 's/batch = 32/batch = 100/' parts.net > whole.net
compile parts; compile whole
./parts --quiet --json --batch 100 > parts.json
./whole --quiet --json > whole.json
check 'settings/a batch in parts: nearly the same loss' awk -v a="$(value loss_test parts.json)" \
    -v b="$(value loss_test whole.json)" 'BEGIN { d = a - b; exit !(a > 0 && d * d < 1e-24) }'
sed 's/drop = dropout(0.1);/norm = batchnorm;/' sgd.net > norm.net
compile norm
status 'settings/batchnorm: a smaller batch' 0 ./norm --quiet --batch 7
refuses 'settings/batchnorm: a larger batch' 2 \
    'batch 100 is more than the 32 that the program was compiled for, and its batchnorm' ./norm --batch 100

# ---- --dry-run
status 'settings/--dry-run: one step' 0 ./sgd --dry-run --steps 1 --batch 1000
says 'settings/--dry-run: of one' out 'batches of 1000: 1 step an epoch, 1 step in 1 epoch'
status settings/--dry-run 0 ./sgd --dry-run --threads 2
says 'settings/--dry-run: parameters' out 'sgd: 3 layers, 42 parameters in single precision'
says 'settings/--dry-run: data' out 'data: 160 samples to train, 40 to test'
says 'settings/--dry-run: steps' out 'batches of 32: 5 steps an epoch, 15 steps in 3 epochs'
says 'settings/--dry-run: threads' out 'threads: 2'
check 'settings/--dry-run: no report' sh -c '! grep -q flow out'
refuses 'settings/--dry-run and --save' 2 '--save is for training' ./sgd --dry-run --save a.safetensors
status settings/--no-out 0 ./sgd --no-out --quiet
check 'settings/--no-out: no folder' sh -c '! ls -d */ 2> check.out | grep .'

# ---- What is refused, each in one sentence
wrong() { refuses "settings/$*" 2 "$wrong_text" ./sgd "$@"; }
wrong_text='unknown option --epoch; did you mean --epochs?'; wrong --epoch 3
wrong_text='unknown option --thread; did you mean --threads?'; wrong --thread=3
wrong_text='unknown option --zzzzzz; --help lists them'; wrong --zzzzzz
wrong_text="there is no setting 'momentun'; did you mean 'momentum'?"; wrong --set momentun=0.9
wrong_text="there is no setting 'xyzzy'; --help lists them"; wrong --set xyzzy=1
wrong_text="'beta1' is not read by this program: its optimizer is sgd"; wrong --set beta1=0.9
wrong_text="'warmup' is not read by this program: its schedule is step"; wrong --set warmup=3
wrong_text="'huber_delta' is not read by this program: its loss is softmax"; wrong --set huber_delta=3
wrong_text="'loss' is compiled into the program: change it in the .net"; wrong --set loss=mse
wrong_text="'optimizer' is compiled into the program"; wrong --set optimizer=adam
wrong_text='--set wants KEY=VALUE, as in --set momentum=0.9'; wrong --set lr; wrong --set =3
wrong_text='--set wants a value'; wrong --set
wrong_text='--epochs wants a value: --epochs N'; wrong --epochs
wrong_text='a whole number from 1 to 2147483647 is wanted'
wrong --epochs 0; wrong --epochs 1e3; wrong --epochs -1; wrong --steps 99999999999999999999; wrong --batch 0
wrong --batch 3x; wrong --every 0; wrong --every ' 3'
wrong_text='a number above 0 is wanted'
wrong --lr 0; wrong --lr -1; wrong --lr nan; wrong --lr inf; wrong --lr 0,1; wrong --lr 0x1; wrong --lr 1e400
wrong_text='a number from 0 to below 1 is wanted'; wrong --set momentum=1; wrong --set momentum=-0.1
wrong_text='a whole number from 0 to 18446744073709551615 is wanted'
wrong --seed -1; wrong --seed 1.5; wrong --seed 18446744073709551616
wrong_text='true or false is wanted'; wrong --set shuffle=yes; wrong --set nesterov=1
wrong_text='up to 16 epochs in rising order'; wrong --set at=; wrong --set at=2,1; wrong --set at=2,,3
wrong --set at=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
wrong_text='stop, skip or continue is wanted'; wrong --set on_nonfinite=ignore
wrong_text='nesterov wants a momentum above 0'; wrong --set nesterov=true --set momentum=0
wrong_text='epochs and steps: only one can be given'; wrong --epochs 3 --steps 3; wrong --set steps=3 --epochs 3
wrong_text='--threads wants a whole number from 1 to 1024'; wrong --threads 0; wrong --threads 1025
wrong_text='--width wants a whole number from 40 to 1000'; wrong --width 39; wrong --width wide
wrong_text='--color wants auto, always or never'; wrong --color red
wrong_text='--quiet takes no value'; wrong --quiet=yes
wrong_text="'extra' is not an option; --help lists them"; wrong extra
wrong_text='--dry-run, --check-grad, --eval, --predict and --replay: only one can be given'; wrong --dry-run --check-grad

# ---- The same ranges as in the source
refuses 'settings/momentum of sgd' 2 'a number from 0 to below 1 is wanted' ./sgd --set momentum=1.5
refuses 'settings/momentum of rmsprop' 2 'a number from 0 to below 1 is wanted' ./rmsprop --set momentum=1
refuses 'settings/eps' 2 'a number above 0 is wanted' ./rmsprop --set eps=0
for option in --save --save-grads --load --data; do
    refuses "settings/$option twice" 2 "$option was given twice" ./sgd $option a $option=b
done

# ---- A warmup that the run does not outlast
status settings/warmup 0 ./adagrad --quiet --steps 3 --set warmup=5
sentence 'settings/warmup: warning' 'adagrad: warning: the warmup takes 5 steps, the run 3: the rate never reaches'
status 'settings/warmup as long as the run' 0 ./adagrad --quiet --steps 5 --set warmup=5
check 'settings/warmup as long as the run: no warning' test ! -s err

# a layer that the loss does not depend on has the gradient of its penalty, the same in every step
cat > beside.net <<'NET'
data = gaussian(12, 3);
model {
    input [3];
    target [2];
    x = linear;
    beside = dense(4);
    dense(2) from x;
}
train { loss = mse; optimizer = sgd(lr = 1e-12); regularize = l2(0.5); batch = 12; steps = 4; }
NET
compile beside -O1
./beside --quiet --json | grep '"event":"step"' | sed -n 's/.*"name":"beside",.*"grad_norm":\([^,]*\),.*"name":"dense".*/\1/p' \
    | cut -c1-8 > norms
check 'a penalty alone: four steps' [ "$(wc -l < norms)" -eq 4 ]
check 'a penalty alone: one gradient' [ "$(sort -u norms | wc -l)" -eq 1 ]
