# statements.awk -- puts each statement of generated C, and each row of a table, on one line.

function opened(text, a, b,   n, m) { n = gsub("[" a "]", "", text); m = gsub("[" b "]", "", text); return n - m }

function is_whole(text) { return text ~ /([;{},]|\*\/)$/ && text !~ /^ *[{] \..*[^}],?$/ && !opened(text, "(", ")") }

{
    text = text == "" ? $0 : text " " $0
    if (text == "" || text ~ /^#/ || text ~ /^ *(\/\*| \*)/ || text ~ /^[^ ].*[)]$/ || text ~ /^ *for .*[)]$/ || is_whole(text)) {
        print text
        text = ""
    }
}
