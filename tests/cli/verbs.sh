# verbs.sh -- check, fmt and explain.
. "$ROOT/tests/xor.sh"
status verbs/check 0 "$NETC" check xor.net
sed 's/tanh/tahn/' xor.net > wrong.net
status 'verbs/check of a mistake' 1 "$NETC" check wrong.net
says 'verbs/check names the place' err 'wrong.net:6:28: error: '
says 'verbs/check suggests' err 'tanh'
status 'verbs/check several' 1 "$NETC" check xor.net wrong.net
status 'verbs/check as JSON' 1 "$NETC" check --json wrong.net
says 'verbs/check as JSON on stdout' out '"line":6'
status 'verbs/no color' 1 "$NETC" check --color=never wrong.net
check 'verbs/no escapes' sh -c '! grep -q "$(printf "\033")" err'
status 'verbs/color' 1 "$NETC" check --color=always wrong.net
check 'verbs/escapes' grep -q "$(printf '\033')" err
code=$(grep -o 'NET[0-9]*' err | head -1)
status 'verbs/explain' 0 "$NETC" explain "$code"
says 'verbs/explain title' out "$code"
status 'verbs/explain by number' 0 "$NETC" explain "${code#NET}"
says 'verbs/explain by number: title' out "$code"
status 'verbs/explain no such number' 2 "$NETC" explain 99999

printf 'let   a=1 ;// one\n' > loose.net
status 'verbs/fmt --check' 1 "$NETC" fmt --check loose.net
status 'verbs/fmt to stdout' 0 "$NETC" fmt loose.net -o -
says 'verbs/fmt text' out 'let a = 1;'
status 'verbs/fmt from stdin' 0 sh -c '"$NETC" fmt - -o - < loose.net'
chmod 640 loose.net
status 'verbs/fmt in place' 0 "$NETC" fmt loose.net
says 'verbs/fmt in place text' loose.net 'let a = 1;  // one'
check 'verbs/fmt keeps the mode' sh -c '[ "$(stat -c %a loose.net)" = 640 ]'
status 'verbs/fmt --check again' 0 "$NETC" fmt --check loose.net
printf 'let a = ;\n' > wrong.net
status 'verbs/fmt of a mistake' 1 "$NETC" fmt wrong.net
check 'verbs/fmt leaves a mistake alone' grep -qx 'let a = ;' wrong.net
