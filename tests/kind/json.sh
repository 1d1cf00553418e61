# json.sh -- what is said in JSON is JSON: the messages of every bad program, the events of a run.
. tests/say.sh
. tests/nets.sh
cc -std=c11 -D_GNU_SOURCE tests/json_lines.c -o "$WORK/json_lines" -ljansson || exit 1
for file in tests/errors/*.net; do
    name=$(basename "$file" .net)
    options=$(sed -n 's|^// options: ||p' "$file")
    # shellcheck disable=SC2086
    "$NETC" check --json $options "$file" > "$WORK/$name.json"
    check "json/$name" sh -c '"$0" < "$1"' "$WORK/json_lines" "$WORK/$name.json"
done
for file in $(nets_to_run); do
    name=$(net_name "$file")
    program=$(build_net "$file") || { fail "json/$name" "netc failed"; continue; }
    "$program" --json --steps 3 --no-out --data "$(data_of "$file")" > "$WORK/$name.json" 2> "$WORK/err"
    check "json/$name" sh -c '"$0" < "$1"' "$WORK/json_lines" "$WORK/$name.json"
    says "json/$name summary" "$WORK/$name.json" '"event":"summary"'
done
