# check_grad.sh -- every example's own --check-grad: its gradients against differences, in double.
. tests/say.sh
. tests/nets.sh
# Under the sanitizers the deep ones would take half an hour.
for file in $(nets_to_run | if [ -n "$SANITIZED" ]; then grep -v 'relu\|exploding\|skip'; else cat; fi); do
    name=$(net_name "$file")
    program=$(build_net "$file") || { fail "check_grad/$name" "netc failed"; continue; }
    check "check_grad/$name" "$program" --check-grad --no-out --data "$(data_of "$file")"
done
