# dump.sh -- tests/dump/NAME.net, and what --dump=STAGE prints of it in NAME.STAGE.
. tests/say.sh
cd tests/dump || exit 1
for file in *.net; do
    stem=${file%.net}
    for stage in ast model graph schedule plan; do
        [ -e "$stem.$stage" ] || continue
        if "$NETC" --dump=$stage "$file" > "$WORK/$stem.$stage" 2> "$WORK/err"; then
            golden "dump/$stem.$stage" "$stem.$stage" "$WORK/$stem.$stage"
        else
            cat "$WORK/err"
            fail "dump/$stem.$stage" "netc failed"
        fi
    done
done
