#!/bin/sh
# need.sh -- installs what is missing to build netc (`need.sh build`) or to test it too (`need.sh test`),
# by apt, as root or through sudo; where that is not possible it says what to install, and fails.
set -u
missing=
need_program() { command -v "$1" > /dev/null 2>&1 || missing="$missing $2"; }
need_library() {
    printf '#include <%s>\nint main(void) { return 0; }\n' "$1" |
        ${CC:-cc} -x c - -o /dev/null "$2" > /dev/null 2>&1 || missing="$missing $3"
}
need_python() { /usr/bin/python3 -c "import $1" > /dev/null 2>&1 || missing="$missing $2"; }
need_file() { [ -r "$1" ] || missing="$missing $2"; }
look() {
    missing=
    need_program "${CC:-cc}" gcc
    need_program make make
    need_program flex flex
    need_program bison bison
    case $missing in *gcc*) missing="$missing libc6-dev" ;; esac
    need_library cblas.h -lopenblas libopenblas-dev
    need_library zlib.h -lz zlib1g-dev
    need_library jansson.h -ljansson libjansson-dev
    need_library protobuf-c/protobuf-c.h -lprotobuf-c libprotobuf-c-dev
    need_library sha2.h -lmd libmd-dev
    need_program protoc-c protobuf-c-compiler
    need_file /usr/share/javascript/dygraphs/dygraph.min.js libjs-dygraphs
    [ "$1" = test ] || return
    need_program gcc gcc
    need_program clang clang
    need_program node nodejs
    need_program chromium chromium
    need_program pkg-config pkg-config
    need_program python3 python3
    python3 -c 'import numpy' 2> /dev/null || /usr/bin/python3 -c 'import numpy' 2> /dev/null || missing="$missing python3-numpy"
    need_program protoc protobuf-compiler
    need_program aarch64-linux-gnu-gcc 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
    need_program qemu-aarch64 qemu-user
    need_python numpy python3-numpy
    need_python onnx python3-onnx
}

look "$1"
[ -z "$missing" ] && exit 0
echo "missing:$missing"
as_root=
[ "$(id -u)" -eq 0 ] || as_root='sudo'
if command -v apt-get > /dev/null 2>&1 && { [ -z "$as_root" ] || command -v sudo > /dev/null 2>&1; }; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    $as_root apt-get -q update && $as_root apt-get -q install -y --no-install-recommends $missing
    look "$1"
    [ -z "$missing" ] && exit 0
fi
echo "Install these (by their Debian names), then run make again:$missing" >&2
exit 1
