# program.sh -- the scripts of tests/program, each in an empty folder of its own.
for script in tests/program/*.sh; do
    name=$(basename "$script" .sh)
    mkdir -p "$WORK/$name"
    (cd "$WORK/$name" && WORK=$WORK/$name sh -u "$ROOT/$script" "$name") || {
        echo "FAIL program/$name: the script ended with an error"
    }
done
