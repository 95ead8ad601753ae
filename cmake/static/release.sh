#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# release.sh BUILD_DIR VERSION - the files of a release, in BUILD_DIR/packages
#
# TGZ in the layout of the upstream release, DEB by CPack, SPDX document and
# SHA256SUMS.  The same sources give the same bytes: names, owners and times in
# the archives are fixed (SOURCE_DATE_EPOCH, else the date of the last commit).
set -euo pipefail

build=$(realpath "$1")
version=$2
here=$(dirname "$(realpath "$0")")
out=$build/packages
plugins=(bridge host-local loopback portmap)
arch=$(dpkg --print-architecture)
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2> /dev/null || echo 0)}
export SOURCE_DATE_EPOCH=$epoch

rm -rf "$out"
mkdir -p "$out"
tar -C "$build/bin" --sort=name --owner=0 --group=0 --numeric-owner \
	--mode=u+rw,go-w,a+rX --mtime="@$epoch" \
	--transform 's,^copyright$,LICENSE,' -cf - "${plugins[@]}" -C .. copyright |
	gzip -9n > "$out/cni-plugins-linux-$arch-v$version.tgz"
(cd "$build" && cpack -G DEB > "$out/cpack.log" 2>&1) || {
	cat "$out/cpack.log" >&2
	exit 1
}
rm -rf "$out/cpack.log" "$out/_CPack_Packages"
"$here/sbom.sh" "$build" "$version" > "$out/cni-plugins-v$version.spdx.json"
(cd "$out" && sha256sum -- *.tgz *.deb *.json > SHA256SUMS)
ls -l "$out"
