# gemm.sh -- --gemm: in the record where netc is told, by the program's own option, and in the plan.
. "$ROOT/tests/xor.sh"
status gemm/native 0 "$NETC" --gemm=native xor.net -o native
status gemm/openblas 0 "$NETC" --gemm=openblas -S xor.net -o openblas.c
says gemm/record openblas.c '.gemm = RT_GEMM_OPENBLAS,'
status gemm/auto 0 "$NETC" --gemm=auto -S xor.net -o auto.c
check 'gemm/record of none' sh -c '! grep -q gemm auto.c'

status gemm/plan 0 "$NETC" --dump=plan xor.net
says 'gemm/plan by shape' out 'affine of logits [16 x 8] x [8 x 2]: OpenBLAS, few columns leave vectors empty'
says 'gemm/plan native' out 'affine of h [16 x 2] x [2 x 8]: native, '
status 'gemm/plan forced' 0 "$NETC" --gemm=native --dump=plan xor.net
says 'gemm/plan as told' out 'affine of logits [16 x 8] x [8 x 2]: native, as --gemm says'

# The program's own option goes before netc's: so one program gives the bits of both.
for gemm in native openblas; do
    status "gemm/run $gemm" 0 ./native --steps 4 --quiet --no-out --gemm $gemm --save $gemm.safetensors
done
status gemm/run 0 ./native --steps 4 --quiet --no-out --save own.safetensors
check 'gemm/own' cmp own.safetensors native.safetensors
status gemm/unknown 2 ./native --gemm=mkl
says 'gemm/unknown sentence' err "--gemm wants auto, native or openblas, not 'mkl'"
