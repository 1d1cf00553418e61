# warn.sh -- tests/warnings/NAME.net: exactly the warning NAME, and none in its near twin NAME.fine.net.
. tests/say.sh
cd tests/warnings || exit 1
cp ./*.csv "$WORK"

# check_net FILE OPTIONS... : what netc check says of a source, with its own options, in $WORK/err
check_net() {
    net=$1; shift
    # shellcheck disable=SC2046
    "$NETC" check $(sed -n 's|^// options: ||p' "$net") "$@" "$net" > "$WORK/out" 2> "$WORK/err"
}

# silent NAME COMMAND... : exit status 0, and not a word on standard error
silent() {
    silent_name=$1; shift
    if "$@" && [ ! -s "$WORK/err" ]; then ok "$silent_name"; else
        sed 's/^/    /' "$WORK/err"
        fail "$silent_name" "warned"
    fi
}

for file in *.net; do
    stem=${file%.net}
    name=${stem%%.*}
    case $stem in *.fine) silent "warn/$stem" check_net "$file"; continue ;; esac
    check_net "$file"
    cp "$WORK/err" "$WORK/$stem.err"
    golden "warn/$stem" "$stem.err" "$WORK/$stem.err"
    given=$(sed -n 's/.*: warning: .*\[-W\(.*\)\] \[NET[0-9]*\]$/\1/p' "$stem.err")
    [ "$given" = "$name" ] && ok "warn/$stem alone" || fail "warn/$stem alone" "gives $given"

    { cat "$file"; echo "allow $name;"; } > "$WORK/allowed.net"
    silent "warn/$stem allowed" check_net "$WORK/allowed.net"
    silent "warn/$stem -Wno" check_net "$file" "-Wno-$name"
    check_net "$WORK/allowed.net" "-W$name"
    says "warn/$stem -W over allow" "$WORK/err" "[-W$name]"
    status "warn/$stem -Werror" 1 "$NETC" check "-Werror=$name" "$file"
    says "warn/$stem -Werror says" "$WORK/err" "(-Werror=$name)"
done

# Data that cannot be read is told with the reason.
ln -sf loop.csv "$WORK/loop.csv"
sed 's/varied/loop/' one-class.fine.net > "$WORK/loop.net"
status 'warn/a loop of links' 0 "$NETC" check "$WORK/loop.net"
says 'warn/a loop of links says' "$WORK/out" '(loop.csv: Too many levels of symbolic links)'

# Steps that are long, but not warned of.
sed 's/lr = 20/lr = 0.2/' rate-too-high.net > "$WORK/long.net"
silent 'warn/long steps' "$NETC" check "$WORK/long.net"
status 'warn/long steps' 0 "$NETC" check "$WORK/long.net"
says 'warn/long steps say' "$WORK/out" 'first steps are 0.'

# One warning hides another only where what mends it mends the other too.
sed 's/repeat 2/repeat 1/; s/lr = 0.01/lr = 500/; s/-6.0/-4.5/' dead-units.net > "$WORK/both.net"
status 'warn/dead units of long steps' 0 "$NETC" check "$WORK/both.net"
says 'warn/dead units of long steps say one' "$WORK/err" '[-Wdead-units]'
says 'warn/dead units of long steps say both' "$WORK/err" '[-Wrate-too-high]'

# A first loss that is too large has nothing to do with the length of steps.
sed 's/lr = 0.01/lr = 200/' loss-init.net > "$WORK/shouts.net"
status 'warn/long steps of large outputs' 0 "$NETC" check "$WORK/shouts.net"
says 'warn/long steps of large outputs say one' "$WORK/err" '[-Wloss-init]'
says 'warn/long steps of large outputs say both' "$WORK/err" '[-Wrate-too-high]'

# A row a source.
sed -n 's/^WARNING([a-z_]*, [A-Z_]*, "\([a-z-]*\)",.*/\1/p' "$ROOT/compiler/warnings.def" | sort > "$WORK/rows"
for file in *.err; do echo "${file%%.*}"; done | sort -u > "$WORK/files"
same 'warn/a source for each' "$WORK/rows" "$WORK/files"
while read -r name; do
    status "warn/explain $name" 0 "$NETC" explain "$name"
    case $name in unused | softmax-twice) ;; *)
        says "warn/explain $name thresholds" "$WORK/out" "-W$name goes by the " ;;
    esac
done < "$WORK/rows"
