#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reload.sh - what a flush of the ruleset takes, --reload puts back
. "$(dirname "$0")/common.bash"

results=/var/lib/cni/results

# list [BRIDGE_KEYS [PORTMAP_KEYS]]: the conflist of network "net"
list() {
	jq -n --argjson bridge "${1:-{\}}" --argjson portmap "${2:-{\}}" '
		{cniVersion: "1.0.0", name: "net", plugins: [
			{type: "bridge", bridge: "br0", isDefaultGateway: true, ipMasq: true,
			 ipam: {type: "host-local", ranges: [[{subnet: "10.1.0.0/24"}]]}} + $bridge,
			{type: "portmap", capabilities: {portMappings: true}} + $portmap]}' > /run/list
}

# attach POD MAPPINGS: ADD of the list, and libcni's file about it
attach() {
	local capabilities
	capabilities=$(jq -sc '{portMappings: .}' <<< "$2")
	[ -e "/run/netns/$1" ] || pod "$1"
	CNI_CAP_ARGS=$capabilities chain add /run/list "$1"
	[ "$status" -eq 0 ] || fail "ADD of $1"
	mkdir -p "$results"
	jq -c --arg pod "$1" --rawfile list /run/list --argjson capabilities "$capabilities" '
		{kind: "cniCacheV1", containerId: "id-\($pod)", config: ($list | @base64),
		 ifName: "eth0", networkName: "net", netns: "/run/netns/\($pod)",
		 cniArgs: [["K8S_POD_NAME", $pod], ["IgnoreUnknown", "1"]],
		 capabilityArgs: $capabilities, result: .}' <<< "$answer" > "$results/net-id-$1-eth0"
}

# detach POD: DEL of the list, then the file goes
detach() {
	chain del /run/list "$1"
	[ "$status" -eq 0 ] || fail "DEL of $1"
	rm "$results/net-id-$1-eth0"
}

# reload STATUS FILTER: both plugins put back what they can; the filter is for
# the answer of each
reload() {
	local plugin
	for plugin in bridge portmap; do
		status=0
		"$CNI_BIN_DIR/$plugin" --reload > /run/cni.out 2> /run/cni.err || status=$?
		answer=$(< /run/cni.out)
		complaint=$(< /run/cni.err)
		[ "$status" -eq "$1" ] || fail "$plugin --reload: status $status"
		holds "$2"
	done
}

# A way back for the pods' addresses would hide a lost masquerade.
routed() {
	needs nft socat jq
	outside
	sysctl -qw net.ipv4.ip_forward=1
	nft add table inet track
	nft 'add chain inet track input { type filter hook input priority 0; }'
	nft add rule inet track input ct state established counter
	list "$@"
}

test_one_sequence_puts_everything_back() {
	routed
	attach red "$(port 8080 80) $(port 5353 53 udp)"
	attach blue "$(port 8081 80)"
	serve red tcp4 80
	serve blue tcp4 80
	serve outside tcp4 9000
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	answers red tcp4 192.0.2.2 9000 192.0.2.1
	reload 0 'length == 2 and all(.outcome == "unchanged")'
	nft list ruleset > /run/before
	nft flush ruleset
	silent outside tcp4 192.0.2.1 8080
	silent red tcp4 192.0.2.2 9000
	reload 0 'length == 2 and all(.outcome == "applied" and .network == "net" and .ifname == "eth0" and
		(.reason | length > 0)) and [.[].containerID] == ["id-red", "id-blue"]'
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	answers outside tcp4 192.0.2.1 8081 192.0.2.2
	answers - tcp4 127.0.0.1 8080 "$(address br0)"
	answers red tcp4 192.0.2.2 9000 192.0.2.1
	reload 0 'length == 2 and all(.outcome == "unchanged")'
	detach red
	silent outside tcp4 192.0.2.1 8080
	answers outside tcp4 192.0.2.1 8081 192.0.2.2
	detach blue
	nothing_left
	[ "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)" = 0 ]
	! nft list table inet cni_masquerade | grep -q 10.1.0 || fail "masquerading is left"
}

address() {
	ip -j -4 address show dev "$1" | jq -r '.[0].addr_info[0].local'
}

test_whatever_is_missing_of_the_table_comes_back() {
	routed
	attach red "$(port 8080 80)"
	local t="inet cni_portmap" damage
	nft -s list table $t | sort > /run/before
	for damage in "delete chain $t guard" "flush chain $t any4" "flush table $t" "insert rule $t any4 accept" \
		"flush set $t bridges" "delete table $t"; do
		# shellcheck disable=SC2086 # DAMAGE is several words
		nft $damage
		reload 0 'length == 1'
		holds '.[0].outcome == "applied"'
		reload 0 'all(.outcome == "unchanged")'
		nft -s list table $t | sort | diff /run/before - || fail "not as before: $damage"
	done
	detach red
	nothing_left
}

test_filters_of_the_bridge_come_back() {
	routed '{"macspoofchk":true,"isolation":"strict"}'
	attach red "$(port 8080 80)"
	nft delete table inet track
	nft -s list ruleset | sort > /run/before
	nft flush ruleset
	reload 0 'all(.outcome == "applied")'
	nft -s list ruleset | sort | diff /run/before -
	detach red
	nothing_left
}

test_a_pod_that_is_gone_is_left_alone() {
	routed
	attach red "$(port 8080 80)"
	attach blue "$(port 8081 80)"
	ip netns del red
	eventually 5 sh -c '[ "$(ip -j link show master br0 | jq length)" = 1 ]'
	nft flush ruleset
	reload 0 '[.[].outcome] == ["gone", "applied"]'
	[ "$(elements ports4)" -eq 1 ]
	detach blue
	nothing_left
}

test_a_deleted_attachment_does_not_come_back() {
	routed
	attach red "$(port 8080 80)"
	detach red
	nft flush ruleset
	reload 0 '. == []'
	[ -z "$(nft list tables)" ]
}

# The DEL has been through portmap, and comes to the bridge when the ports have
# just been put back.
test_a_del_on_its_way_is_not_undone() {
	routed
	attach red "$(port 8080 80)"
	attach blue "$(port 8081 80)"
	nft flush ruleset
	unpublish red
	"$CNI_BIN_DIR/portmap" --reload > /run/reload.out &
	eventually 5 sh -c 'nft list map inet cni_portmap ports4 | grep -q 8081'
	rm "$results/net-id-red-eth0"
	wait $! || fail "status $?"
	holds '[.[].outcome] == ["gone", "applied"]' "$(< /run/reload.out)"
	[ "$(elements ports4)" -eq 1 ]
	[ "$("$CNI_BIN_DIR/portmap" --list | jq -c '[.[].containerID]')" = '["id-blue"]' ]
	detach blue
	nothing_left
}

test_files_that_are_no_results_are_passed_over() {
	routed
	attach red "$(port 8080 80)"
	serve red tcp4 80
	cd "$results"
	local good=net-id-red-eth0
	jq -c '.config = "!!!!"' $good > net-bad-eth0
	jq -c '.containerId = "bad2" | .config = ("[[[[" | @base64)' $good > net-bad2-eth0
	jq -c '.containerId = "bad3/../../x"' $good > net-bad3-eth0
	jq -c '.containerId = "bad4" | .result = [1]' $good > net-bad4-eth0
	jq -c '.containerId = "bad5" | .capabilityArgs.portMappings[0].hostPort = 99999' $good > net-bad5-eth0
	jq -c .result $good > net-old-eth0
	head -c 2000000 /dev/zero > net-zero-eth0
	head -c 300 $good > net-cut-eth0
	cp $good net-copy-eth0
	: > net-empty-eth0
	printf '{}' > $'net-\e[31m-eth0'
	# Neither a file nor an attachment: not worth a word.
	mkfifo net-fifo-eth0
	ln -s $good net-link-eth0
	mkdir net-dir-eth0
	nft flush ruleset
	status=0
	"$CNI_BIN_DIR/portmap" --reload > /run/cni.out 2> /run/cni.err || status=$?
	answer=$(< /run/cni.out)
	complaint=$(< /run/cni.err)
	[ "$status" -eq 1 ] || fail "status $status"
	holds '[.[] | [.containerID, .outcome]] | sort == [["bad5", "failed"], ["id-red", "applied"]]'
	holds '.[] | select(.containerID == "bad5") | .code == 7 and (.reason | contains("entry 0"))'
	[ "$(grep -c 'ignoring$' /run/cni.err)" -eq 10 ] || fail "not ten warnings"
	! grep -q $'\e' /run/cni.err || fail "a name was printed as it is"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
}

test_the_directory_can_be_another() {
	routed
	attach red "$(port 8080 80)"
	mv "$results" /run/elsewhere
	nft flush ruleset
	[ "$("$CNI_BIN_DIR/portmap" --reload)" = '[]' ]
	"$CNI_BIN_DIR/portmap" --reload --cache-dir /run/elsewhere | jq -e '.[0].outcome == "applied"'
	! "$CNI_BIN_DIR/portmap" --reload --cache-dir /nonexistent 2> /run/cni.err || fail "no error"
	grep -q '/nonexistent: No such file' /run/cni.err
	status=0
	"$CNI_BIN_DIR/portmap" --reload --cache 2> /run/cni.err || status=$?
	[ "$status" -eq 2 ]
}

test_rules_of_iptables_come_back() {
	needs iptables-restore
	routed '{"ipMasqBackend":"iptables"}' '{"backend":"iptables"}'
	attach red "$(port 8080 80)"
	serve red tcp4 80
	serve outside tcp4 9000
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	nft flush ruleset
	reload 0 'all(.outcome == "applied")'
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	answers red tcp4 192.0.2.2 9000 192.0.2.1
	reload 0 'all(.outcome == "unchanged")'
	detach red
	nothing_left
	! iptables-save -t nat | grep -q 10.1.0 || fail "rules left"
}

run_tests "$@"
