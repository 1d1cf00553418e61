# accuracy.sh -- a net of each kind from tests/accuracy/zoo: its forecast is within 0.1 decades of the
# median of 8 runs in the mean over its layers, and within 0.3 in each; nine of ten single runs are within 0.1 + 3 spreads.
. tests/say.sh

nets='dense_tanh_depth10 dense_relu_xavier_uniform_depth20_width256 dense_sigmoid_depth10 mse_tanh_depth5_outputs8 mse_relu_depth5_outputs1
    norm_batchnorm_relu_depth10 norm_layernorm_tanh_depth15 dropout_gelu_share0.1 residual_pre_batch_relu_depth10
    residual_post_batch_relu_depth5 conv_relu_batch_channels32_depth8 pool_avg_pool_2_tanh_normfalse
    pool_max_pool_2_relu_depth2_stages3_channels64
    bottleneck_relu_blocks3 rnn_tanh_units64_steps20 cell_lstm_64_steps20 cell_gru_64_steps20
    digits_rows_lstm_64_init_zeros_recurrent_init_zeros
    digits_tanh_depth5 digits_relu_lecun_normal_depth10 digits_tanh_layer_depth10 digits_conv_tanh_none'
# shellcheck disable=SC2086
BUILD=$BUILD WORK=$WORK SEEDS=8 sh tests/accuracy/run.sh $nets > "$WORK/table" 2> "$WORK/err"
for net in $nets; do
    awk -v net="$net" '
        index($2, net) == 1 && $4 != "act" {
            off = $5 > $6 ? $5 - $6 : $6 - $5
            sum += off; n++
            within += $7; runs += $8
            if (off > worst) worst = off
        }
        END {
            printf "mean %.3f, worst %.3f of %d, %d of %d runs\n", (n ? sum / n : 99), worst, n, within, runs
            exit !(n > 4 - 2 * (net ~ /^(rnn|cell|digits_rows)/) && sum / n <= 0.1 && worst <= 0.3 && within >= 0.9 * runs)
        }' "$WORK/rows" > "$WORK/$net.error" && ok "accuracy/$net" || fail "accuracy/$net" "$(cat "$WORK/$net.error")"
done
