# threads.sh -- 1, 2 and 3 threads give the same bits of weights after 100 steps (10 when sanitized).
. tests/say.sh
. tests/nets.sh
steps=$([ -n "$SANITIZED" ] && echo 10 || echo 100)
for file in $(few_nets_to_run); do
    name=$(net_name "$file")
    program=$(build_net "$file") || { fail "threads/$name" "netc failed"; continue; }
    for threads in 1 2 3; do
        "$program" --steps $steps --no-out --quiet --threads $threads --data "$(data_of "$file")" \
            --save "$WORK/$name.$threads.safetensors" > "$WORK/out" 2> "$WORK/err"
    done
    [ -s "$WORK/$name.1.safetensors" ] || { cat "$WORK/err"; fail "threads/$name" "nothing saved"; }
    same "threads/$name 2" "$WORK/$name.1.safetensors" "$WORK/$name.2.safetensors"
    same "threads/$name 3" "$WORK/$name.1.safetensors" "$WORK/$name.3.safetensors"
done
