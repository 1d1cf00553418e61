# warn.sh -- where warnings of the forecast are given, and what -W does.
. "$ROOT/tests/say.sh"
cp "$ROOT/tests/warnings/vanishing-gradient.net" v.net
cp "$ROOT/tests/warnings/vanishing-gradient.fine.net" fine.net
tag='[-Wvanishing-gradient]'

# unsaid NAME : standard error of the last `status` is empty
unsaid() { if [ -s "$WORK/err" ]; then fail "$1" "$(head -n 1 "$WORK/err")"; else ok "$1"; fi; }

status 'check warns' 0 "$NETC" check v.net
says 'check warns on standard error' "$WORK/err" "$tag"
status 'a program warns' 0 "$NETC" v.net -o v
says 'a program warns on standard error' "$WORK/err" "$tag"
status 'C alone is spared the forecast' 0 "$NETC" -S v.net -o v.c
unsaid 'C alone is spared the forecast: nothing'
for option in -Wvanishing-gradient -Wall -Wextra; do
    status "$option asks for it" 0 "$NETC" -S "$option" v.net -o v.c
    says "$option asks for it: said" "$WORK/err" "$tag"
done
status '-Wunused asks for no forecast' 0 "$NETC" -S -Wunused v.net -o v.c
unsaid '-Wunused asks for no forecast: nothing'
rm -f v.c
status '-Werror= of one' 1 "$NETC" -S -Werror=vanishing-gradient v.net -o v.c
check '-Werror= writes no C' test ! -e v.c
status '-Werror= of another' 0 "$NETC" -S -Werror=underflow v.net -o v.c
status '-Werror of any' 1 "$NETC" check -Werror v.net
status '-Werror and -Wno-' 0 "$NETC" check -Werror -Wno-vanishing-gradient v.net
status '-Werror of a fine net' 0 "$NETC" check -Werror fine.net
status 'the last word counts' 0 "$NETC" check -Werror=vanishing-gradient -Wno-vanishing-gradient v.net
status 'an unknown one' 2 "$NETC" check -Werror=vanishing-gradiant v.net
sentence 'an unknown one: meant' "did you mean 'vanishing-gradient'"
status 'no-extra' 2 "$NETC" check -Wno-extra v.net
sentence 'no-extra: none' "there is no warning 'extra'"
status 'in JSON' 0 "$NETC" check --json v.net
says 'in JSON: its name and gravity' "$WORK/out" '"warning":"vanishing-gradient","gravity":3'
for name in residual-growth clip-small init-mean correlation-collapse stagnation rate-too-high; do
    status "explain $name" 0 "$NETC" explain "$name"
    says "explain $name: its measure" "$WORK/out" "-W$name goes by the "
    check "explain $name: the measure's lines" sh -c \
        '! sed "/^-W/,/:\$/!d" "$WORK/out" | grep -q "^.\{101\}"'
    unsaid "explain $name: one article" "$WORK/out" 'goes by the the'
    check "explain $name: no word that takes none" sh -c '! grep -qE "goes by the (their|half|a|an) " "$WORK/out"'
done
status 'explain by name' 0 "$NETC" explain vanishing-gradient
says 'explain: where it begins' "$WORK/out" 'noted at 1 (-Wextra), warned of at 2, grave at 3.'
status 'explain by code' 0 "$NETC" explain NET0609
says 'explain: by code too' "$WORK/out" '-Wvanishing-gradient goes by the'
status 'explain of none' 2 "$NETC" explain vanishing
