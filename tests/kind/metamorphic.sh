# metamorphic.sh -- programs that say the same in other words: the same C, the same code, the same losses.
. tests/say.sh
. tests/nets.sh
cc -std=c11 -D_GNU_SOURCE tests/metamorphic/rename.c -o "$WORK/rename" -ljansson || exit 1
mkdir -p "$WORK/a" "$WORK/b"
# What examples import, from their own folder and from others.
for part in $(parts); do cp "$part" "$WORK/a"; cp "$part" "$WORK/b"; done
cp -r examples/* "$WORK"

# c_of SIDE NAME SOURCE : the C of a source, under one name for both sides
c_of() {
    cp "$3" "$WORK/$1/$2.net"
    "$NETC" -S "$WORK/$1/$2.net" -o "$WORK/$1/$2.c" 2> "$WORK/err" || head -5 "$WORK/err"
}

# Tokens stay; blanks, line ends and comments change.
other_blanks() { sed 's/^ *//; s|//.*||; s/$/  \/* " } *\/ \/\/ { "/; s/; /;\n\t/' "$1"; }
dense_text() { sed 's/^ *//; s|//.*||; s/  */ /g' "$1" | tr '\n' ' '; }

for file in $(nets); do
    name=$(net_name "$file")
    c_of a "$name" "$file"
    for way in other_blanks dense_text; do
        $way "$file" > "$WORK/$way.net"
        c_of b "$name" "$WORK/$way.net"
        same "metamorphic/$name $way" "$WORK/a/$name.c" "$WORK/b/$name.c"
    done
done

without_comments() { cc -fpreprocessed -dD -E -P "$WORK/$1/$2.c" 2> "$WORK/err" | tr -s ' \n' '\n' > "$WORK/$1/$2.code"; }

cp tests/metamorphic/same_c/*.part "$WORK/b"
for a in tests/metamorphic/same_c/*.a.net; do
    name=$(basename "$a" .a.net)
    c_of a "$name" "$a"
    c_of b "$name" "${a%.a.net}.b.net"
    same "metamorphic/same_c/$name" "$WORK/a/$name.c" "$WORK/b/$name.c"
done
for a in tests/metamorphic/same_code/*.a.net; do
    name=$(basename "$a" .a.net)
    c_of a "$name" "$a"
    c_of b "$name" "${a%.a.net}.b.net"
    for side in a b; do without_comments $side "$name"; done
    same "metamorphic/same_code/$name" "$WORK/a/$name.code" "$WORK/b/$name.code"
done

# losses SIDE NAME : 40 losses from stored weights
losses() {
    "$WORK/$1/$2" --json --quiet --no-out --every 1 --load "$WORK/$1/$2.safetensors" 2> "$WORK/err" \
        | sed -n 's/^{"event":"step".*"loss":\([^,]*\),.*/\1/p' > "$WORK/$1/$2.losses"
    [ "$(wc -l < "$WORK/$1/$2.losses")" -eq 40 ] || { head -5 "$WORK/err"; : > "$WORK/$1/$2.losses"; }
}

for a in tests/metamorphic/numbers/*.a.net; do
    name=$(basename "$a" .a.net)
    stem=${a%.a.net}
    "$NETC" "$a" -o "$WORK/a/$name" && "$NETC" "$stem.b.net" -o "$WORK/b/$name" &&
        "$WORK/a/$name" --steps 1 --quiet --no-out --save "$WORK/a/$name.safetensors" > "$WORK/out" &&
        "$WORK/rename" "$WORK/a/$name.safetensors" "$WORK/b/$name.safetensors" < "$stem.names" ||
        { fail "metamorphic/$name" 'not built'; continue; }
    for side in a b; do losses $side "$name"; done
    same "metamorphic/$name" "$WORK/a/$name.losses" "$WORK/b/$name.losses"
done
