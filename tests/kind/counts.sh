# counts.sh -- the counts of a gradient that a layer takes over from another are its own: records of the same bytes where each layer counts for itself.
. tests/say.sh
mkdir -p "$WORK/over" "$WORK/each"

# What a call says of another layer's counts is dropped.
cat > "$WORK/each.h" <<'H'
#include <netrt.h>
#undef rt_watch_same_delta
#undef rt_watch_same_path
#define rt_watch_same_delta(c, w, counted, ...) \
    ((void)(counted), rt_watch_delta(c, w, __VA_ARGS__))
#define rt_watch_same_path(c, w, path, counted, ...) \
    ((void)(counted), rt_watch_path(c, w, path, __VA_ARGS__))
H

# Each with a batch that runs whole, counted.net also with one that runs in parts.
while read -r file batch; do
    name=$(basename "$file" .net)
    for side in over each; do
        "$NETC" --cc="cc $([ $side = over ] || echo "-include $WORK/each.h")" "$file" \
            -o "$WORK/$side/$name" 2> "$WORK/err" || fail "counts/$name" "$side: netc failed"
        status "counts/$name: $side, $batch samples" 0 "$WORK/$side/$name" --quiet --threads 2 \
            --steps 6 --every 1 --batch "$batch" --out "$WORK/$side/$name.$batch"
    done
    check "counts/$name: some are taken over" sh -c '"$0" -S "$1" -o - | grep -q rt_watch_same_' \
        "$NETC" "$file"
    check "counts/$name: the same, $batch samples" cmp "$WORK/each/$name.$batch/flow.jsonl" \
        "$WORK/over/$name.$batch/flow.jsonl"
done <<'NETS'
tests/c/counted.net 24
tests/c/counted.net 60
tests/c/images.net 4
tests/c/norms.net 16
examples/convolution/residual.net 16
NETS
