# nets.sh -- the programs on which whole-net tests run: the examples, and those of tests/c.
# Read by scripts of tests/kind; built once a run, into $BUILD/tests/nets.

nets() { ls examples/*.net tests/c/*.net 2> /dev/null; }

# Those whose data is here: MNIST is not; MNIST=DIR names a folder with it.
nets_to_run() {
    for net in $(nets); do
        case $net in *mnist*) [ -n "${MNIST-}" ] || continue ;; esac
        echo "$net"
    done
}

# data_of FILE : the folder with its data
data_of() { case $1 in *mnist*) echo "$MNIST" ;; *) dirname "$1" ;; esac; }

# net_name FILE : "examples_deep"
net_name() { echo "${1%.net}" | tr / _; }

# build_net FILE : prints the path of the program, or fails with the compiler's words on stderr
build_net() {
    program=$BUILD/tests/nets/$(net_name "$1")
    mkdir -p "$BUILD/tests/nets"
    if [ ! -e "$program" ] || [ "$NETC" -nt "$program" ] || [ "$1" -nt "$program" ] \
        || [ "$BUILD/lib/libnetrt.a" -nt "$program" ]; then
        "$NETC" "$1" -o "$program" || return 1
    fi
    echo "$program"
}
