#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bare.sh - a pod with the static executables in a root without anything else
#
# No C library, shell, ip, nft or iptables is there, as little as on a system
# with another libc.
. "$(dirname "$0")/common.sh"

if [ "$(id -u)" -ne 0 ] || ! unshare --net --mount true 2> /dev/null; then
	echo "SKIP: needs root and the right to make namespaces"
	exit 77
fi
release_build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/opt/cni/bin" "$work/proc" "$work/sys" "$work/run" "$work/var/lib"
cp "${plugins[@]/#/$build/bin/}" "$work/opt/cni/bin/"
[ "$(find "$work" -type f | wc -l)" -eq 4 ] || fail "there is more than the plugins"

# shellcheck disable=SC2016 # expanded inside
unshare --net --mount --propagation private sh -euc '
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs "$2/var/lib"
	mount -t proc proc "$2/proc"
	mount -t sysfs sysfs "$2/sys"
	mount --rbind /run "$2/run"
	mkdir /run/netns
	# Namespaces that ip makes become mounts below /run in both places.
	mount --make-rshared /run
	umount -l "$2/run"
	mount --rbind /run "$2/run"
	exec sh "$1/test/release/pod.sh" /opt/cni/bin "$2"' \
	- "$source_dir" "$work" || fail "no pod in a bare root directory"
echo "ADD, CHECK and DEL of bridge, host-local, portmap, loopback in a bare root directory"
