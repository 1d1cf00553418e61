# examples.sh -- every example keeps its promises: the binary trains, and its `expect` block holds.
. tests/say.sh
. tests/nets.sh
# The sanitizers make a run ten times as long: a few steps then, whatever comes of them.
if [ -n "$SANITIZED" ]; then
    for file in $(nets_to_run | grep ^examples/); do
        program=$(build_net "$file") || { fail "examples/$file" "netc failed"; continue; }
        "$program" --no-out --quiet --steps 30 --data "$(data_of "$file")" > "$WORK/out" 2>&1
        case $? in 0 | 3 | 4) ok "examples/$file" ;; *) cat "$WORK/out"; fail "examples/$file" "$?" ;; esac
    done
    exit
fi
for file in $(nets_to_run | grep ^examples/); do
    name=$(basename "$file" .net)
    program=$(build_net "$file") || { fail "examples/$name" "netc failed"; continue; }
    check "examples/$name" "$program" --no-out --quiet --data "$(data_of "$file")"
done
