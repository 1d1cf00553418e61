#!/bin/sh
# train.sh -- do nets learn where the forecast is silent, and fail where it warns?
#
#   train.sh [NAME...]    nets of `trained` whose names begin so, or families; by default all
#
# Each net trains 300 steps under sgd, at five rates, and under adam, at three, until one learns: its loss falls under a
# quarter of that of a guess, and nine tenths of the test samples are told right.  It fails where at none the loss falls
# under nine tenths.  Where its line names an `optimizer` it trains as it is written, too: with that, its own rate and
# its own number of steps.  Two of three seeds decide.  What was trained stays in $BUILD/accuracy.  NETS names another list than `trained`.  The last table counts,
# by warning, the nets that it is given for.
set -uf
cd "$(dirname "$0")/../.." || exit 1
case ${BUILD:=build} in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
: "${STEPS:=300}" "${JOBS:=$(nproc)}" "${ZOO:=tests/accuracy}" "${WORK:=$BUILD/accuracy}"
NETC=$BUILD/bin/netc
export OPENBLAS_NUM_THREADS=1
learned=0.25 failed=0.9         # a loss is, over that of a guess
right=0.9                       # share of the test samples that a net has learned to tell

rates_of() {
    case $1 in
    sgd) echo 0.1 0.02 0.5 0.004 2.0 ;;
    adam) echo 0.002 0.0003 0.01 ;;
    written) echo written ;;
    esac
}

# text_of OPTIMISER WRITTEN : the setting
text_of() {
    case $1 in
    sgd) echo 'sgd(lr = 0.1)' ;;
    adam) echo 'adam(lr = 0.002)' ;;
    written) echo "$2" ;;
    esac
}

# guess FILE : the loss of one at its classes
guess() { sed -n 's/.*target class(\([0-9]*\)).*/\1/p' "$1" | awk '{ print log($1) }'; }

# outcome PROGRAM RATE SEED : the verdict, the loss over that of a guess, or "none" where it is not finite, and the rate
outcome() {
    [ "$2" = written ] && outcome_course= || outcome_course="--steps $STEPS --lr $2"
    # shellcheck disable=SC2086
    "$1" $outcome_course --seed "$3" --data "$WORK" --every 100000 --threads 1 --json --quiet --no-out 2> "$1.messages" |
        sed -n 's/.*"event":"summary".*"loss_train":\([^,]*\),.*"accuracy_test":\([^,}]*\).*/\1 \2/p' |
        awk -v guess="$guess" -v rate="$2" -v learned=$learned -v failed=$failed -v least=$right '
            /^[-+.e0-9]+ / { loss = $1 / guess; right = $2 == "null" ? 1 : $2 }
            END {
                if (loss == "" || loss > failed) verdict = "fails"
                else verdict = loss < learned && right >= least ? "learns" : "between"
                print verdict, loss == "" ? "none" : loss, rate
            }'
}

# best PROGRAM OPTIMISER SEED : the outcome at the first rate at which the net learns, or that of the least loss
best() {
    for rate in $(rates_of "$2"); do
        result=$(outcome "$1" "$rate" "$3")
        echo "$result"
        case $result in learns*) break ;; esac
    done | awk '
        { loss = $1 == "learns" ? -1 : $2 == "none" ? 1e300 : $2 }
        NR == 1 || loss < least { least = loss; line = $0 }
        END { print line }'
}

# train NAME OPTIMISER OPTION... : NAME.outcome, a line a seed; a third seed where two do not agree
train() {
    train_name=$1 train_optimiser=$2; shift 2
    "$NETC" -S "$@" -o "$train_name.c" 2> "$train_name.messages" || return 1
    train_key="$(cksum < "$train_name.c") $STEPS $(rates_of "$train_optimiser") $learned $right $failed"
    rm "$train_name.c"
    [ -f "$train_name.outcome" ] && [ "$(cat "$train_name.key" 2> /dev/null)" = "$train_key" ] && return
    "$NETC" -O1 "$@" -o "$train_name.program" 2> "$train_name.messages" || return 1
    for seed in 1 2 3; do
        [ "$seed" = 3 ] && agreed "$train_name.outcomes" || best "$train_name.program" "$train_optimiser" "$seed"
    done > "$train_name.outcomes"
    mv "$train_name.outcomes" "$train_name.outcome"
    rm "$train_name.program" "$train_name.program.messages"
    echo "$train_key" > "$train_name.key"
}

# agreed FILE : all its seeds have one verdict
agreed() { [ "$(cut -d ' ' -f 1 "$1" | sort -u | wc -l)" = 1 ]; }

# middle FILE : the outcome whose verdict two seeds share; of three verdicts, "between"
middle() {
    awk '{ n[$1]++; line[$1] = $0 } END { for (v in n) if (n[v] > 1) { print line[v]; exit } print line["between"] }' "$1"
}

# warnings OPTION... : those that netc gives, each once, as NAME:GRAVITY
warnings() {
    "$NETC" check --json --data "$WORK" "$@" | sed -n 's/.*"warning":"\([^"]*\)","gravity":\([0-9]\).*/\1:\2/p' | LC_ALL=C sort -u |
        tr '\n' ' '
}

# one NAME FAMILY FILE PARAM... : NAME.OPTIMISER.row, with the outcome and the warnings
one() {
    one_name=$1 one_family=$2 one_file=$ZOO/nets/$3.net one_written=; shift 3
    for param; do
        shift
        case $param in
        optimizer=*) one_written=${param#optimizer=} ;;
        *) set -- "$@" -D "$param" ;;
        esac
    done
    guess=$(guess "$one_file")
    for optimiser in sgd adam ${one_written:+written}; do
        one_stem=$WORK/$one_name.$optimiser
        one_net=$WORK/$(basename "$one_file" .net)_$optimiser.net
        [ $optimiser = written ] && one_net=$one_stem.net
        sed "s/sgd(lr = 0.1)/$(text_of $optimiser "$one_written")/" "$one_file" > "$one_net.$one_name"
        mv "$one_net.$one_name" "$one_net"
        rm -f "$one_stem.row"
        train "$one_stem" $optimiser "$one_net" "$@" || { echo "$one_name: netc failed" >&2; continue; }
        echo "$one_family $one_name $optimiser $(middle "$one_stem.outcome") $(warnings "$one_net" "$@")" > "$one_stem.row"
    done
}

. "$ZOO/jobs.sh"
mkdir -p "$WORK"
awk -f "$ZOO/blobs.awk" > "$WORK/blobs.csv"
chosen "${NETS:-trained}" "$@" > "$WORK/trained"
all_of "$WORK/trained"
cut -d' ' -f1 "$WORK/trained" | while read -r name; do
    for optimiser in sgd adam written; do cat "$WORK/$name.$optimiser.row" 2> /dev/null; done
done > "$WORK/trained.rows"
awk -f "$ZOO/trained.awk" "$WORK/trained.rows"
