#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lifecycle.sh - ADD, CHECK, DEL, GC, STATUS: what comes, stays and goes
. "$(dirname "$0")/common.bash"

test_without_ports_the_kernel_is_not_asked() {
	needs strace
	pod red
	# LeakSanitizer cannot run under strace.
	export ASAN_OPTIONS=detect_leaks=0
	conf red 2 '' > /run/conf
	CNI_COMMAND=ADD CNI_CONTAINERID=c CNI_NETNS=/run/netns/red CNI_IFNAME=eth0 \
		CNI_PATH=$CNI_BIN_DIR strace -f -e trace=socket,execve -o /run/trace \
		"$CNI_BIN_DIR/portmap" < /run/conf > /run/out
	! grep -q socket /run/trace
	[ "$(grep -c execve /run/trace)" -eq 1 ]
	jq -e '.ips | length == 2' /run/out
}

test_the_result_is_passed_on() {
	node
	wire red 2
	publish red 2 "$(port 8080 80)"
	holds '.cniVersion == "1.1.0" and (.interfaces | length == 3) and
		.ips[1].address == "fd00:1::2/64" and .ips[1].interface == 2'
}

test_no_process_is_started() {
	needs strace
	node
	wire red 2
	export ASAN_OPTIONS=detect_leaks=0
	local verb
	for verb in ADD CHECK DEL; do
		conf red 2 "$(port 8080 80) $(port 53 53 udp)" > /run/conf
		CNI_COMMAND=$verb CNI_CONTAINERID=c CNI_NETNS=/run/netns/red \
			CNI_IFNAME=eth0 CNI_PATH=$CNI_BIN_DIR \
			strace -f -e trace=execve,fork,vfork,clone,clone3 -o /run/trace \
			"$CNI_BIN_DIR/portmap" < /run/conf > /run/out
		[ "$(grep -c '(' /run/trace)" -eq 1 ] || fail "$verb starts: $(cat /run/trace)"
	done
}

test_del_needs_nothing_but_the_identity() {
	node
	wire red 2
	publish red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)"
	ip netns del red
	jq -nc '{cniVersion: "0.3.1", name: "net", type: "portmap"}' |
		CNI_CONTAINERID=id-red must DEL portmap -
	nothing_left
	jq -nc '{cniVersion: "0.3.1", name: "net", type: "portmap"}' |
		CNI_CONTAINERID=id-red must DEL portmap -
}

test_del_after_a_flush_succeeds() {
	node
	wire red 2
	publish red 2 "$(port 8080 80)"
	nft flush ruleset
	unpublish red
	publish red 2 "$(port 8080 80)"
	nft delete table inet cni_portmap
	unpublish red
	publish red 2 "$(port 8080 80)"
	nft flush map inet cni_portmap ports4
	unpublish red
	nothing_left
}

# Then the mappings in the configuration tell that there may be something.
test_del_needs_no_record() {
	node
	wire red 2
	wire blue 3
	local keys t="inet cni_portmap"
	publish blue 3 "$(port 8081 80)"
	for keys in '{}' '{"masqAll":true}' '{"conditionsV4":["ip","saddr","192.0.2.2"]}' \
		'{"backend":"iptables"}'; do
		publish red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" "$keys"
		nft flush set $t attachments
		must DEL portmap red < /run/conf-red
		[ "$(elements ports4)" -eq 1 ] || fail "a mapping is left: $(table)"
		[ "$(elements localnet)" -eq 1 ]
		! table | grep -q id-red || fail "left: $(table)"
		! nft list chains | grep -q 'chain conditions' || fail "chains left"
		[ "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)" = 1 ]
	done
	must DEL portmap blue < /run/conf-blue
	nothing_left
	[ "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)" = 0 ]
}

# nft's "flush table" takes the rules and leaves the elements.
test_a_damaged_table_is_mended_by_the_next_add() {
	node
	wire red 2
	wire blue 3
	serve red tcp4 80
	local t="inet cni_portmap"
	publish red 2 "$(port 8080 80)"
	nft flush table $t
	silent outside tcp4 192.0.2.1 8080
	publish blue 3 "$(port 8081 80)"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	answers red tcp4 192.0.2.1 8080 10.1.0.1
	must CHECK portmap red < /run/conf-red
	unpublish blue
	nft flush table $t
	nft delete map $t ports6_ip
	nft delete chain $t guard
	publish red 2 "$(port 8080 80)"
	must CHECK portmap red < /run/conf-red
	nft delete table $t
	nft add table $t
	publish red 2 "$(port 8080 80)" '{"conditionsV4":["ip","saddr","192.0.2.2"]}'
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	unpublish red
	nothing_left
}

test_somebody_elses_table_is_refused_and_left() {
	node
	wire red 2
	local t="inet cni_portmap"
	nft add table $t
	nft "add map $t ports4 { type ipv4_addr : ipv4_addr; }"
	nft "add set $t attachments { type inet_service; }"
	nft list ruleset > /run/before
	conf red 2 "$(port 8080 80)" | refused 999 'table "inet cni_portmap" is not as it was made, delete it' ADD portmap red
	unpublish red
	jq -nc '{cniVersion: "1.1.0", name: "net", type: "portmap",
		"cni.dev/valid-attachments": []}' | must GC portmap -
	nft list ruleset | diff /run/before -
}

test_del_with_a_bad_configuration_cleans_up() {
	node
	wire red 2
	publish red 2 "$(port 8080 80)"
	conf red 2 "$(port 0 0)" '{"backend":"nonsense","markMasqBit":99,"prevResult":[]}' |
		must DEL portmap red
	nothing_left
}

test_other_attachments_of_the_container_stay() {
	node
	wire red 2
	serve red tcp4 80
	publish red 2 "$(port 8080 80)"
	conf red 2 "$(port 8081 80)" '{"name":"other"}' | must ADD portmap red
	conf red 2 "$(port 8082 80)" | must ADD portmap red eth1
	unpublish red
	silent outside tcp4 192.0.2.1 8080
	answers outside tcp4 192.0.2.1 8081 192.0.2.2
	[ "$(elements ports4)" -eq 1 ]
}

# eth1 of the test above is no interface of the result, so it published nothing.
test_interfaces_of_one_container_are_told_apart() {
	node
	wire red 2
	local result='{"prevResult":{"cniVersion":"1.1.0","ips":[{"address":"10.1.0.2/24"}]}}'
	conf red 2 "$(port 8080 80)" "$result" | must ADD portmap red eth0
	conf red 2 "$(port 8081 80)" "$result" | must ADD portmap red eth1
	[ "$(elements ports4)" -eq 2 ]
	unpublish red
	[ "$(elements ports4)" -eq 1 ]
	[ "$("$CNI_BIN_DIR/portmap" --list | jq -c '[.[] | [.ifname, .hostPort]]')" = '[["eth1",8081]]' ]
}

test_a_repeated_add_replaces() {
	node
	wire red 2
	serve red tcp4 80
	publish red 2 "$(port 8080 80) $(port 9000 90)"
	publish red 2 "$(port 8080 80) $(port 9000 90)"
	[ "$(elements ports4)" -eq 2 ]
	publish red 2 "$(port 8081 80)"
	[ "$(elements ports4)" -eq 1 ]
	answers outside tcp4 192.0.2.1 8081 192.0.2.2
	silent outside tcp4 192.0.2.1 8080
	unpublish red
	nothing_left
}

# What is left when parts of the table are flushed is the attachment's own.
test_a_repeated_add_needs_no_record() {
	node
	wire red 2
	serve red tcp4 80
	local mappings keys piece t="inet cni_portmap"
	# With more than 32 ports it is not looked at each before.
	for keys in '{}' '{"masqAll":true}' \
		'{"conditionsV4":["ip","saddr","192.0.2.2"],"conditionsV6":["iifname","\"lo\""]}' \
		'{"backend":"iptables"}'; do
		for mappings in "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" \
			"$(port 8080 80) $(for i in $(seq 2 2 90); do port $((7000 + i)) $((7000 + 3 * i)); done)"; do
			publish red 2 "$mappings" "$keys"
			nft flush set $t attachments
			publish red 2 "$mappings" "$keys"
			conf red 2 "$mappings" "$keys" | must CHECK portmap red
			answers outside tcp4 192.0.2.1 8080 "$([[ $keys == *masqAll* ]] && echo 10.1.0.1 || echo 192.0.2.2)"
			# Only the first piece of the record is lost.
			piece=$(table | grep -oE '[0-9a-f:]+ \. 0 comment "1/' | cut -d' ' -f1)
			nft delete element $t attachments "{ $piece . 0 }"
			publish red 2 "$mappings" "$keys"
			unpublish red
			nothing_left
		done
	done
}

test_an_invalid_mapping_changes_nothing() {
	node
	wire red 2
	publish red 2 "$(port 8080 80)"
	nft list ruleset > /run/before
	local bad
	for bad in "$(port 8081 80 icmp)" "$(port 8081 80 tcp 10.0.0.300)" \
		"$(port 0 80)" "$(port 65536 80)" "$(port 8081 0)" \
		"$(port 8081 80) $(port 8081 81)" \
		"$(port 8081 80 'tcp; flush ruleset')"; do
		conf red 2 "$bad" | refused 7 'portMappings: entry' ADD portmap red
	done
	conf red 2 "$(port 8081 80 tcp 2001:db8::1)" '{"prevResult":
		{"cniVersion":"1.1.0","ips":[{"address":"10.1.0.2/24"}]}}' |
		refused 7 'entry 0: hostIP 2001:db8::1 is IPv6, but the container has no IPv6 address' ADD portmap red
	for bad in nftables iptables; do
		conf red 2 "$(port 8082 80) $(port 8081 80 tcp ::1)" "{\"backend\":\"$bad\"}" |
			refused 7 'entry 1: hostIP ::1 cannot be published' ADD portmap red
	done
	nft list ruleset | cmp - /run/before
}

test_a_port_in_use_is_refused_with_its_owner() {
	node
	wire red 2
	wire blue 3
	publish red 2 "$(port 8080 80)"
	nft list ruleset > /run/before
	conf blue 3 "$(port 7000 70) $(port 8080 80)" |
		refused 120 'entry 1: tcp 8080 is in use by container "id-red" (network "net", interface "eth0")' ADD portmap blue
	nft list ruleset | cmp - /run/before
	publish blue 3 "$(port 8080 80 udp)"
	[ "$(elements ports4)" -eq 2 ]
}

test_a_port_in_use_can_be_replaced() {
	node
	wire red 2
	wire blue 3
	serve blue tcp4 80
	publish red 2 "$(port 8080 80) $(port 8081 80)"
	publish blue 3 "$(port 8080 80)" '{"onConflict":"replace"}'
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	conf red 2 "$(port 8080 80) $(port 8081 80)" |
		refused 140 'tcp 8080 is published by another container' CHECK portmap red
	[ "$("$CNI_BIN_DIR/portmap" --list | jq -c '[.[] | select(.hostIP == "0.0.0.0") | [.containerID, .hostPort]] | sort')" = \
		'[["id-blue",8080],["id-red",8081]]' ]
	unpublish red
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	unpublish blue
	nothing_left
}

test_a_port_of_a_container_that_is_gone_is_taken_over() {
	node
	wire red 2
	wire blue 3
	serve blue tcp4 80
	publish red 2 "$(port 8080 80) $(port 8081 81)"
	# The DEL is lost.
	ip netns del red
	eventually 5 sh -c '! ip link show v-red'
	publish blue 3 "$(port 8080 80)"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	[ "$(elements ports4)" -eq 1 ]
	[ "$(elements attachments)" -eq 1 ]
	unpublish blue
	nothing_left
}

# Without an interface on the host, the network namespace tells.
test_a_container_without_port_is_gone_with_its_namespace() {
	node
	pod red
	wire blue 3
	local result='{"prevResult":{"cniVersion":"1.1.0","ips":[{"address":"10.1.0.2/24"}]}}'
	conf red 2 "$(port 8080 80)" "$result" | must ADD portmap red
	conf blue 3 "$(port 8080 80)" | refused 120 'in use' ADD portmap blue
	ip netns del red
	publish blue 3 "$(port 8080 80)"
}

test_an_address_of_a_container_that_is_gone_is_taken_over() {
	node
	bridge_nf 0
	wire red 2
	publish red 2 "$(port 8080 80)"
	ip netns del red
	eventually 5 sh -c '! ip link show v-red'
	wire blue 2
	serve blue tcp4 80
	publish blue 2 "$(port 8081 80)"
	# The late DEL of the first must not take the second's masquerading.
	unpublish red
	answers blue tcp4 192.0.2.1 8081 10.1.0.1
	unpublish blue
	nothing_left
}

test_of_twenty_racing_adds_one_wins() {
	node
	local i
	for i in $(seq 2 21); do
		conf "p$i" "$i" "$(port 8080 80)" > "/run/conf.$i"
	done
	race_for_one_port
	[ "$(elements ports4)" -eq 1 ]
	[ "$(elements ports6)" -eq 1 ]
}

# storm VERB: the verb for 40 attachments at once
storm() {
	local i jobs=()
	for i in $(seq 2 41); do
		CNI_COMMAND=$1 CNI_CONTAINERID=c$i CNI_NETNS=/proc/1/ns/net \
			CNI_NETNS_OVERRIDE=1 CNI_IFNAME=eth0 CNI_PATH=$CNI_BIN_DIR \
			"$CNI_BIN_DIR/portmap" < "/run/conf.$i" > "/run/out.$i" 2>&1 &
		jobs+=($!)
	done
	for i in "${jobs[@]}"; do
		wait "$i" || fail "$1: $(cat /run/out.*)"
	done
}

test_a_storm_leaves_nothing_wrong() {
	node
	local i
	for i in $(seq 2 41); do
		conf "p$i" "$i" "$(port $((8000 + i)) 80) $(port $((9000 + i)) 80 udp)" > "/run/conf.$i"
	done
	for _ in 1 2 3; do
		storm ADD
		[ "$(elements ports4)" -eq 80 ]
		[ "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)" = 1 ]
		storm DEL
		nothing_left
		[ "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)" = 0 ]
	done
	[ "$(nft list chain inet cni_portmap siblings4 | grep -c masquerade)" -eq 1 ]
}

test_route_localnet_is_set_while_it_is_needed() {
	node
	wire red 2
	wire blue 3
	local setting=/proc/sys/net/ipv4/conf/br0/route_localnet
	publish red 2 "$(port 8080 80)"
	publish blue 3 "$(port 8081 80 tcp 127.0.0.1)"
	[ "$(cat $setting)" = 1 ]
	unpublish red
	[ "$(cat $setting)" = 1 ]
	unpublish blue
	[ "$(cat $setting)" = 0 ]
	echo 1 > $setting
	publish red 2 "$(port 8080 80)"
	unpublish red
	[ "$(cat $setting)" = 1 ]
}

# traced POD STRACE_OPTION...: ADD of /run/conf-POD under strace
traced() {
	local pod=$1
	shift
	CNI_COMMAND=ADD CNI_CONTAINERID=id-$pod CNI_NETNS=/run/netns/$pod CNI_IFNAME=eth0 \
		CNI_PATH=$CNI_BIN_DIR strace "$@" "$CNI_BIN_DIR/portmap" < "/run/conf-$pod" > /run/out
}

# The ADD has seen that the bridge is noted; then the last one that needed it
# goes, and with it the note.
test_route_localnet_survives_a_del_during_an_add() {
	needs strace
	node
	wire red 2
	wire blue 3
	local setting=/proc/sys/net/ipv4/conf/br0/route_localnet transaction
	export ASAN_OPTIONS=detect_leaks=0
	publish red 2 "$(port 8080 80)"
	conf blue 3 "$(port 8081 80)" > /run/conf-blue
	traced blue -e trace=sendmsg -o /run/trace
	transaction=$(awk '/^sendmsg/ { n++; if ($NF > most) { most = $NF; number = n } } END { print number }' /run/trace)
	unpublish blue
	traced blue -e trace=sendmsg -e "inject=sendmsg:delay_enter=1000000:when=$transaction" -o /run/trace &
	sleep 0.5
	unpublish red
	[ "$(cat $setting)" = 0 ]
	wait $! || fail "$(cat /run/out)"
	[ "$(cat $setting)" = 1 ]
	must CHECK portmap blue < /run/conf-blue
	unpublish blue
	[ "$(cat $setting)" = 0 ]
	nothing_left
}

# CVE-2020-8558: what listens on the host's 127.0.0.1 is not for pods.
test_loopback_services_stay_out_of_reach() {
	node
	wire red 2
	socat TCP4-LISTEN:7777,bind=127.0.0.1,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR' &
	eventually 5 listening - tcp4 7777
	serve red tcp4 80
	publish red 2 "$(port 8080 80)"
	answers - tcp4 127.0.0.1 8080 10.1.0.1
	answers - tcp4 127.0.0.1 7777 127.0.0.1
	in_pod red sysctl -qw net.ipv4.conf.all.route_localnet=1
	ip -n red address del 127.0.0.1/8 dev lo
	ip -n red route add 127.0.0.1/32 via 10.1.0.1 src 10.1.0.2
	silent red tcp4 127.0.0.1 7777
	nft delete chain inet cni_portmap guard
	answers red tcp4 127.0.0.1 7777 10.1.0.2
}

test_a_read_only_proc_sys_is_a_warning() {
	node
	wire red 2
	serve red tcp4 80
	mount -o bind,ro /proc/sys /proc/sys
	publish red 2 "$(port 8080 80)"
	[[ $complaint == *"unable to enable route_localnet"*"ignoring"* ]]
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	unpublish red
	nothing_left
}

test_a_setting_that_cannot_be_reset_is_tried_again() {
	node
	wire red 2
	local setting=/proc/sys/net/ipv4/conf/br0/route_localnet gc
	gc='{"cniVersion":"1.1.0","name":"net","type":"portmap","cni.dev/valid-attachments":[]}'
	publish red 2 "$(port 8080 80)"
	mount -o bind,ro /proc/sys /proc/sys
	unpublish red
	grep -q 'reset route_localnet.*ignoring' /run/cni.err
	nothing_left
	# As long as it is set, the guard is needed.
	must GC portmap - <<< "$gc"
	nft list chain inet cni_portmap guard | grep -q drop
	umount /proc/sys
	[ "$(cat $setting)" = 1 ]
	unpublish red
	[ "$(cat $setting)" = 0 ]
	must GC portmap - <<< "$gc"
	! nft list tables | grep -q cni_portmap || fail "the table is left"
}

test_a_listening_process_is_a_warning() {
	node
	wire red 2
	serve - tcp4 8080
	serve - udp4 53
	publish red 2 "$(port 8080 80) $(port 53 53 udp) $(port 8081 80)"
	[[ $complaint == *"entry 0"*"listens on tcp 8080"* ]]
	[[ $complaint == *"entry 1"*"listens on udp 53"* ]]
	[[ $complaint != *8081* ]]
}

# mutated TEXT NFT...: after this nft command, CHECK says TEXT
mutated() {
	local text=$1
	shift
	nft "$@"
	conf red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" |
		refused 140 "$text" CHECK portmap red
	# A repeated ADD mends or refuses; after a flush it has to work.
	conf red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" | cni ADD portmap red
	nft flush ruleset
	publish red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)"
}

test_check_compares_every_object() {
	node
	wire red 2
	local t="inet cni_portmap" owner
	publish red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)"
	conf red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" | must CHECK portmap red
	table > /run/table
	owner=$(awk 'match($0, /comment "[0-9a-f]*-[0-9a-f]*,[^"]*"/) && !n++ {
		print substr($0, RSTART, RLENGTH) }' /run/table)
	mutated 'tcp 8080 is not published' delete element $t ports4 '{ tcp . 8080 }'
	mutated 'udp 10.1.0.1:53 is not published' delete element $t ports4_ip '{ 10.1.0.1 . udp . 53 }'
	mutated 'tcp 8080 leads elsewhere' "delete element $t ports4 { tcp . 8080 };
		add element $t ports4 { tcp . 8080 $owner : 10.1.0.2 . 81 }"
	nft "delete element $t ports6 { tcp . 8080 };
		add element $t ports6 { tcp . 8080 : fd00:1::2 . 80 }"
	conf red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" |
		refused 140 'tcp 8080 is published by another' CHECK portmap red
	# Nobody's mapping is not taken over: it has to be removed first.
	nft delete element $t ports6 '{ tcp . 8080 }'
	publish red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)"
	mutated '10.1.0.2 is missing in set "snat4"' delete element $t snat4 '{ 10.1.0.2 }'
	mutated 'chain "prerouting"' flush chain $t prerouting
	mutated 'chain "guard"' flush chain $t guard
	mutated 'chain "siblings4"' flush chain $t siblings4
	mutated 'chain "any4"' insert rule $t any4 accept
	mutated 'table "cni_portmap"' delete table $t
	mutated 'record is missing' flush set $t attachments
	mutated '"br0" is missing in set "bridges"' flush set $t bridges
	echo 0 > /proc/sys/net/ipv4/conf/br0/route_localnet
	conf red 2 "$(port 8080 80) $(port 53 53 udp 10.1.0.1)" |
		refused 140 'net/ipv4/conf/br0/route_localnet is not 1' CHECK portmap red
}

# The rules for siblings are one for each subnet: they are not one pod's alone.
test_check_passes_next_to_pods_of_other_subnets() {
	node
	wire red 2
	wire blue 3
	local only4='{"prevResult":{"cniVersion":"1.1.0","ips":[{"address":"10.1.0.2/24"}]}}'
	local other='{"name":"other","prevResult":{"cniVersion":"1.1.0","ips":[
		{"address":"10.2.0.3/24"},{"address":"fd00:2::3/64"}]}}'
	conf blue 3 "$(port 8081 80)" "$other" > /run/conf.blue
	must ADD portmap blue < /run/conf.blue
	conf red 2 "$(port 8080 80)" "$only4" > /run/conf.red
	must ADD portmap red < /run/conf.red
	must CHECK portmap red < /run/conf.red
	must CHECK portmap blue < /run/conf.blue
	publish red 2 "$(port 8080 80)"
	must CHECK portmap red < /run/conf-red
	must CHECK portmap blue < /run/conf.blue
	nft flush chain inet cni_portmap siblings6
	conf red 2 "$(port 8080 80)" | refused 140 'a rule of nf_tables chain "siblings6"' CHECK portmap red
}

test_gc_removes_what_no_attachment_owns() {
	node
	wire red 2
	wire blue 3
	serve blue tcp4 80
	publish red 2 "$(port 8080 80)"
	publish blue 3 "$(port 8081 80)"
	conf red 2 "$(port 8082 80)" '{"name":"other"}' | must ADD portmap red
	nft add element inet cni_portmap ports4 '{ tcp . 9999 comment "'"$(table |
		grep -o '"[0-9a-f]*-[0-9a-f]*, net: net, [^"]*red' | head -n 1 | tr -d '"')"'" : 10.1.0.9 . 80 }'
	jq -nc '{cniVersion: "1.1.0", name: "net", type: "portmap",
		"cni.dev/valid-attachments": [{containerID: "id-blue", ifname: "eth0"}]}' |
		must GC portmap -
	answers outside tcp4 192.0.2.1 8081 192.0.2.2
	[ "$(elements ports4)" -eq 2 ]
	jq -nc '{cniVersion: "1.1.0", name: "net", type: "portmap"}' | refused 7 'valid-attachments' GC portmap -
	jq -nc '{cniVersion: "1.1.0", name: "net", type: "portmap",
		"cni.dev/valid-attachments": []}' | must GC portmap -
	[ "$(elements ports4)" -eq 1 ]
	jq -nc '{cniVersion: "1.1.0", name: "other", type: "portmap",
		"cni.dev/valid-attachments": []}' | must GC portmap -
	! nft list tables | grep -q cni_portmap
}

test_status_tells_what_is_missing() {
	needs iptables-restore
	jq -nc '{cniVersion: "1.1.0", name: "net", type: "portmap"}' > /run/conf
	must STATUS portmap - < /run/conf
	[ -z "$(nft list tables)" ]
	jq '. + {backend: "iptables"}' /run/conf > /run/conf.ipt
	must STATUS portmap - < /run/conf.ipt
	local path=$PATH
	mount -t tmpfs none /usr/sbin
	PATH=/nonexistent:$path refused 50 'iptables-restore is not installed' STATUS portmap - < /run/conf.ipt
	must STATUS portmap - < /run/conf
	jq '. + {backend: "?"}' /run/conf | refused 7 'unrecognized backend' STATUS portmap -
}

test_the_list_names_owners() {
	node
	wire red 2
	publish red 2 "$(port 8080 80) $(port 8081 81) $(port 53 53 udp 10.1.0.1)"
	"$CNI_BIN_DIR/portmap" --list > /run/list
	holds 'length == 5 and
		([.[] | select(.hostIP == "10.1.0.1")] == [{network: "net",
			containerID: "id-red", ifname: "eth0", protocol: "udp",
			hostIP: "10.1.0.1", hostPort: 53, containerIP: "10.1.0.2",
			containerPort: 53, backend: "nftables"}]) and
		([.[] | select(.hostIP == "::") | .hostPort] == [8080, 8081])' "$(cat /run/list)"
	unpublish red
	[ "$("$CNI_BIN_DIR/portmap" --list)" = '[]' ]
}

test_the_ruleset_can_be_saved_and_restored() {
	node
	wire red 2
	serve red tcp4 80
	local many i
	for i in $(seq 1 60); do many+=" $(port $((7000 + 2 * i)) $((7000 + 3 * i)))"; done
	publish red 2 "$(port 8080 80) $many"
	nft list ruleset > /run/saved
	nft flush ruleset
	nft -f /run/saved
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	conf red 2 "$(port 8080 80) $many" | must CHECK portmap red
	unpublish red
	nothing_left
}

test_a_thousand_ports_come_and_go() {
	node
	wire red 2
	conf red 2 "$(for i in $(seq 20000 20999); do echo "{\"hostPort\":$i,\"containerPort\":$i}"; done)" > /run/conf
	must ADD portmap red < /run/conf
	[ "$(elements ports4)" -eq 1000 ]
	must CHECK portmap red < /run/conf
	wire blue 3
	conf blue 3 "$(for i in $(seq 20999 21999); do echo "{\"hostPort\":$i,\"containerPort\":$i}"; done)" |
		refused 120 'entry 0: tcp 20999 is in use by container "id-red"' ADD portmap blue
	unpublish red
	nothing_left
}

run_tests "$@"
