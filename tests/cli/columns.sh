# columns.sh -- what netc prints of the examples for a reader keeps to 80 columns: characters, not bytes.
. "$ROOT/tests/say.sh"
for file in "$ROOT"/examples/*/*.net "$ROOT"/bench/nets/*.net; do
    grep -q '^model' "$file" || continue
    name=${file#"$ROOT"/}
    for verb in check 'check --full' graph; do
        # shellcheck disable=SC2086
        "$NETC" $verb "$file" > out 2> err
        check "columns/$verb $name" test -s out -a "$(LC_ALL=C.UTF-8 wc -L < out)" -le 80
    done
done
