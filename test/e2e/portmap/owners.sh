#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# owners.sh - a port has one owner, whichever backends publish it
. "$(dirname "$0")/common.bash"

# The backends of the container that has a port and of the one that wants it.
pairs='iptables:iptables nftables:iptables iptables:nftables'

# each FUNCTION: with two pods, FUNCTION OLD_KEYS NEW_KEYS for each pair
each() {
	needs iptables-restore
	node
	wire red 2
	wire blue 3
	serve red tcp4 80
	serve blue tcp4 80
	local pair
	for pair in $pairs; do
		"$1" "{\"backend\":\"${pair%:*}\"}" "{\"backend\":\"${pair#*:}\"}"
		nothing_left
	done
}

# rules: all there is, without the sets that packets fill
rules() {
	nft -j list ruleset | jq -S '[.nftables[] | select((.set.name // "") | startswith("local4") or
		startswith("local6") | not) | del(.. | .expires?, .counter?, .handle?)]'
}

refused_with_owner() {
	publish red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" "$1"
	rules > /run/before
	conf blue 3 "$(port 7000 70) $(port 8080 80)" "$2" |
		refused 120 'entry 1: tcp 8080 is in use by container "id-red" (network "net", interface "eth0")' ADD portmap blue
	conf blue 3 "$(port 53 53 udp 10.1.0.1)" "$2" | refused 120 'entry 0: udp 10.1.0.1:53' ADD portmap blue
	rules | diff /run/before - || fail "a refused ADD left something"
	publish blue 3 "$(port 8080 80 udp) $(port 53 53 udp 192.0.2.1)" "$2"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	unpublish blue
	unpublish red
}

test_a_port_in_use_is_refused_with_its_owner() {
	each refused_with_owner
}

replaced() {
	publish red 2 "$(port 8080 80) $(port 8081 80)" "$1"
	publish blue 3 "$(port 8080 80)" "$(jq -nc --argjson b "$2" '$b + {onConflict: "replace"}')"
	in_pod red nft add table ip off
	in_pod red nft 'add chain ip off in { type filter hook input priority 0; policy drop; }'
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	in_pod red nft delete table ip off
	answers outside tcp4 192.0.2.1 8081 192.0.2.2
	conf red 2 "$(port 8080 80) $(port 8081 80)" "$1" | refused 140 'tcp 8080 is published by another' CHECK portmap red
	holds '[.[] | select(.hostIP == "0.0.0.0") | [.containerID, .hostPort]] | sort ==
		[["id-blue",8080],["id-red",8081]]' "$("$CNI_BIN_DIR/portmap" --list)"
	unpublish blue
	# What was lost is not had again.
	silent outside tcp4 192.0.2.1 8080
	unpublish red
}

test_a_port_in_use_can_be_replaced() {
	each replaced
}

taken_over() {
	[ -e /run/netns/old ] || wire old 9
	publish old 9 "$(port 8080 80) $(port 9000 90)" "$1"
	ip netns del old
	eventually 5 sh -c '! ip link show v-old'
	publish blue 3 "$(port 8080 80)" "$2"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	conf blue 3 "$(port 8080 80)" "$2" | must CHECK portmap blue
	holds "[.[].containerID] | unique == [\"id-blue\"]" "$("$CNI_BIN_DIR/portmap" --list)"
	# The late DEL of the first takes nothing from the second.
	CNI_CONTAINERID=id-old unpublish -
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	unpublish blue
}

test_a_port_of_a_container_that_is_gone_is_taken_over() {
	each taken_over
}

repeated() {
	publish red 2 "$(port 8080 80)" "$1"
	publish red 2 "$(port 8080 80) $(port 8082 80)" "$2"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	answers outside tcp4 192.0.2.1 8082 192.0.2.2
	unpublish red
}

test_a_container_may_change_its_backend() {
	each repeated
}

test_of_twenty_racing_adds_one_wins() {
	needs iptables-restore
	node
	local i backend
	for i in $(seq 2 21); do
		backend=iptables
		[ $((i % 3)) -ne 0 ] || backend=nftables
		conf "p$i" "$i" "$(port 8080 80)" "{\"backend\":\"$backend\"}" > "/run/conf.$i"
	done
	race_for_one_port
	[ "$(elements ports4)" -eq 1 ]
	[ "$(iptables-save -t nat | grep -c 'CNI-DN-.* -j DNAT')" -le 1 ] || fail "more than one has rules"
}

test_conditions_of_iptables_are_not_passed_by() {
	needs iptables-restore
	node
	wire red 2
	serve red tcp4 80
	publish red 2 "$(port 8080 80) $(port 8081 80 tcp 192.0.2.1)" \
		'{"conditionsV4":["!","-s","192.0.2.2/32"],"conditionsV6":["-s","fd00:9::/64"]}'
	silent outside tcp4 192.0.2.1 8080
	silent outside tcp4 192.0.2.1 8081
	answers - tcp4 192.0.2.1 8080 192.0.2.1
	unpublish red
	nothing_left
}

run_tests "$@"
