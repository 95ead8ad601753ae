#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd-2.1.sh - containerd 2 (Debian unstable) and cniVersion 1.1.0
#
# Not part of the default run: what unstable has changes from day to day.
#
#	bash test/clients/containerd-2.1.sh
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/containerd.bash"
# shellcheck disable=SC2034 # these three for containerd.bash
SETS=(containerd containerd-2)
# shellcheck disable=SC2034
IMPORT=(--local)
# shellcheck disable=SC2034
CONFIG=config_2

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
		"$EXAMPLES/containerd-1.1.conflist" > /run/small.conflist
	node /run/small.conflist
	containerd --version | grep -qE ' v?2\.' || fail "not containerd 2"
	ready
	run_sandbox only
	not_ready "no IP addresses available in range set: 10.89.0."
	remove_sandbox "$id"
	ready
	nothing_left cni0 containerd-net
}

test_pods_with_cni_version_1_1_0() {
	node "$EXAMPLES/containerd-1.1.conflist"
	ready
	outside
	run_sandbox web '{"port_mappings":[
		{"protocol":0,"container_port":80,"host_port":8080},
		{"protocol":1,"container_port":53,"host_port":5353}]}'
	local web=$id
	run_sandbox client
	serve web tcp4 80
	serve web udp4 53
	reach client "$(address web)" "$(address web -6)" 192.0.2.2 2001:db8::2
	[ "$(ask outside tcp4 192.0.2.1 8080)" = 192.0.2.2 ] || fail "outside to tcp 8080"
	[ "$(ask outside udp4 192.0.2.1 5353)" = 192.0.2.2 ] || fail "outside to udp 5353"
	[ -n "$(ask - tcp4 127.0.0.1 8080)" ] || fail "node to 127.0.0.1:8080"
	[ -n "$(ask web tcp4 192.0.2.1 8080)" ] || fail "hairpin"
	remove_sandbox "$web"
	remove_sandbox "$id"
	[ -z "$(ask outside tcp4 192.0.2.1 8080)" ] || fail "the port is open after the sandbox is removed"
	nothing_left cni0 containerd-net
}

run_client_tests "$@"
