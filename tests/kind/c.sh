# c.sh -- tests/c/NAME.net and its C in NAME.c, byte for byte.
. tests/say.sh
cd tests/c || exit 1
for file in *.net; do
    stem=${file%.net}
    if "$NETC" -S "$file" -o "$WORK/$stem.c" 2> "$WORK/err"; then
        golden "c/$stem" "$stem.c" "$WORK/$stem.c"
    else
        cat "$WORK/err"
        fail "c/$stem" "netc failed"
    fi
done
