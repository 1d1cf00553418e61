# determinism.sh -- the same source gives the same bytes of C, from any folder, user, locale, time zone.
. tests/say.sh
. tests/nets.sh
mkdir -p "$WORK/a" "$WORK/b/deeper and deeper/tests"
cp -r examples "$WORK/b/deeper and deeper"
cp -r tests/c "$WORK/b/deeper and deeper/tests"
export LOCPATH="$WORK/locale"
mkdir -p "$LOCPATH"
command -v localedef > /dev/null &&
    localedef -i de_DE -f UTF-8 "$LOCPATH/de_DE.UTF-8" > /dev/null 2>&1
for file in $(nets); do
    name=$(net_name "$file")
    (cd "$(dirname "$file")" && "$NETC" -S "$(basename "$file")" -o "$WORK/a/$name.c")
    (cd / && env -i LC_ALL=de_DE.UTF-8 LOCPATH="$LOCPATH" TZ=Asia/Tokyo HOME=/nowhere USER=other \
        TMPDIR=/nowhere "$NETC" -S "$WORK/b/deeper and deeper/$file" -o - \
        > "$WORK/b/$name.c")
    same "determinism/$name" "$WORK/a/$name.c" "$WORK/b/$name.c"
done
