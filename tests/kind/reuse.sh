# reuse.sh -- sharing scratch memory changes no bit: with and without it the same weights and losses.
. tests/say.sh
. tests/nets.sh
for file in $(few_nets_to_run); do
    name=$(net_name "$file")
    with=$(build_net "$file") || { fail "reuse/$name" "netc failed"; continue; }
    "$NETC" --no-reuse "$file" -o "$WORK/$name" || { fail "reuse/$name" "netc failed"; continue; }
    for program in "$with" "$WORK/$name"; do
        way=$([ "$program" = "$with" ] && echo with || echo without)
        "$program" --steps 20 --no-out --quiet --json --data "$(data_of "$file")" \
            --save "$WORK/$name.$way.safetensors" 2> "$WORK/err" \
            | grep '"event":"step"' | sed 's/"seconds":[^,}]*//g' > "$WORK/$name.$way.json"
    done
    same "reuse/$name weights" "$WORK/$name.with.safetensors" "$WORK/$name.without.safetensors"
    same "reuse/$name losses" "$WORK/$name.with.json" "$WORK/$name.without.json"
done
