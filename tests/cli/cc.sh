# cc.sh -- the C compiler is run without a shell, in a folder of its own, with an environment of its own.
. "$ROOT/tests/xor.sh"
mkdir temporary
TMPDIR=$PWD/temporary
export TMPDIR

status 'cc/-###' 0 "$NETC" '-###' --cc=gcc xor.net -o prog
says 'cc/-### flags' err '-std=c11 -O3 -march=native -ffp-contract=fast -fno-math-errno'
says 'cc/-### double' err '-DRT_DOUBLE'
says 'cc/-### libraries' err '-lopenblas -lz -ljansson -lprotobuf-c -lmd -lm -lpthread'
check 'cc/-### runs nothing' test ! -e prog
status cc/--portable 0 "$NETC" '-###' --portable xor.net -o prog
says 'cc/--portable contraction' err '-ffp-contract=off'
check 'cc/--portable machine' sh -c '! grep -q march err'
status cc/--march 0 "$NETC" '-###' --march=none -O1 xor.net -o prog
check 'cc/--march=none' sh -c '! grep -q march err'
says 'cc/-O1' err '-std=c11 -O1'
status cc/-v 0 "$NETC" -v xor.net -o prog
says 'cc/-v prints' err 'libnetrt.a'
status cc/clang 0 "$NETC" --cc=clang xor.net -o prog
status 'cc/clang runs' 0 ./prog --steps 1 --no-out --quiet
status 'cc/CC' 0 env CC='gcc -pipe' "$NETC" -v xor.net -o prog
says 'cc/CC is two words' err 'gcc -pipe '

# names that a shell, or a C compiler, would take for something else
for name in 'a b' '$(touch canary)' '`touch canary`' "quote'" '"double' ';touch canary' '@file' '-v' \
    'naïve' '%s%n' '&& touch canary'; do
    cp xor.net "./$name.net"
    status "cc/source $name" 0 "$NETC" -o prog -- "$name.net"
    status "cc/output $name" 0 "$NETC" xor.net -o "$name"
    check "cc/output $name runs" "./$name" --steps 1 --no-out --quiet
    rm -f "./$name" "./$name.net"
done
check 'cc/no shell ran' test ! -e canary

# headers from elsewhere
mkdir hijack
echo '#error hijacked' > hijack/math.h
status 'cc/CPATH' 0 env CPATH="$PWD/hijack" C_INCLUDE_PATH="$PWD/hijack" "$NETC" xor.net -o prog

# a compiler that never ends: a signal ends netc, its children, and leaves nothing
cat > slow <<'SH'
#!/bin/sh
touch "$TMPDIR/started"
sleep 60
SH
chmod +x slow
for signal in TERM HUP; do                          # INT is ignored in the background of a script
    rm -f prog
    "$NETC" --cc=./slow xor.net -o prog 2> err &
    netc=$!
    i=0
    until ls temporary/*/started > /dev/null 2>&1 || [ $i -gt 100 ]; do sleep 0.05; i=$((i + 1)); done
    kill -$signal $netc 2> err
    wait $netc 2> /dev/null
    got=$?
    check "cc/signal $signal ends it" test $got -gt 128
    check "cc/signal $signal leaves nothing" sh -c '[ -z "$(ls -A temporary)" ] && ! ls | grep -q prog'
done

# a compiler that fails, and nobody who reads on
cat > wordy <<'SH'
#!/bin/sh
for last do :; done
for i in 1 2 3 4 5 6 7 8 9; do echo "wordy: error $i in $last" >&2; sleep 0.02; done
exit 1
SH
chmod +x wordy
"$NETC" --cc=./wordy xor.net -o prog 2>&1 | head -1 > /dev/null
"$NETC" -v --cc=./wordy xor.net -o prog 2>&1 | true
check 'cc/a closed pipe leaves nothing' sh -c '[ -z "$(ls -A temporary)" ] && ! ls | grep -q prog'

# the units fail together; one of them is shown
status 'cc/a failure' 3 "$NETC" --cc=./wordy xor.net -o prog
check 'cc/a failure once' sh -c '[ "$(wc -l < err)" -eq 10 ] && [ "$(grep -c "error 1 " err)" -eq 1 ]'
says 'cc/a failure of the program itself' err 'error 9 in ./xor.o'
status 'cc/--march unknown' 3 "$NETC" --cc=gcc --march=nosuch xor.net -o prog
check 'cc/--march unknown once' sh -c '[ "$(grep -c "error: bad value" err)" -eq 1 ]'
says 'cc/--march unknown sentence' err 'gcc failed'
