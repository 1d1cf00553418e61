# gradients.sh -- every program's own --check-grad: its gradients against finite differences.
. tests/say.sh
. tests/nets.sh
for file in $(nets_to_run); do
    name=$(net_name "$file")
    program=$(build_net "$file") || { fail "gradients/$name" "netc failed"; continue; }
    check "gradients/$name" "$program" --check-grad --no-out --data "$(data_of "$file")"
done
