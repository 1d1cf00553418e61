# lint.sh -- make lint: floors, sizes, names, words that may not stand in the sources.
. tests/say.sh
if make --no-print-directory lint "BUILD=$BUILD" > "$WORK/out" 2>&1; then ok lint; else
    cat "$WORK/out"
    fail lint 'see above'
fi
