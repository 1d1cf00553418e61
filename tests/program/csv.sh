# csv.sh -- CSV files as people have them: what is read, and what is refused with line and column.
. "$ROOT/tests/compiled.sh"
cat > table.net <<'NET'
data = csv("table.csv", target = "y");
model {
    input [3];
    target class(2);
    h = dense(4, act = tanh);
    out = dense(2);
}
train { loss = softmax_cross_entropy; optimizer = sgd(lr = 0.1); batch = 4; epochs = 2; }
NET
compile table

# csv_bad NAME TEXT BYTES : refused with the text
csv_bad() {
    printf "$3" > table.csv
    refuses "csv/$1" 1 "table: error: table.csv$2" ./table --save weights.safetensors
}
# csv_good NAME BYTES
csv_good() {
    printf "$2" > table.csv
    status "csv/$1" 0 ./table --quiet --json
}

csv_good 'plain' 'a,b,c,y\n1,2,3,0\n4,5,6,1\n'
cp out plain.json
csv_good 'CRLF' 'a,b,c,y\r\n1,2,3,0\r\n4,5,6,1\r\n'
check 'csv/CRLF: the same' test "$(value loss_train out)" = "$(value loss_train plain.json)"
csv_good 'byte order mark, quotes, no last newline' \
    '\357\273\277a,b,"c",y\n"1",2,3,0\n4,5.0e0,+6,"1"'
check 'csv/byte order mark: the same' test "$(value loss_train out)" = "$(value loss_train plain.json)"
csv_good 'target in front' 'y,a,b,c\n0,1,2,3\n1,4,5,6\n'
check 'csv/target in front: the same' test "$(value loss_train out)" = "$(value loss_train plain.json)"
csv_good 'classes by name' 'a,b,c,y\n1,2,3,no\n4,5,6,yes\n'
check 'csv/classes by name: the same' test "$(value loss_train out)" = "$(value loss_train plain.json)"

csv_bad 'a letter in column 3' ":3: column 3 (c) holds 'x', a number is wanted" 'a,b,c,y\n1,2,3,0\n4,5,x,1\n'
csv_bad 'decimal comma' ":2: column 3 (c) holds '3,5', a number is wanted" 'a,b,c,y\n1,2,"3,5",0\n'
csv_bad 'nothing in column 2' ':3: column 2 (b) is empty' 'a,b,c,y\n1,2,3,0\n4,,6,1\n'
csv_bad 'hexadecimal' ":2: column 1 (a) holds '0x10'" 'a,b,c,y\n0x10,2,3,0\n'
csv_bad 'nan' ":2: column 3 (c) holds 'nan'" 'a,b,c,y\n1,2,nan,0\n'
csv_bad 'too large' ":2: column 3 (c) holds '1e400', which is too large" 'a,b,c,y\n1,2,1e400,0\n'
csv_bad 'too large for float' ":2: column 3 (c) is too large for the model" 'a,b,c,y\n1,2,1e39,0\n'
csv_bad 'ragged: too few' ':3: 3 fields, the lines above have 4' 'a,b,c,y\n1,2,3,0\n4,5,1\n'
csv_bad 'ragged: too many' ':3: 5 fields, the lines above have 4' 'a,b,c,y\n1,2,3,0\n4,5,6,7,1\n'
csv_bad 'an empty line' ':3: the line is empty' 'a,b,c,y\n1,2,3,0\n\n4,5,6,1\n'
csv_bad 'an open quote' ':2: the quote that begins column 3 is not closed' 'a,b,c,y\n1,2,"3,0\n4,5,6,1\n'
csv_bad 'label out of range' ":3: column 4 (y): label 2 is none of the model's 2 classes, 0 to 1" \
    'a,b,c,y\n1,2,3,0\n4,5,6,2\n'
csv_bad 'label below zero' ':2: column 4 (y): label -1 is none' 'a,b,c,y\n1,2,3,-1\n'
csv_bad 'label between classes' ':2: column 4 (y): label 0.5 is none' 'a,b,c,y\n1,2,3,0.5\n'
csv_bad 'three names for two classes' ":4: column 4 (y) holds more names than the model's 2 classes" \
    'a,b,c,y\n1,2,3,no\n4,5,6,yes\n7,8,9,perhaps\n'
csv_bad 'too few columns' ": 2 columns beside the target, the model's input is [3]" 'a,b,y\n1,2,0\n'
csv_bad 'too many columns' ": 4 columns beside the target, the model's input is [3]" 'a,b,c,d,y\n1,2,3,4,0\n'
csv_bad 'no such column' ":1: no column is called 'y'; there are a, b, c, z" 'a,b,c,z\n1,2,3,0\n'
csv_bad 'semicolons' ':1: fields end at semicolons, only commas are read' 'a;b;c;y\n1;2;3;0\n'
csv_bad 'tabs' ':1: fields end at tabs, only commas are read' 'a\tb\tc\ty\n1\t2\t3\t0\n'
csv_bad 'a header alone' ': holds no rows under its header' 'a,b,c,y\n'
csv_bad 'an empty file' ": '$PWD/table.csv' is empty" ''

# a file from elsewhere, with a terminal's escapes in it: none of them reaches the terminal
printf 'a,b,c,y\n1,2,\033[31mred\a,0\n' > table.csv
status 'csv/escapes' 1 ./table
check 'csv/escapes: shown as text' sh -c '! LC_ALL=C grep -q "[[:cntrl:]]" err'

# the folder of the data, and the name of the place in a sentence
mkdir 'other place'
printf 'a,b,c,y\n1,2,3,0\n4,x,6,1\n' > 'other place/table.csv'
status 'csv/--data' 1 ./table --data 'other place'
sentence 'csv/--data: sentence' "table.csv:3: column 2 (b) holds 'x'"
status 'csv/--data without the file' 1 ./table --data nowhere
sentence 'csv/--data without the file: sentence' "cannot open 'nowhere/table.csv': No such file or directory"
