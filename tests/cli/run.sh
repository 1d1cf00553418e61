# run.sh -- netc run: the program takes the arguments behind the source, and leaves nothing behind.
. "$ROOT/tests/xor.sh"
mkdir temporary
TMPDIR=$PWD/temporary
export TMPDIR
status run/arguments 0 "$NETC" run xor.net --steps 2 --no-out --quiet
status 'run/behind --' 0 "$NETC" run -D units=3 xor.net -- --steps 2 --no-out --quiet
status 'run/usage of the program' 2 "$NETC" run xor.net --no-such-option
status 'run/errors in the source' 1 "$NETC" run missing.net
check 'run/leaves nothing' sh -c '[ -z "$(ls -A temporary)" ]'
