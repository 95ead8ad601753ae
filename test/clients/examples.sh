#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# examples.sh - every conflist of conf-examples does what its name says
. "$(dirname "$0")/../support/netns.sh"
EXAMPLES=$CNI_SOURCE_DIR/conf-examples

# join EXAMPLE POD...: ADD these pods
join() {
	local example=$1 pod
	shift
	for pod in "$@"; do
		chain add "$EXAMPLES/$example.conflist" "$pod"
		[ "$status" -eq 0 ] || fail "ADD of $pod to $example failed"
	done
}

# leave EXAMPLE POD...: CHECK and DEL them
leave() {
	local example=$1 pod
	shift
	for pod in "$@"; do
		chain check "$EXAMPLES/$example.conflist" "$pod"
		[ "$status" -eq 0 ] || fail "CHECK of $pod in $example failed"
		chain del "$EXAMPLES/$example.conflist" "$pod"
		[ "$status" -eq 0 ] || fail "DEL of $pod from $example failed"
		! ip -n "$pod" link show eth0 2> /dev/null || fail "$pod still has eth0"
	done
}

# no_leases EXAMPLE
no_leases() {
	local name
	name=$(jq -r .name "$EXAMPLES/$1.conflist")
	[ -z "$(find /var/lib/cni /run -path "*/$name/*" \( -name '[0-9]*.*' -o -name '*:*' \) 2> /dev/null)" ] ||
		fail "leases of $name are left"
}

# part EXAMPLE POD...: CHECK and DEL them, the last ones; no lease is left
part() {
	leave "$@"
	no_leases "$1"
}

# routed EXAMPLE: two pods reach each other, the host, the outside
routed() {
	outside
	pod red blue
	join "$1" red blue
	reach red "$(address blue)" "$(ip -n red -j route show default | jq -r '.[0].gateway')" 192.0.2.2
	[ -z "$(address blue -6)" ] || reach red "$(address blue -6)" 2001:db8::2
	reach - "$(address red)"
}

# published EXAMPLE: as routed, and port 8080 leads to red's port 80
published() {
	needs socat
	export CNI_CAP_ARGS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}'
	outside
	pod red blue
	join "$1" red
	CNI_CAP_ARGS='{}' join "$1" blue
	serve red tcp4 80
	[ "$(ask outside tcp4 192.0.2.1 8080)" = 192.0.2.2 ] || fail "no answer to the outside"
	[ -n "$(ask - tcp4 127.0.0.1 8080)" ] || fail "no answer to the node"
	[ -n "$(ask red tcp4 192.0.2.1 8080)" ] || fail "no hairpin"
	[ -n "$(ask blue tcp4 192.0.2.1 8080)" ] || fail "no answer to the other pod"
	reach red "$(address blue)" 192.0.2.2
	leave "$1" red
	CNI_CAP_ARGS='{}' part "$1" blue
	[ -z "$(ask outside tcp4 192.0.2.1 8080)" ] || fail "the port is open after DEL"
}

test_bridge() {
	routed bridge
	part bridge red blue
}

test_dual_stack() {
	routed dual-stack
	[ -n "$(address red -6)" ] || fail "no IPv6 address"
	part dual-stack red blue
}

test_demo() { published demo; }
test_hostports() { published hostports; }
test_podman() { published podman; }
test_containerd_1_0() { published containerd-1.0; }
test_containerd_1_1() { published containerd-1.1; }
test_kind() { published kind; }

test_layer2() {
	pod red blue
	join layer2 red blue
	ip -n red address add 10.99.0.1/24 dev eth0
	ip -n blue address add 10.99.0.2/24 dev eth0
	reach red 10.99.0.2
	[ -z "$(ip -j address show dev cni-wire0 | jq -r '.[].addr_info[] | select(.scope == "global")')" ] ||
		fail "a layer 2 bridge has an address"
	part layer2 red blue
}

test_isolated_networks_reach_the_outside_but_not_each_other() {
	outside
	pod red green blue
	join isolated-a red green
	join isolated-b blue
	reach red "$(address green)" 192.0.2.2
	reach blue 192.0.2.2
	unreachable red "$(address blue)"
	unreachable blue "$(address red)"
	part isolated-a red green
	part isolated-b blue
}

test_vlan_trunk() {
	needs_link bridge vlan_filtering 1
	pod red
	join vlan-trunk red
	[ "$(bridge -j vlan show | jq '[.[] | select(.ifname | startswith("veth"))
		| .vlans[] | (.vlanEnd // .vlan) - .vlan + 1] | add')" -ge 12 ] || fail "not the VLANs of the trunk"
	part vlan-trunk red
}

# A trunk on a kernel that cannot must not be an untagged network.
test_vlan_trunk_is_refused_without_vlan_filtering() {
	! ip link add probe0 type bridge vlan_filtering 1 2> /dev/null ||
		skip "this kernel has VLAN filtering"
	pod red
	chain add "$EXAMPLES/vlan-trunk.conflist" red
	[ "$status" -ne 0 ] || fail "ADD succeeds"
	[[ $complaint == *VLAN* || $complaint == *vlan* ]] || fail "the error does not name VLANs"
}

test_every_example_has_a_test() {
	local file
	for file in "$EXAMPLES"/*.conflist; do
		file=${file##*/}
		grep -qE "(published|routed|join) ${file%.conflist}\b" "$0" || fail "no test of $file"
	done
}

run_tests "$@"
