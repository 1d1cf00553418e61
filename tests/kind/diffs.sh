# diffs.sh -- tests/diffs: what an edit of a source changes in its C, within bounds.
. tests/say.sh
. tests/diffs/measure.sh
measure_pairs > "$WORK/table"
while IFS='|' read -r what file lines bound verdict; do
    if [ "$verdict" = ok ]; then ok "diffs/$file $what"; else
        fail "diffs/$file $what" "$lines lines differ, bound '$bound': $verdict"
    fi
done < "$WORK/table"
