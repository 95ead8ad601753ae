#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# install.sh - the packages in a clean Debian: install, upgrade, remove, and a
# pod there with what is installed; a plugin built with libcniplugin-dev
#
# Takes minutes and a Debian mirror.  The suite is CNI_TEST_SUITE, else that of
# this machine, on which the packages were built.
. "$(dirname "$0")/common.sh"

skip() {
	echo "SKIP: $*"
	exit 77
}
command -v mmdebstrap > /dev/null || skip "no mmdebstrap here"
if [ "$(id -u)" -ne 0 ] || ! unshare --net --mount true 2> /dev/null; then
	skip "needs root and the right to make namespaces"
fi
suite=${CNI_TEST_SUITE:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2> /dev/null |
	grep -oE 'https?://[^ ]*/debian/?( |$)' | head -n 1 || true)
mirror=${mirror%% }
[ -n "$mirror" ] || skip "no Debian mirror in the sources of apt"

work=$(mktemp -d)
root=$work/root
trap 'rm -rf "$work"' EXIT
mmdebstrap --quiet --variant=apt --mode=root \
	--include=iproute2,iputils-ping,mount,gcc,libc6-dev,pkg-config,libmnl-dev,libjson-c-dev,libmd-dev \
	"$suite" "$root" "$mirror" > "$work/log" 2>&1 || {
	tail -n 5 "$work/log"
	skip "no root of $suite could be made from $mirror"
}

# The static plugins, and the dynamic ones with the library.
release_build
cmake --build "$build" --target release > "$work/log" 2>&1 || fail "$(tail -n 20 "$work/log")"
(cd "$source_dir" && cmake --preset release -B "$work/release" -DBUILD_TESTING=OFF &&
	cmake --build "$work/release" --target all package) > "$work/log" 2>&1 ||
	fail "the packages cannot be made: $(tail -n 20 "$work/log")"
mkdir -p "$root/packages/static" "$root/packages/dynamic"
cp "$build"/packages/*.deb "$root/packages/static/"
cp "$work"/release/packages/*.deb "$root/packages/dynamic/"
cp -r "$source_dir/conf-examples" "$root/packages/"
mkdir -p "$root/packages/test/release"
cp "$source_dir/test/release/pod.sh" "$root/packages/test/release/"

# A later version of the static package.
dpkg-deb -R "$root"/packages/static/cni-plugins-c_*.deb "$work/later"
sed -i 's/^Version: .*/&+later/' "$work/later/DEBIAN/control"
dpkg-deb -b "$work/later" "$root/packages/later.deb" > "$work/log"

cat > "$root/packages/inside" << 'SH'
set -eu
export DEBIAN_FRONTEND=noninteractive
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
bin=/opt/cni/bin
pod() { sh /packages/test/release/pod.sh "$bin" "" "$1"; }
absent() { [ ! -e "$1" ] || { echo "$1 is still there"; exit 1; }; }

# The static package needs nothing; a pod survives an upgrade.
[ -z "$(dpkg-deb -f /packages/static/cni-plugins-c_*.deb Depends)" ]
dpkg -i /packages/static/cni-plugins-c_*.deb
pod all
pod add
dpkg -i /packages/later.deb
$bin/bridge --check-config /packages/conf-examples/bridge.conflist
pod del
dpkg -r cni-plugins-c
absent $bin
absent /usr/share/man/man8/portmap.8cni

# The dynamic package names the libraries it needs.
dpkg-deb -f /packages/dynamic/cni-plugins-c_*.deb Depends | grep -q libmnl0
dpkg -i /packages/dynamic/cni-plugins-c_*.deb
pod all

# The library: a plugin as its documentation says.
dpkg -i /packages/dynamic/libcniplugin-dev_*.deb
dpkg -s libcniplugin-dev | grep -q '^Depends: .*libjson-c-dev'
cd /run
cc -std=c17 -Wall -Wextra /usr/share/doc/libcniplugin-dev/examples/tuning.c \
	$(pkg-config --cflags --libs cniplugin) -o tuning
CNI_COMMAND=VERSION ./tuning | grep -q '"1.1.0"'
[ -s /usr/share/man/man3/cniplugin.3 ]
dpkg -P cni-plugins-c libcniplugin-dev
absent $bin
absent /usr/include/cni
absent /usr/share/doc/libcniplugin-dev
SH
unshare --net --mount --pid --fork --propagation private \
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	sh -x /packages/inside > "$work/log" 2>&1 || fail "in $suite: $(tail -n 15 "$work/log")"
echo "installed, upgraded and removed in $suite, with pods; a plugin built there"
