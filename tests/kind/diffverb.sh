# diffverb.sh -- netc diff: its exit status, what it says of an edit, JSON, and git calling it in a
# repository.
. tests/say.sh
cc -std=c11 -D_GNU_SOURCE tests/json_lines.c -o "$WORK/json_lines" -ljansson || exit 1
cd "$WORK" || exit 1
cat > old.net << 'END'
// A net to edit.
param depth: int = 20;
data = digits(split = 0.8);
block unit(n: int) {
    w = dense(n, act = tanh);
    dropout(0.1);
}
model {
    input [64];
    target class(10);
    first = dense(64, act = sigmoid);
    repeat depth as i {
        h = dense(64, act = sigmoid);
    }
    one = unit(32);
    two = unit(32);
    logits = dense(10);
}
train {
    optimizer = sgd(lr = 0.1);
    batch     = 32;
}
expect { flow(h, step = 0) < 1e-3; }
END

# edit NAME STATUS SED : diff of old.net with what sed makes of it; no line over 80 columns
edit() {
    sed "$3" old.net > new.net
    status "diff/$1" "$2" "$NETC" diff old.net new.net
    cp "$WORK/out" "$WORK/said"
    check "diff/$1: 80 columns" sh -c '! grep -E "^.{81}" "$0"' "$WORK/said"
    "$NETC" diff --json old.net new.net > "$WORK/json"
    check "diff/$1: JSON" sh -c '"$0" < "$1"' "$WORK/json_lines" "$WORK/json"
}
told() { says "diff/$1: $2" "$WORK/said" "$2"; }

edit same 0 ''
told same 'Nothing differs.'
edit comment 0 '1s/A net/The net/'
told comment 'Nothing but the text differs.'
says 'diff/comment: JSON' "$WORK/json" '"differs":false,"same_text":false'
edit blanks 0 's/dense(n, act/dense( n,  act/'
told blanks 'Nothing but the text differs.'
edit default 0 's/batch     = 32;/batch = 32; epochs = 10; clip = none;/'

edit depth 1 's/20/50/'
told depth '~ repeat_h  times 20 -> 50'
told depth '~ param depth  20 -> 50'
told depth 'h[0..49]                          83,200          208,000         +124,800'
check 'diff/depth: the body is not told again' sh -c '! grep -q "~ h" "$0"' "$WORK/said"
edit width 1 's/first = dense(64/first = dense(48/'
told width '~ first     units 64 -> 48; out [64] -> [48]'
told width '~ h[0..19]  in [64] -> [48], [64]'
edit auto 1 's/act = tanh/act = relu/'
told auto '~ one.w  act tanh -> relu; init xavier_uniform -> he_normal; likewise in 1'
edit rename 1 's/first/stem/'
told rename '> stem  was first'
edit insert 1 's/^    one/    batchnorm;\n&/'
told insert '+ batchnorm  [64] -> [64]'
told insert '    batchnorm                              0              128             +128'
edit remove 1 '/first/d'
told remove '- first  dense(64, act = sigmoid, init = xavier_uniform)'
edit rate 1 's/0\.1);$/0.01);/; s/32;/16;/'
told rate '~ train.optimizer.lr  0.1 -> 0.01'
told rate '~ train.batch  32 -> 16'
told rate 'activations, bytes'
edit expected 1 's/1e-3/1e-4/'
told expected '+ expect flow(h, step = 0) < 0.0001'
told expected '- expect flow(h, step = 0) < 0.001'
edit input 1 's/digits(split = 0.8)/gaussian(64, split = 0.5)/; s/input \[64\]/input [100]/'
told input '~ model.input  [64] -> [100]'

# The count of lines is diff's.
sed 's/first = dense(64/first = dense(48/; s/two/three/' old.net > new.net
mkdir -p other && cp new.net other/old.net
"$NETC" -S old.net -o old.c && "$NETC" -S other/old.net -o new.c
added=$(diff -d old.c new.c | grep -c '^>') removed=$(diff -d old.c new.c | grep -c '^<')
"$NETC" diff old.net new.net > said
says 'diff/lines of C' said ": $added added, $removed removed"

sed 's/20/21/' old.net > new.net
status 'diff/-D' 0 "$NETC" diff -D depth=3 old.net new.net
says 'diff/-D says' out 'Nothing but the text differs.'
sed 's/tanh/tahn/' old.net > wrong.net
status 'diff/errors' 2 "$NETC" diff old.net wrong.net
says 'diff/errors are told' err 'wrong.net:5:24: error: '
status 'diff/no such file' 2 "$NETC" diff old.net missing.net
sentence 'diff/no such file says' "cannot open 'missing.net'"
status 'diff/one file' 2 "$NETC" diff old.net
sentence 'diff/one file says' "'netc diff' takes two files"
status 'diff/--git without words' 2 "$NETC" diff --git old.net new.net
status 'diff/color' 1 "$NETC" diff --color=always old.net new.net
check 'diff/escapes' grep -q "$(printf '\033')" out
status 'diff/no color' 1 "$NETC" diff --color=never old.net new.net
check 'diff/no escapes' sh -c '! grep -q "$(printf "\033")" out'
: > empty.net
status 'diff/empty files' 0 "$NETC" diff empty.net empty.net
status 'diff/from nothing' 1 "$NETC" diff /dev/null old.net
says 'diff/from nothing says' out '+ first'
printf 'block b(n: int) { dense(n); }\n' > blocks.net
printf 'block b(n: int) { dense(2 * n); }\n' > changed.net
status 'diff/blocks alone' 1 "$NETC" diff blocks.net changed.net
says 'diff/blocks alone says' out '~ block b'
status 'diff/no train block' 1 sh -c 'sed "/^train/,\$d" old.net > part.net; "$NETC" diff part.net old.net'
says 'diff/no train block says' out 'activations, bytes                       -'
status 'diff/--summary' 0 "$NETC" diff --summary old.net
says 'diff/--summary says' out '    h = dense(64, act = sigmoid, init = xavier_uniform)  [64] -> [64]  4160 parameters'
status 'diff/--summary of a mistake' 2 "$NETC" diff --summary wrong.net

# ---- git: a source in a folder, with an import from another -----------------------------------------
command -v git > /dev/null || exit 0
HOME=$WORK GIT_CONFIG_NOSYSTEM=1 PATH=$(dirname "$NETC"):$PATH
export HOME GIT_CONFIG_NOSYSTEM PATH
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_EXTERNAL_DIFF
git init -q repository && cd repository || exit 1
git config user.name tester
git config user.email tester@example.org
mkdir nets parts
printf 'block unit(n: int) { dense(n, act = tanh); dropout(0.1); }\n' > parts/unit.net
{ echo 'import "../parts/unit.net";'; sed '/^block/,/^}/d' ../old.net; } > 'nets/a net.net'
sed '/^block/,/^}/d; s/unit(32)/dense(32)/' ../old.net > nets/plain.net
printf '*.net diff=netc\n' > .gitattributes
git add -A
git commit -q -m One
sed -i 's/20/50/; s/unit(32)/unit(16)/' 'nets/a net.net'
sed -i 's/20/50/' nets/plain.net

git config diff.netc.command 'netc diff --git'
status 'git/driver' 0 git diff
says 'git/driver names the file' "$WORK/out" 'netc diff nets/a net.net'
says 'git/driver finds the import' "$WORK/out" '~ repeat_h     times 20 -> 50'
says 'git/driver: blocks' "$WORK/out" '~ one.dense    units 32 -> 16; out [32] -> [16]'
check 'git/driver: both files' sh -c '[ "$(grep -c "^netc diff" "$0")" -eq 2 ]' "$WORK/out"
(cd nets && git diff > "$WORK/below")
same 'git/driver from a folder below' "$WORK/out" "$WORK/below"
git commit -q -a -m Two
git mv nets/plain.net nets/other.net
sed -i 's/0\.1);$/0.2);/' nets/other.net
git add -A
status 'git/renamed' 0 git diff -M --cached
says 'git/renamed: both names' "$WORK/out" 'netc diff nets/plain.net -> nets/other.net'
says 'git/renamed: what changed' "$WORK/out" '~ train.optimizer.lr  0.1 -> 0.2'
cp nets/other.net nets/new.net
git add -A
git rm -q --cached nets/other.net
status 'git/new and gone' 0 git diff --no-renames --cached
says 'git/new' "$WORK/out" 'netc diff nets/new.net'
git add -A
git commit -q -m Three
sed -i 's/sigmoid/sigmiod/' nets/new.net
status 'git/driver with errors' 0 git diff
says 'git/driver tells the errors' "$WORK/out" 'nets/new.net:9:29: error: '
git checkout -q nets/new.net

git config --unset diff.netc.command
git config diff.netc.textconv 'netc diff --git --summary'
sed -i 's/50/60/' nets/new.net
status 'git/textconv' 0 git diff
says 'git/textconv old' "$WORK/out" '-repeat(50)  [64] -> [64]'
says 'git/textconv new' "$WORK/out" '+repeat(60)  [64] -> [64]'
check 'git/textconv: no layer but the repeat' sh -c '! grep -q "^[-+] *h =" "$0"' "$WORK/out"
git checkout -q nets/new.net
sed -i '1s|^|// again\n|' nets/new.net
status 'git/textconv of a comment' 0 git diff
check 'git/textconv of a comment says nothing' sh -c '! grep -q "^[-+][^-+]" "$0"' "$WORK/out"
git checkout -q nets/new.net
sed -i 's/sigmoid/sigmiod/' nets/new.net
status 'git/textconv with errors' 0 git diff
says 'git/textconv with errors shows the text' "$WORK/out" '+    first = dense(64, act = sigmiod);'
git config diff.netc.textconv 'netc diff --git --summary --as=nets/'
status 'git/textconv with an import' 0 git log -p --format=%s -- 'nets/a net.net'
says 'git/textconv finds the import' "$WORK/out" '+    dense(16, act = tanh, init = xavier_uniform)  [64] -> [16]'
