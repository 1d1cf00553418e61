# errors.sh -- bad programs: exactly the messages that stand beside their causes (tests/errors/README.md).
. tests/say.sh
cd tests/errors || exit 1
for file in *.net; do
    name=errors/${file%.net}
    options=$(sed -n 's|^// options: ||p' "$file")
    # shellcheck disable=SC2086
    "$NETC" check $options "$file" > "$WORK/out" 2> "$WORK/err"
    status=$?
    if awk -v status=$status -v file="$file" -f expect.awk "$file" "$WORK/err" > "$WORK/why"; then
        ok "$name"
    else
        cat "$WORK/err"
        fail "$name" "$(cat "$WORK/why")"
    fi
done
