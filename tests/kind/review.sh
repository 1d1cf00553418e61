# review.sh -- the pages of docs/review are what netc writes; of reports they keep what was stored.
. tests/say.sh

sh docs/review/make.sh "$NETC" "$WORK" 2> "$WORK/err" || fail review "$(head -n 1 "$WORK/err")"
for edit in activation depth norm; do
    if [ "${ACCEPT:-}" ]; then cp "$WORK/$edit.md" docs/review/; fi
    cmp -s "$WORK/$edit.md" "docs/review/$edit.md" && ok "review/$edit" \
        || fail "review/$edit" "docs/review/$edit.md is not what make.sh writes: tests/run --accept review"
done
