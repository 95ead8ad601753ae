# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# common.sh - the static release under test
set -euo pipefail

source_dir=${CNI_SOURCE_DIR:?}
build=$source_dir/build/release-static
# shellcheck disable=SC2034 # used by those who read this file
plugins=(bridge host-local loopback portmap)

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# shellcheck disable=SC2120 # the argument is optional
# release_build [DIR]: configure and build the preset, elsewhere if asked
release_build() {
	local -a where=()
	[ $# -eq 0 ] || where=(-B "$1")
	(
		cd "$source_dir"
		cmake --preset release-static "${where[@]}" &&
			cmake --build "${1:-$build}"
	) > /tmp/release-build.$$ 2>&1 || {
		tail -n 20 /tmp/release-build.$$ >&2
		fail "the static release does not build"
	}
	rm -f /tmp/release-build.$$
}
