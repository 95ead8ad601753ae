#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# install.sh build|test - install with apt-get what is missing
#
# build: what building and the demonstration need;  test: also what the tests
# and the static checks need.  Does nothing (and needs no network) when all of
# it is there.
set -euo pipefail

build=(gcc libc6-dev cmake ninja-build pkg-config libmnl-dev libjson-c-dev
	libmd-dev libcmocka-dev iproute2 iputils-ping mount)
# jq, tcpdump, conntrack, socat ...: oracles and traffic of the tests; qemu,
# busybox, kmod: other kernels (test/vm).
test=(nftables iptables tcpdump socat conntrack jq strace
	procps valgrind clang clang-format clang-tidy cppcheck shellcheck
	libclang-rt-14-dev universal-ctags man-db netcat-openbsd git
	containernetworking-plugins python3 curl openssl xz-utils
	qemu-system-x86 busybox-static kmod codespell mmdebstrap)

case ${1:-build} in
build) wanted=("${build[@]}") ;;
test) wanted=("${build[@]}" "${test[@]}") ;;
*)
	echo "usage: install.sh build|test" >&2
	exit 2
	;;
esac

# have PACKAGE: is it installed, or something that provides it?
have() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

missing=()
for package in "${wanted[@]}"; do
	have "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get -q update > /dev/null
available=()
for package in "${missing[@]}"; do
	# Debian 13 has another clang version; its runtime comes with it.
	if apt-cache show "$package" > /dev/null 2>&1; then
		available+=("$package")
	else
		echo "install.sh: no package $package here, going on without" >&2
	fi
done
echo "installing: ${available[*]}"
apt-get -q install -y --no-install-recommends "${available[@]}" > /tmp/install.log 2>&1 || {
	tail -n 20 /tmp/install.log >&2
	exit 1
}
