#!/bin/sh
# index.sh -- writes the table of files in the README.md of each folder that is named: a line a module,
# the first sentence of its header, source or script.  What stands above the table is kept.
set -eu
sentence() {
    awk '
    /^#!/ { next }
    {
        line = $0; last = line ~ /\*\//
        sub(/^(#|\/\/) ?/, "", line); sub(/^ *\/?\* ?/, "", line); sub(/ *\*\/.*/, "", line)
        text = text (text == "" ? "" : " ") line
    }
    last || line == "" || text ~ /\.  ?[A-Z]|[^.]\.$/ { exit }
    END {
        sub(/^[^ ]* -- /, "", text); sub(/\.  ?[A-Z].*/, "", text); sub(/\.$/, "", text)
        gsub(/\|/, "\\|", text)
        print text
    }' "$1"
}
for folder; do
    readme=$folder/README.md
    {
        if [ -e "$readme" ]; then sed '/^| file /,$d' "$readme"; else printf '# %s\n\n' "$folder"; fi
        echo '| file | what it is |'
        echo '| --- | --- |'
        for file in "$folder"/*.c "$folder"/*.h "$folder"/*.def "$folder"/*.proto "$folder"/*.l "$folder"/*.y \
            "$folder"/*.sh "$folder"/*.awk; do
            [ -e "$file" ] || continue
            name=$(basename "$file")
            case $name in
            *.c) [ -e "${file%.c}.h" ] && continue; shown="\`$name\`" ;;
            *.h) [ -e "${file%.h}.c" ] && shown="\`$name\` \`.c\`" || shown="\`$name\`" ;;
            *) shown="\`$name\`" ;;
            esac
            echo "| $shown | $(sentence "$file") |"
        done | LC_ALL=C sort
    } > "$readme.new"
    mv "$readme.new" "$readme"
done
