# unit.sh -- the programs of tests/unit; each test in them counts.
for source in tests/unit/*.c; do
    name=$(basename "$source" .c)
    program=$BUILD/unit/$name
    if [ ! -x "$program" ]; then
        echo "FAIL unit/$name: not built: make unit"
        continue
    fi
    "$program" > "$WORK/$name.out" 2>&1
    status=$?
    count=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$WORK/$name.out" | tail -1)
    passed=${count% *} failed=${count#* }
    if [ -z "$count" ] || [ "$failed" -eq 0 ] && [ "$status" -ne 0 ]; then
        cat "$WORK/$name.out"
        echo "FAIL unit/$name: ended with status $status"
        continue
    fi
    [ "$failed" -gt 0 ] && cat "$WORK/$name.out"
    i=0; while [ $i -lt "$passed" ]; do echo "ok unit/$name"; i=$((i + 1)); done
    i=0; while [ $i -lt "$failed" ]; do echo "FAIL unit/$name: see above"; i=$((i + 1)); done
done
