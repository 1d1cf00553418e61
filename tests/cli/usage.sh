# usage.sh -- the command line: what is asked for wrongly gets one sentence and exit status 2.
. "$ROOT/tests/xor.sh"

usage() {       # usage NAME TEXT ARGUMENT...
    usage_name=$1 usage_text=$2; shift 2
    status "usage/$usage_name" 2 "$NETC" "$@"
    sentence "usage/$usage_name sentence" "$usage_text"
}
usage 'no file' 'no source file'
usage 'unknown option' "unknown option '--portible'; did you mean '--portable'?" --portible xor.net
usage 'unknown short option' "unknown option '-z'" -z xor.net
usage 'two files' 'one file at a time' xor.net other.net
usage 'define' "-D takes NAME=EXPR, not 'units'" -D units xor.net
usage 'define without a word' '-D' xor.net -D
usage 'define twice' '-D units was given twice' -D units=3 -Dunits=4 xor.net
usage 'output twice' '-o was given twice' xor.net -o a -ob
usage 'optimise' '-O takes' -O9 xor.net
usage 'march' '--march takes' "--march=a b" xor.net
usage 'gemm' '--gemm takes' --gemm=mkl xor.net
usage 'color' '--color is auto, always or never' --color=red xor.net
usage 'sarif' 'not in this version' --diagnostics=sarif xor.net
usage 'github' 'not in this version' --diagnostics=github xor.net
usage 'diagnostics' '--diagnostics is text or json' --diagnostics=xml xor.net
usage 'dump' '--dump is ast, model' --dump=all xor.net
usage 'dump without a stage' '--dump=' --dump xor.net
usage 'two products' '-S and -c exclude each other' -S -c xor.net
usage 'program to stdout' 'only C can go to standard output' xor.net -o -
usage 'stdin without a name' 'standard input has no name' -
usage 'explain nothing' 'takes a code' explain
usage 'explain unknown' "there is no message with the code 'NET9999'" explain NET9999
usage 'run with -S' "-S does not go with 'netc run'" run -S xor.net
usage 'check with -o' "-o does not go with 'netc check'" check xor.net -o out
usage 'plain --check' "--check belongs to 'netc fmt'" --check xor.net
usage 'dot without graph' "--dot belongs to 'netc graph'" check --dot xor.net
usage 'dot as JSON' '--dot and --json exclude each other' graph --dot --json xor.net
usage 'graph with -o' "-o does not go with 'netc graph'" graph xor.net -o out

status usage/help 0 "$NETC" --help
says 'usage/help lists options' out '--march'
status usage/version 0 "$NETC" --version
says 'usage/version text' out 'netc '
status usage/limits 0 "$NETC" --limits
says 'usage/limits text' out '1048576  bytes in a source file'
status 'usage/options behind the file' 0 "$NETC" check xor.net --color=never
status 'usage/options before the verb' 0 "$NETC" --color=never check xor.net
status 'usage/full standard output' 2 sh -c '"$NETC" --help > /dev/full'
says 'usage/full standard output sentence' err 'cannot write standard output'
