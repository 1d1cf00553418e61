# check_grad.sh -- a program's own --check-grad: its gradients against differences, in double.
. tests/say.sh
. tests/nets.sh
# Under the sanitizers the deep ones would take half an hour.
for file in $(few_nets_to_run | if [ -n "$SANITIZED" ]; then grep -v 'relu\|small_normal\|/he\.net\|exploding\|skip'; else cat; fi); do
    name=$(net_name "$file")
    program=$(build_net "$file") || { fail "check_grad/$name" "netc failed"; continue; }
    check "check_grad/$name" "$program" --check-grad --no-out --data "$(data_of "$file")"
done

# a deep net of few parameters: its passes are slow, so a sample is taken, not of all tensors, the same with any number of
# threads, in bounded time; --quiet leaves the verdict
cat > "$WORK/deep.net" <<'NET'
data = digits(split = 0.8);
model {
    input [64];
    target class(10);
    repeat 1000 { h = dense(6, act = tanh); }
    out = dense(10);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 16; steps = 3; }
NET
if [ -z "$SANITIZED" ] && "$NETC" "$WORK/deep.net" -o "$WORK/deep"; then
    status check_grad/deep 0 timeout 120 "$WORK/deep" --check-grad --quiet --no-out --threads 2
    check 'check_grad/deep: how many' grep -qE '^a sample of [0-9]+ of the [0-9]+ parameters, seed 1$' "$WORK/out"
    check 'check_grad/deep: what is left out' grep -qE '^[0-9]+ more of the sample would take too long; [0-9]+ of 2002 tensors are left out$' "$WORK/out"
    cp "$WORK/out" "$WORK/deep.said"
    status check_grad/deep 0 sh -c 'ulimit -t 40; exec "$@"' - "$WORK/deep" --check-grad --quiet --no-out --threads 1
    check 'check_grad/deep: the same sample with one thread' cmp "$WORK/out" "$WORK/deep.said"
    check 'check_grad/deep: the verdict last' sh -c 'tail -n 1 "$1" | grep -q ": ok$"' - "$WORK/out"
fi
