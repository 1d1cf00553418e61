# review.sh -- the pages of docs/review are what netc writes; of reports they keep what was stored.
. tests/say.sh

sh docs/review/make.sh "$NETC" "$WORK" 2> "$WORK/err" || fail review "$(head -n 1 "$WORK/err")"
for edit in activation depth norm; do
    if [ "${ACCEPT:-}" ]; then cp "$WORK/$edit.md" docs/review/; fi
    cmp -s "$WORK/$edit.md" "docs/review/$edit.md" && ok "review/$edit" \
        || fail "review/$edit" "docs/review/$edit.md is not what make.sh writes: tests/run --accept review"
done

# What docs/reading-c.md quotes stands so in the C that it walks through.
"$NETC" -S examples/skip/connections.net -o "$WORK/connections.c"
awk -v c="$WORK/connections.c" '
    BEGIN { while ((getline line < c) > 0) text = text line "\n" }
    /^```c$/ { quoting = 1; quote = ""; next }
    /^```$/ { if (quoting) print (index(text, quote) ? "ok" : "not") " line " NR; quoting = 0; next }
    quoting { quote = quote $0 "\n" }' docs/reading-c.md > "$WORK/quotes"
check "review/reading-c quotes much" [ "$(wc -l < "$WORK/quotes")" -gt 10 ]
while read -r verdict where; do
    check "review/reading-c quotes up to $where" [ "$verdict" = ok ]
done < "$WORK/quotes"
