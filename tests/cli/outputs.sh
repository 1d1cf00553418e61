# outputs.sh -- what netc writes: whole or not at all, and never over the source.
. "$ROOT/tests/xor.sh"
only() {        # only NAME FILES : nothing else lies here
    found=$(ls -A | grep -vxE 'out|err|check.out|xor.net' | tr '\n' ' ')
    if [ "$found" = "$2" ]; then ok "outputs/$1"; else fail "outputs/$1" "found: $found, want: $2"; fi
    ls -A | grep -vxE 'out|err|check.out|xor.net' | xargs -r rm -rf
}
TMPDIR=$PWD/temporary
export TMPDIR
mkdir "$TMPDIR"
tidy() {        # tidy NAME : the temporary folder is empty again
    left=$(ls -A "$TMPDIR")
    if [ -z "$left" ]; then ok "outputs/$1"; else fail "outputs/$1" "left behind: $left"; fi
}

status outputs/program 0 "$NETC" xor.net
tidy 'program leaves no folder'
status 'outputs/program runs' 0 ./xor --steps 1 --no-out --quiet
rm -rf temporary; only 'program files' 'xor '; mkdir temporary
status outputs/C 0 "$NETC" -S xor.net
rm -rf temporary; only 'C files' 'xor.c '; mkdir temporary
status outputs/object 0 "$NETC" -c xor.net
rm -rf temporary; only 'object files' 'xor.o '; mkdir temporary

status 'outputs/C to stdout' 0 "$NETC" -S xor.net -o -
says 'outputs/C to stdout text' out 'rt_model'
cp out stdout.c
status 'outputs/C from stdin' 0 sh -c '"$NETC" -S - -o - < xor.net'
status outputs/-MD 0 "$NETC" -S -MD xor.net -o "my net.c"
says 'outputs/-MD rule' 'my net.d' 'my\ net.c: xor.net'

status 'outputs/a directory' 2 "$NETC" xor.net -o temporary
sentence 'outputs/a directory sentence' 'cannot write temporary: it is a directory'
status 'outputs/no such directory' 2 "$NETC" xor.net -o nowhere/xor
sentence 'outputs/no such directory sentence' 'cannot write nowhere/xor: No such file or directory'
status 'outputs/the source' 2 "$NETC" -S xor.net -o ./xor.net
sentence 'outputs/the source sentence' 'it is the source'
ln xor.net link.net
status 'outputs/the source by another name' 2 "$NETC" xor.net -o link.net
status 'outputs/full disk' 2 "$NETC" -S xor.net -o /dev/full
sentence 'outputs/full disk sentence' 'cannot write /dev/full: No space left on device'
status 'outputs/a program as a device' 2 "$NETC" xor.net -o /dev/null
sentence 'outputs/a program as a device sentence' 'not a plain file'
status 'outputs/full stdout' 2 sh -c '"$NETC" -S xor.net -o - > /dev/full'
status 'outputs/too large a file' 2 sh -c 'ulimit -f 1; "$NETC" -S xor.net -o big.c'
sentence 'outputs/too large a file sentence' 'cannot write big.c: File too large'
check 'outputs/too large a file leaves nothing' sh -c '! ls | grep big'

status 'outputs/missing source' 1 "$NETC" missing.net
sentence 'outputs/missing source sentence' 'missing.net'
status 'outputs/a directory as source' 1 "$NETC" temporary
sentence 'outputs/a directory as source sentence' 'directory'
head -c 1048577 /dev/zero | tr '\0' ' ' > large.net
status 'outputs/too large a source' 1 "$NETC" check large.net
sentence 'outputs/too large a source sentence' 'large.net'
echo 'let a = 1;' > blocks.net
status 'outputs/no model' 1 "$NETC" blocks.net
sentence 'outputs/no model sentence' "has no 'model' block"
status 'outputs/check of a file without a model' 0 "$NETC" check blocks.net

echo 'int main(' > broken.h
status 'outputs/the C compiler fails' 3 "$NETC" --cc=false xor.net -o failed
sentence 'outputs/the C compiler fails sentence' 'false failed'
status 'outputs/missing compiler' 3 "$NETC" --cc=no-such-cc xor.net -o failed
sentence 'outputs/missing compiler sentence' "there is no C compiler 'no-such-cc'"
check 'outputs/a failure leaves nothing' sh -c '! ls -A | grep failed'
tidy 'failures leave no folder'

status 'outputs/no temporary folder' 3 env TMPDIR=/no/where "$NETC" xor.net -o failed
sentence 'outputs/no temporary folder sentence' 'cannot make a folder in /no/where'

# no file that the source imports is written over
mkdir parts
cat > parts/tall.net <<'NET'
import "wide.net";
block tall(units: int) { dense(units, act = tanh); }
NET
echo 'block wide(units: int) { dense(units, act = relu); }' > parts/wide.net
{ echo 'import "parts/tall.net";'; cat xor.net; } > imports.net
cp -r parts before
for part in tall wide; do
    for stop in -S -c -O0; do
        status "outputs/import $part $stop" 2 "$NETC" $stop imports.net -o parts/$part.net
        sentence "outputs/import $part $stop sentence" "parts/$part.net: it is read for this"
    done
done
check 'outputs/imports are as they were' diff -r parts before
