# define.sh -- define NAME: prints C that has what stands on standard input as the text NAME (read by the
# embed.sh of each folder of page files).
define() {
    printf 'const char %s[] = {\n' "$1"
    od -An -v -td1 | sed 's/^ *//; s/  */,/g; s/$/,/'
    printf '0 };\n'
}
