#!/bin/sh
# cc.sh -- stands for the C compiler: writes its limits (seconds, KiB of memory, blocks of 512 bytes) beside itself.
{ ulimit -t; ulimit -v; ulimit -f; } > "$(dirname "$0")/limits.out"
exit 1
