# fmt.sh -- tests/fmt/NAME.net and its canonical form in NAME.out; formatting that changes nothing; and
# every example stands in its canonical form.
. tests/say.sh
for file in tests/fmt/*.net; do
    stem=$(basename "$file" .net)
    "$NETC" fmt "$file" -o "$WORK/$stem.net" || { fail "fmt/$stem" "netc failed"; continue; }
    golden "fmt/$stem" "tests/fmt/$stem.out" "$WORK/$stem.net"
    check "fmt/$stem again" "$NETC" fmt --check "$WORK/$stem.net"
done
for file in examples/*/*.net; do
    check "fmt/$file" "$NETC" fmt --check "$file"
done
