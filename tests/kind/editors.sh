# editors.sh -- the editors' lists of names are the compiler's; Vim, where there is one, reads them.
. tests/say.sh
syntax=editors/vim/syntax/net.vim
words() {
    sed -n 's/^\(LAYER\|ACTIVATION\)([A-Z0-9_]*, *"\([a-z0-9_]*\)".*/\2/p
            s/^WORD\(_LATER\)*([A-Z]*, *[A-Z0-9_]*, *"\([a-z0-9_]*\)".*/\2/p' \
        compiler/layers.def compiler/activations.def compiler/vocabulary.def
    sed -n 's/^"\([a-z]*\)" .*{ return [A-Z]*; }/\1/p' grammar/net.l
    sed -n 's/.*strcmp(t->literal.text, "\([a-z]*\)") == 0$/\1/p' compiler/parse_tokens.c
    sed -n '/quantities\[\]/,/^};/s/"[, ]/\n/gp' compiler/check_expect.c | sed -n 's/.*{ "//p' | grep -v '^predicted'
    sed -n '/^static const .*{$/,/^};/s/", [0-9]/\n/gp' compiler/eval_function.c | sed -n 's/.*{ "//p'
}
words | sort -u > "$WORK/words"
sed 's/^ *".*//; s/\\\././g' $syntax | grep -oE '[a-z0-9_.]+' | sort -u > "$WORK/known"
count=$(wc -l < "$WORK/words")
check "editors/$count names are read" test "$count" -gt 130
comm -23 "$WORK/words" "$WORK/known" > "$WORK/missing"
check "editors/vim: every name is known" sh -c 'cat "$0"; test ! -s "$0"' "$WORK/missing"

command -v vim > "$WORK/out" || exit 0
mkdir -p "$WORK/pack/netc/start"
cp -r editors/vim "$WORK/pack/netc/start/net"
cat > "$WORK/vimrc" <<VIM
let &packpath = '$WORK,' . &packpath
packloadall
filetype plugin indent on
syntax on
VIM
printf 'data = digits();\nmodel {\n    h = dense(3, act = relo);\n    dense(10);\n}\n' > "$WORK/wrong.net"
color() { echo "call cursor($1, $2) | echo synIDattr(synID($1, $2, 1), 'name')"; }
(cd "$WORK" && PATH=$(dirname "$NETC"):$PATH TERM=dumb vim -e -s -N -i NONE -u vimrc wrong.net \
    -c 'redir! > vim.out' -c 'echo &filetype' -c "$(color 1 1)" -c "$(color 1 8)" -c "$(color 3 9)" \
    -c 'silent make!' -c 'for q in getqflist() | echo q.lnum q.col q.text | endfor' -c 'redir END' -c 'qa!' \
    < /dev/null > check.out 2>&1)
for text in net netStatement netSource netLayer; do
    check "editors/vim: $text" grep -qx "$text" "$WORK/vim.out"
done
says 'editors/vim: :make lists errors' "$WORK/vim.out" "3 24 unknown activation 'relo'"
