# memory.sh -- netc without memory: each allocation fails in turn; one sentence (netc's own, exit status
# 4, or that a file cannot be opened for want of memory), and no file.
. tests/say.sh
if [ -n "$SANITIZED" ]; then
    ok 'memory: the sanitizer has an allocator of its own'
    exit
fi
cc -std=c11 -O1 -shared -fPIC tests/fail_malloc.c -o "$WORK/fail_malloc.so" || exit 1

# starve NAME ARGUMENT... : until it has all that it wants
starve() {
    starve_name=$1; shift
    n=0 got=1
    while [ $got -ne 0 ] && [ $n -lt 2000 ]; do
        n=$((n + 1))
        rm -rf "$WORK/folder" "$WORK/c"; mkdir "$WORK/folder"
        FAIL_AT=$n TMPDIR=$WORK/folder LD_PRELOAD=$WORK/fail_malloc.so "$NETC" "$@" \
            > "$WORK/out" 2> "$WORK/err"
        got=$?
        left=$(ls -A "$WORK/folder"; ls "$WORK" | grep '^c\.\|^c$')
        [ $got -eq 0 ] && break
        if [ $got -gt 4 ] || [ -n "$left" ] || ! grep -q '^netc: .*memory$' "$WORK/err"; then
            cat "$WORK/err"
            fail "$starve_name" "exit status $got at allocation $n, left '$left'"
            return
        fi
    done
    if [ $n -gt 3 ]; then ok "$starve_name ($((n - 1)) allocations)"; else
        fail "$starve_name" "only $n allocations"
    fi
}
starve 'memory/C' -S examples/skip/connections.net -o "$WORK/c"
starve 'memory/fmt' fmt examples/skip/connections.net -o "$WORK/c"
starve 'memory/dump' --dump=plan examples/skip/connections.net
starve 'memory/program' examples/data/xor.net -o "$WORK/c"
starve 'memory/diff' diff examples/skip/connections.net examples/skip/connections.net
