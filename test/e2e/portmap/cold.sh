#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cold.sh - many first attachments of a node at the same time
. "${BASH_SOURCE[0]%/*}/common.bash"

# start_together BACKEND: 16 ADDs at once on a node without any rule
start_together() {
	local i failed=0 pids=()
	# All wait for the lock on the gate, and share it when it is given back.
	exec 9> /run/gate
	flock 9
	for i in {1..16}; do
		pod "p$i"
		conf "p$i" "$i" "$(port $((8000 + i)) 80)" "{\"backend\": \"$1\"}" > "/run/config$i"
		flock -s /run/gate env CNI_COMMAND=ADD CNI_CONTAINERID="c$i" \
			CNI_NETNS="/run/netns/p$i" CNI_IFNAME=eth0 \
			CNI_PATH="$CNI_BIN_DIR" "$CNI_BIN_DIR/portmap" \
			< "/run/config$i" > "/run/answer$i" 9>&- &
		pids+=($!)
	done
	exec 9>&-
	for i in "${pids[@]}"; do
		wait "$i" || failed=$((failed + 1))
	done
	[ $failed -eq 0 ] || fail "$failed of 16 failed: $(cat /run/answer*)"
}

test_shared_iptables_rules_are_made_once() {
	needs flock iptables-save jq
	local twice
	start_together iptables
	for tool in iptables-save ip6tables-save; do
		$tool -t nat > /run/rules
		[ "$(grep -c -- '^-A CNI-HOSTPORT-DNAT' /run/rules)" -eq 16 ] ||
			fail "$tool: $(cat /run/rules)"
		twice=$(grep '^-A' /run/rules | sort | uniq -d)
		[ -z "$twice" ] || fail "$tool, more than once: $twice"
	done
}

test_shared_nftables_rules_are_made_once() {
	needs flock nft jq
	local twice
	start_together nftables
	for i in {1..16}; do
		nft list ruleset | grep -c "$((8000 + i))" > /dev/null || fail "port $((8000 + i)) is missing"
	done
	twice=$(nft -s list ruleset | awk '
		/^table/ { table = $0 }
		/^\t(chain|map|set) / { chain = $1 == "chain" ? $2 : "" }
		/^\t\t/ && chain && seen[table chain $0]++')
	[ -z "$twice" ] || fail "more than once: $twice"
}

run_tests "$@"
