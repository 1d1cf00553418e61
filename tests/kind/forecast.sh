# forecast.sh -- tests/forecast/NAME.net: the forecast against numbers of another implementation.
#
# NAME.want has a line a layer: its name, the RMS of its pre-activation, the RMS of its delta, the norm
# of its weights' gradient, its spread.  Agreement is within 0.02 decades, of the spread within 0.02.
. tests/say.sh

for net in tests/forecast/*.net; do
    name=$(basename "$net" .net)
    "$NETC" --dump=flow "$net" > "$WORK/$name.flow" 2>&1 || { fail "forecast/$name" "$(head -n 1 "$WORK/$name.flow")"; continue; }
    awk -f tests/forecast/compare.awk "tests/forecast/$name.want" "$WORK/$name.flow" > "$WORK/$name.diff" \
        && ok "forecast/$name" || fail "forecast/$name" "$(head -n 1 "$WORK/$name.diff")"
done
