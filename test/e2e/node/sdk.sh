#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sdk.sh - a plugin is built against the installed library, and does its work
. "$(dirname "$0")/../../support/netns.sh"

# build_example: $CNI_BIN_DIR becomes a directory with tuning and ours
build_example() {
	needs cmake pkg-config cc jq
	local prefix=/run/prefix config flags=()
	cmake --install "$CNI_BUILD_DIR" --component dev --prefix "$prefix" > /run/install.log ||
		fail "not installed: $(cat /run/install.log)"
	config=$(find "$prefix" -name cniplugin.pc -printf '%h')
	export PKG_CONFIG_PATH=$config
	# A library of a build with sanitizers needs them in what it is linked to.
	if grep -q '^CNI_SANITIZE:BOOL=ON' "$CNI_BUILD_DIR/CMakeCache.txt"; then
		flags=("-fsanitize=address,undefined")
	elif grep -q '^CNI_COVERAGE:BOOL=ON' "$CNI_BUILD_DIR/CMakeCache.txt"; then
		flags=(--coverage)
	fi
	mkdir /run/bin
	ln -s "$CNI_BIN_DIR"/* /run/bin/
	example=$(find "$prefix" -name tuning.c)
	# shellcheck disable=SC2046 # words of pkg-config
	cc -std=c17 -Wall -Wextra -Werror "${flags[@]}" "$example" \
		$(pkg-config --cflags --libs cniplugin) -o /run/bin/tuning ||
		fail "the example does not build"
	CNI_BIN_DIR=/run/bin
}

network() {
	jq -n '{ cniVersion: "1.0.0", name: "net", plugins: [
		{ type: "bridge", bridge: "br0",
		  ipam: { type: "host-local", ranges: [[{ subnet: "10.1.0.0/24" }]] } },
		{ type: "tuning", sysctl: { "net.core.somaxconn": "512",
			"net/ipv4/conf/eth0/arp_ignore": "1" } }
	] }' > /run/net.conflist
}

test_it_is_a_plugin_like_any_other() {
	build_example
	network
	pod red
	chain ADD /run/net.conflist red
	[ "$status" -eq 0 ] || fail "ADD failed"
	holds '.ips[0].address == "10.1.0.2/24" and .interfaces[2].name == "eth0"'
	[ "$(in_pod red cat /proc/sys/net/core/somaxconn)" = 512 ]
	[ "$(in_pod red cat /proc/sys/net/ipv4/conf/eth0/arp_ignore)" = 1 ]
	[ "$(cat /proc/sys/net/core/somaxconn)" != 512 ]
	chain CHECK /run/net.conflist red
	[ "$status" -eq 0 ] || fail "CHECK failed"
	in_pod red sh -c 'echo 100 > /proc/sys/net/core/somaxconn'
	chain CHECK /run/net.conflist red
	[ "$status" -ne 0 ] || fail "CHECK has not seen the change"
	holds '.code == 140 and .msg == "net.core.somaxconn is 100, not 512"'
	chain DEL /run/net.conflist red
	[ "$status" -eq 0 ] || fail "DEL failed"
	chain DEL /run/net.conflist red
	[ "$status" -eq 0 ] || fail "DEL failed the second time"
	[ ! -e /var/lib/cni/networks/net/10.1.0.2 ]
}

test_the_library_does_the_protocol() {
	build_example
	network
	pod red
	must VERSION tuning - < /dev/null
	holds '.supportedVersions | length == 7'
	refused 7 'prevResult is missing' ADD tuning red \
		<<< '{"cniVersion":"1.0.0","name":"n","type":"tuning"}'
	refused 7 'sysctl "kernel.x" is not below "net"' ADD tuning red <<< '{"cniVersion":"1.0.0",
		"name":"n","type":"tuning","sysctl":{"kernel.x":"1"},"prevResult":{"cniVersion":"1.0.0"}}'
	refused 7 'is not below' ADD tuning red <<< '{"cniVersion":"1.0.0",
		"name":"n","type":"tuning","sysctl":{"net/../kernel/x":"1"},"prevResult":{"cniVersion":"1.0.0"}}'
	refused 3 'failed to Statfs' CHECK tuning /run/netns/none \
		<<< '{"cniVersion":"1.0.0","name":"n","type":"tuning"}'
	/run/bin/tuning --check-config /run/net.conflist | grep -q 'valid for tuning; not checked: bridge, host-local'
	sed -i s/sysctl/syctl/ /run/net.conflist
	! /run/bin/tuning --check-config /run/net.conflist 2> /run/err
	grep -q 'did you mean "sysctl"?' /run/err
}

run_tests "$@"
