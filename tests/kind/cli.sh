# cli.sh -- the scripts of tests/cli, each in an empty folder of its own.
for script in tests/cli/*.sh; do
    name=$(basename "$script" .sh)
    mkdir -p "$WORK/$name"
    (cd "$WORK/$name" && WORK=$WORK/$name sh -u "$ROOT/$script" "$name") || {
        echo "FAIL cli/$name: the script ended with an error"
    }
done
