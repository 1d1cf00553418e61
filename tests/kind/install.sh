# install.sh -- make install into a DESTDIR; generated C builds there by pkg-config, without netc.
. tests/say.sh
check 'install/make' make --no-print-directory install DESTDIR="$WORK/root" PREFIX=/opt/netc \
    "BUILD=$BUILD"
(cd "$WORK" && . "$ROOT/tests/xor.sh")
file=$WORK/xor.net
installed=$WORK/root/opt/netc
for part in bin/netc include/netrt.h lib/libnetrt.a lib/pkgconfig/netrt.pc; do
    check "install/$part" test -e "$installed/$part"
done
check 'install/netc -S' "$installed/bin/netc" -S "$file" -o "$WORK/net.c"
flags=$(PKG_CONFIG_PATH=$installed/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$WORK/root \
    pkg-config --cflags --libs netrt)
sanitize=$(nm "$installed/lib/libnetrt.a" 2> /dev/null | grep -q __asan_init &&
    echo -fsanitize=address,undefined)
# shellcheck disable=SC2086
check 'install/cc' cc -std=c11 -O1 $sanitize "$WORK/net.c" $flags -o "$WORK/net"
check 'install/run' "$WORK/net" --steps 2 --no-out --quiet
check 'install/netc' "$installed/bin/netc" "$file" -o "$WORK/whole"
check 'install/netc run' "$WORK/whole" --steps 2 --no-out --quiet

# ---- Without its runtime
# lost_runtime NAME SENTENCE COMMAND...
lost_runtime() {
    name=$1 sentence=$2; shift 2
    status "install/$name" 3 "$@" "$file" -o "$WORK/lost"
    sentence "install/$name: sentence" "netc: $sentence"
    check "install/$name: nothing is left" test ! -e "$WORK/lost"
}
mkdir -p "$WORK/alone/bin"
cp "$installed/bin/netc" "$WORK/alone/bin"
lost_runtime 'netc alone' "its runtime is missing: there is no $WORK/alone/include/netrt.h" \
    "$WORK/alone/bin/netc"
# on a machine that lets us hide /proc
if unshare -rm true 2> "$WORK/err"; then
    # shellcheck disable=SC2016
    lost_runtime 'no /proc' 'cannot tell where its runtime lies: there is no /proc/self/exe' \
        unshare -rm sh -c 'mount -t tmpfs none /proc && exec "$@"' - "$installed/bin/netc"
fi
