# check_grad.sh -- every example's own --check-grad: its gradients against differences, in double.
. tests/say.sh
. tests/nets.sh
for file in $(nets_to_run); do
    name=$(net_name "$file")
    program=$(build_net "$file") || { fail "check_grad/$name" "netc failed"; continue; }
    check "check_grad/$name" "$program" --check-grad --no-out --data "$(data_of "$file")"
done
