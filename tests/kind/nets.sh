# nets.sh -- random nets of the whole language: clean C, gradients against differences, the same bits.
#
# N nets (200; 40 when sanitized) from SEED (1) on: tests/nets/check.sh draws and checks each.
. tests/say.sh
: "${N:=$([ -n "$SANITIZED" ] && echo 40 || echo 200)}" "${SEED:=1}" "${JOBS:=$(nproc)}"
cc -std=c11 -O1 tests/nets/*.c -o "$WORK/draw" || exit 1
echo "seeds $SEED to $((SEED + N - 1))"
seq "$SEED" $((SEED + N - 1)) | xargs -P "$JOBS" -n 1 sh tests/nets/check.sh
