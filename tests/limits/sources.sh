# sources.sh -- for each row of limits.def a source with exactly n of what it counts: source_ROW n.
# Read by tests/kind/limits.sh.

TRAIN='train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 1; }'

# model BODY : a whole source; BODY may hold declarations behind the model
model() { printf 'data = xor(8);\nmodel { input [2]; target class(2);\n%s\n%s\n' "$1" "$TRAIN"; }

# copies N TEXT : the text N copies
copies() { awk -v n="$1" -v text="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", text }'; }

source_SOURCE_BYTES() {
    model 'dense(2); }' > whole.part
    cat whole.part
    printf '//'
    copies $(($1 - $(wc -c < whole.part) - 3)) x
    echo
}

source_IDENTIFIER() { model "$(copies "$1" a) = dense(2); }"; }

source_STRING_BYTES() {
    model 'dense(2); }' | sed "s|xor(8)|csv(\"$(copies "$1" a)\", target = 0)|"
}

# The braces of the model are one level.
source_NESTING() {
    model "$(copies $(($1 - 1)) 'if true { ')relu;$(copies $(($1 - 1)) ' }') dense(2); }"
}

# The model is one level; each block is one more.
source_EXPANDED_NESTING() {
    echo 'block b1() { dense(2); }'
    awk -v n="$1" 'BEGIN { for (i = 2; i < n; i++) printf "block b%d() { b%d; }\n", i, i - 1 }'
    model "b$(($1 - 1)); }"
}

source_SWEEP_POINTS() { model 'dense(2); }'; echo "sweep { seed in 1..$1; }"; }

# The operand at the bottom is a level.
source_OPERATORS() { model "dense(2 - $(($1 - 2))$(copies $(($1 - 2)) ' + 1')); }"; }

# Each line is a mistake.
source_ERRORS() { model "$(copies "$1" 'dense(0);
')dense(2); }"; }

# A chain of files; this one is not counted.
source_IMPORT_DEPTH() {
    for i in $(seq "$1"); do
        echo "import \"depth$((i + 1)).part\";" > "depth$i.part"
    done
    echo 'let deepest = 2;' > "depth$1.part"
    echo 'import "depth1.part";'
    model 'dense(deepest); }'
}

source_LAYERS() { model "repeat $(($1 - 1)) as i { relu; } dense(2); }"; }

source_LIST_ELEMENTS() { model "dense(len(1..$1) - $1 + 2); }"; }

source_RANK() { model "reshape([2$(copies $(($1 - 1)) ', 1')]); flatten; dense(2); }"; }

source_DIMENSION() { model 'dense(1); dense(2); }' | sed "s/\\[2\\]/[$1]/; s/xor(8)/gaussian(8, 1)/"; }

# In a batch of 2 where that divides n.
source_TENSOR_ELEMENTS() {
    batch=1
    [ $(($1 % 2)) -eq 0 ] && batch=2
    model "dense(1); dense($(($1 / batch))); dense(1); dense(2); }" | sed "s/batch = 1/batch = $batch/"
}

# A window that is moved by n.
source_WINDOW() {
    model "reshape([1, 1, 2]); conv(1, 1, stride = $1); max_pool(1, stride = 32767); flatten; dense(2); }"
}

# n expectations, which make much C, and n bytes of padding that the C repeats.
source_C_BYTES() {
    echo "data = csv(\"$(copies "$2" a)\", target = \"b\");"
    echo 'model { input [4]; target class(2); dense(2); }'
    echo "$TRAIN"
    echo 'expect {'
    copies "$1" "loss.train$(copies 40 ' + loss.train') > 0;
"
    echo '}'
}
