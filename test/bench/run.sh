#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [OPTION of bench...] - build what is compared and run the benchmark
#
# Ours is the static release; the reference is the Go plugins in CNI_GO_PATH
# (default /usr/lib/cni, where Debian's containernetworking-plugins has them);
# more directories can follow as NAME=DIR.  `--quick` takes under two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
go=${CNI_GO_PATH:-/usr/lib/cni}

for preset in release-static release; do
	cmake --preset "$preset" > /dev/null
	cmake --build --preset "$preset" > /dev/null
done
variants=("ours=build/release-static/bin" "floor=build/release-static/floor")
if [ -x "$go/bridge" ]; then
	variants+=("go=$go")
else
	echo "run.sh: no Go plugins in $go, nothing to compare with" >&2
fi
exec build/release/bench/bench --plot build/bench.svg "$@" "${variants[@]}"
