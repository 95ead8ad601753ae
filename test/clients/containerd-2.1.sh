#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd-2.1.sh - containerd 2 (Debian unstable) and cniVersion 1.1.0
#
# Not part of the default run: what unstable has changes from day to day.
#
#	bash test/clients/containerd-2.1.sh
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/sandboxes.bash"
# shellcheck disable=SC2034 # all for containerd.bash
SETS=(containerd containerd-2) IMPORT=(--local) CONFIG=config_2 CONFLIST=containerd-1.1.conflist

prepare() {
	unpacked containerd - containerd runc busybox-static python3-grpcio
	unpacked containerd-2 sid containerd
}

# not_ready TEXT: the node is not ready, and says why
not_ready() {
	must_cri Status '{}'
	holds ".status.conditions[] | select(.type == \"NetworkReady\")
		| (.status // false) == false and (.message | contains(\"$1\"))"
}

test_status_is_ready_and_not_ready_when_the_pool_is_exhausted() {
	jq '.plugins[0].ipam.ranges = [[{"subnet": "10.89.0.0/30"}]] | .plugins[0].ipam.routes = []' \
		"$EXAMPLES/$CONFLIST" > /run/small.conflist
	node /run/small.conflist
	containerd --version | grep -qE ' v?2\.' || fail "not containerd 2"
	ready
	run_sandbox only
	not_ready "no IP addresses available in range set: 10.89.0."
	remove_sandbox "$id"
	ready
	nothing_left cni0 containerd-net
}

test_status_is_not_ready_when_forwarding_is_off_for_good() {
	mount --bind -o ro /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_forward
	mount -o remount,bind,ro /proc/sys/net/ipv4/ip_forward
	node
	not_ready "IPv4 forwarding is off and cannot be switched on"
	umount /proc/sys/net/ipv4/ip_forward
	ready
}

test_status_is_not_ready_without_the_program_that_the_backend_needs() {
	jq '.plugins[1].backend = "iptables"' "$EXAMPLES/$CONFLIST" > /run/iptables.conflist
	node /run/iptables.conflist
	ready
	local name
	for name in /usr/sbin/*tables*-restore; do
		mv "$name" "$name.away"
	done
	not_ready "iptables-restore is not installed"
}

run_client_tests "$@"
