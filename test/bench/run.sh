#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [OPTION of bench...] - build what is compared and run the benchmark
#
# Ours is the static release; the reference is the Go plugins in CNI_GO_PATH
# (default /usr/lib/cni, where Debian's containernetworking-plugins has them).
# The plot goes to build/bench.svg.  `--quick` takes under two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
go=${CNI_GO_PATH:-/usr/lib/cni}

if [ "$(id -u)" -ne 0 ]; then
	echo "SKIP: network namespaces need root"
	exit 77
fi
if [ ! -x "$go/bridge" ] && [[ " $* " == *" --check "* ]]; then
	echo "SKIP: no Go plugins in $go (CNI_GO_PATH), nothing to compare with"
	exit 77
fi

build() {
	cmake --preset "$1" > /dev/null
	cmake --build --preset "$1" ${2:+--target "$2"} > /dev/null
}
build release-static
build release bench

variants=("ours=build/release-static/bin" "floor=build/release-static/floor")
if [ -x "$go/bridge" ]; then
	variants+=("go=$go")
else
	echo "run.sh: no Go plugins in $go, nothing to compare with" >&2
fi
exec build/release/bench/bench --plot build/bench.svg "$@" "${variants[@]}"
