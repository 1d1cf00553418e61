# nets.sh -- the programs on which whole-net tests run: the examples, and those of tests/c.
# Read by scripts of tests/kind; built once a run, into $BUILD/tests/programs.

# What is only there to be imported has no model.
nets() { grep -l '^model {' examples/*/*.net tests/c/*.net | LC_ALL=C sort; }
parts() { grep -L '^model {' examples/*/*.net; }

# Those whose data is here: MNIST is not; MNIST=DIR names a folder with it.
nets_to_run() {
    for net in $(nets); do
        case $net in *mnist*) [ -n "${MNIST-}" ] || continue ;; esac
        echo "$net"
    done
}

# Of these, for tests that take seconds with each: an example for each kind of layer, norm, skip and loss.
few_nets_to_run() {
    nets_to_run | grep -e ^tests/ -e vanishing/sigmoid -e vanishing/tanh -e vanishing/small_normal \
        -e exploding/normal -e initialisation/he.net -e initialisation/zeros -e normalisation/batchnorm \
        -e skip/connections -e skip/rezero -e skip/bottleneck -e clipping/global_norm \
        -e regularisation/l2 -e data/xor -e data/iris
}

# data_of FILE : the folder with its data
data_of() { case $1 in *mnist*) echo "$MNIST" ;; *) dirname "$1" ;; esac; }

# net_name FILE : "examples_skip_rezero"
net_name() { echo "${1%.net}" | tr / _; }

# build_net FILE : prints the path of the program, or fails with the compiler's words on stderr
build_net() {
    program=$BUILD/tests/programs/$(net_name "$1")
    mkdir -p "$BUILD/tests/programs"
    # shellcheck disable=SC2046
    if [ ! -e "$program" ] || [ -n "$(find "$NETC" "$BUILD/lib/libnetrt.a" "$1" $(parts) \
        -newer "$program")" ]; then
        "$NETC" "$1" -o "$program" || return 1
    fi
    echo "$program"
}
