# examples.sh -- every example keeps its promises: the binary trains, and its `expect` block holds.
. tests/say.sh
. tests/nets.sh
for file in $(nets_to_run | grep ^examples/); do
    name=$(basename "$file" .net)
    program=$(build_net "$file") || { fail "examples/$name" "netc failed"; continue; }
    check "examples/$name" "$program" --no-out --quiet --data "$(data_of "$file")"
done
