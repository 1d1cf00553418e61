# examples.sh -- every example keeps its promises: it runs within a minute, and its `expect` block holds.
#
# Lines of the comment at its head are promises too:
#     // Status 3: ...                how it ends, where that is not with 0
#     // Says "text"                  what it then says
#     // Try -D x=1 --lr 2: ...       variants: "// Try ARGUMENTS: status N, ..."
# SEEDS="1 2 3" runs each with these seeds, not with the file's own.
. tests/say.sh
. tests/nets.sh
: "${SEEDS:=}"
# The sanitizers make a run ten times as long: a few steps then, whatever comes of them.
if [ -n "$SANITIZED" ]; then
    for file in $(nets_to_run | grep ^examples/); do
        program=$(build_net "$file") || { fail "$file" "netc failed"; continue; }
        "$program" --no-out --quiet --steps 30 --data "$(data_of "$file")" > "$WORK/out" 2>&1
        case $? in 0 | 3 | 4) ok "$file" ;; *) cat "$WORK/out"; fail "$file" "$?" ;; esac
    done
    exit
fi

# promised FILE : "STATUS ARGUMENTS" a line, the run as it stands first
promised() {
    awk '
    !/^\/\// { exit }
    /^\/\/ Status [0-9]: / { plain = substr($3, 1, 1) }
    /^\/\/ Try .*: status [0-9], / {
        words = $0; sub(/^\/\/ Try /, "", words); sub(/: status .*/, "", words)
        status = $0; sub(/.*: status /, "", status)
        tries = tries substr(status, 1, 1) " " words "\n"
    }
    END { printf "%d\n%s", plain, tries }' "$1"
}

# keeps FILE SEED STATUS ARGUMENTS... : the run ends so; what `// Says` quotes of a plain run is said
keeps() {
    keeps_file=$1 seed=$2 want=$3; shift 3
    status "$keeps_file${*:+ $*}${SEEDS:+ seed $seed}" "$want" timeout 300 "$NETC" run "$@" \
        "$keeps_file" --no-out --quiet --data "$(data_of "$keeps_file")" ${SEEDS:+--seed "$seed"}
    [ "$say_got" -eq "$want" ] || grep '^FAILS' "$WORK/out"
    [ $# -eq 0 ] || return 0
    sed -n 's|^// Says "\(.*\)".*|\1|p' "$keeps_file" > "$WORK/says"
    while read -r text; do
        cat "$WORK/err" >> "$WORK/out"
        says "$keeps_file says $text" "$WORK/out" "$text"
    done < "$WORK/says"
}

for file in $(nets_to_run | grep ^examples/); do
    promised "$file" > "$WORK/promised"
    while read -r want words; do
        for seed in ${SEEDS:-own}; do
            eval "keeps $file '$seed' $want $words"
        done
    done < "$WORK/promised"
    grep -q '^// Try ' "$file" && ! grep -q '^// Try .*: status [0-9], ' "$file" &&
        fail "$file" 'a line "// Try" without its status'
done

# A row an example, an example a row.
sed -n 's/^| `\([a-z0-9_/]*\.net\)` .*/\1/p' examples/README.md | LC_ALL=C sort > "$WORK/rows"
(cd examples && ls ./*/*.net) | sed 's|^\./||' | LC_ALL=C sort > "$WORK/files"
same 'examples/README.md has a row for each' "$WORK/files" "$WORK/rows"
