#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# packets.sh - who reaches a published port, and as whom
. "$(dirname "$0")/common.bash"

# matrix BACKEND BRIDGE_NF KIND...: every origin, by each kind of socket
matrix() {
	local backend=$1 nf=$2 kind number=0 protocol
	shift 2
	node
	bridge_nf "$nf"
	wire red 2
	wire blue 3
	for kind in "$@"; do
		protocol=${kind%[46]}
		serve_any red "$kind" $((80 + number))
		publish red 2 "$(port $((8080 + number)) $((80 + number)) "$protocol")" \
			"{\"backend\":\"$backend\"}"
		"origins_${kind#"$protocol"}" "$kind" $((8080 + number))
		unpublish red
		number=$((number + 1))
	done
	nothing_left
}

origins_4() {
	answers outside "$1" 192.0.2.1 "$2" 192.0.2.2
	answers - "$1" 127.0.0.1 "$2" 10.1.0.1
	answers - "$1" 192.0.2.1 "$2" 192.0.2.1
	answers - "$1" 10.1.0.1 "$2" 10.1.0.1
	answers red "$1" 192.0.2.1 "$2" 10.1.0.1
	answers red "$1" 10.1.0.1 "$2" 10.1.0.1
	answers blue "$1" 192.0.2.1 "$2" 10.1.0.1
	answers blue "$1" 10.1.0.1 "$2" 10.1.0.1
}

origins_6() {
	answers outside "$1" 2001:db8::1 "$2" 2001:db8::2
	answers - "$1" 2001:db8::1 "$2" 2001:db8::1
	answers - "$1" fd00:1::1 "$2" fd00:1::1
	answers red "$1" 2001:db8::1 "$2" fd00:1::1
	answers red "$1" fd00:1::1 "$2" fd00:1::1
	answers blue "$1" 2001:db8::1 "$2" fd00:1::1
	answers blue "$1" fd00:1::1 "$2" fd00:1::1
}

test_nftables_tcp_and_udp_routed() {
	matrix nftables 0 tcp4 tcp6 udp4 udp6
}

test_nftables_tcp_and_udp_bridged() {
	matrix nftables 1 tcp4 tcp6 udp4 udp6
}

test_iptables_tcp_and_udp_routed() {
	needs iptables-restore
	matrix iptables 0 tcp4 tcp6 udp4 udp6
}

test_iptables_tcp_and_udp_bridged() {
	needs iptables-restore
	matrix iptables 1 tcp4 tcp6 udp4 udp6
}

needs_sctp() {
	modprobe sctp 2> /dev/null || true
	grep -q '^SCTP ' /proc/net/protocols ||
		skip "this kernel ($(uname -r)) has no SCTP sockets"
}

test_nftables_sctp() {
	needs_sctp
	matrix nftables 0 sctp4 sctp6
}

test_iptables_sctp() {
	needs_sctp
	matrix iptables 0 sctp4 sctp6
}

# counted POD: packets its (one) counter has seen
counted() {
	in_pod "$1" nft -j list ruleset | jq '[.. | .counter?.packets? // empty] | add'
}

# Packets of a protocol the kernel has no sockets for: the pod counts them.
test_sctp_packets_are_translated() {
	needs python3
	node
	wire red 2
	publish red 2 "$(port 8080 80 sctp)"
	in_pod red nft add table ip count
	in_pod red nft 'add chain ip count in { type filter hook prerouting priority 0; }'
	in_pod red nft add rule ip count in ip saddr 192.0.2.2 sctp dport 80 counter
	in_pod outside python3 - <<- 'END'
		import socket, struct
		def crc32c(data):
		    crc = 0xffffffff
		    for byte in data:
		        crc ^= byte
		        for _ in range(8):
		            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
		    return crc ^ 0xffffffff
		init = struct.pack('!BBHIIHHI', 1, 0, 20, 1, 65535, 1, 1, 1)
		head = struct.pack('!HHI', 4000, 8080, 0)
		packet = head + struct.pack('<I', crc32c(head + bytes(4) + init)) + init
		s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
		s.sendto(packet, ('192.0.2.1', 0))
	END
	eventually 2 [ "$(counted red)" = 1 ]
}

# The node's own addresses only: what is forwarded elsewhere is a stranger's.
test_forwarded_packets_are_not_touched() {
	node
	wire red 2
	wire blue 3
	serve_udp red udp4 53
	serve red tcp4 53
	serve outside udp4 53
	serve outside tcp4 53
	publish red 2 "$(port 53 53 udp) $(port 53 53 tcp)"
	answers blue udp4 192.0.2.2 53 10.1.0.3
	answers blue tcp4 192.0.2.2 53 10.1.0.3
	answers outside udp4 192.0.2.1 53 192.0.2.2
}

test_a_host_ip_publishes_on_that_address_only() {
	node
	wire red 2
	ip address add 192.0.2.100/24 dev uplink0
	serve red tcp4 80
	serve red tcp6 80
	publish red 2 "$(port 8080 80 tcp 192.0.2.100) $(port 8081 80 tcp 2001:db8::1)"
	answers outside tcp4 192.0.2.100 8080 192.0.2.2
	silent outside tcp4 192.0.2.1 8080
	silent - tcp4 127.0.0.1 8080
	answers outside tcp6 2001:db8::1 8081 2001:db8::2
	silent - tcp6 fd00:1::1 8081
	[ "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)" = 0 ]
}

test_a_loopback_host_ip_is_reached_from_the_host_only() {
	node
	wire red 2
	serve red tcp4 80
	publish red 2 "$(port 8080 80 tcp 127.0.0.1)"
	answers - tcp4 127.0.0.1 8080 10.1.0.1
	silent - tcp4 192.0.2.1 8080
	silent outside tcp4 192.0.2.1 8080
	silent red tcp4 10.1.0.1 8080
	# A neighbour who routes 127.0.0.1 to this host.
	in_pod outside sysctl -qw net.ipv4.conf.all.route_localnet=1
	ip -n outside address del 127.0.0.1/8 dev lo
	ip -n outside route add 127.0.0.1/32 via 192.0.2.1 src 192.0.2.2
	silent outside tcp4 127.0.0.1 8080
}

test_a_certain_address_goes_before_all_addresses() {
	node
	wire red 2
	wire blue 3
	serve red tcp4 80
	serve blue tcp4 80
	ip address add 192.0.2.100/24 dev uplink0
	publish red 2 "$(port 8080 80)"
	publish blue 3 "$(port 8080 80 tcp 192.0.2.100)"
	[ "$(nft -j list map inet cni_portmap ports4_ip | jq -c '[.nftables[].map.elem[]?] | length')" -eq 1 ]
	in_pod blue nft add table ip count
	in_pod blue nft 'add chain ip count in { type filter hook prerouting priority 0; }'
	in_pod blue nft add rule ip count in tcp dport 80 tcp flags syn counter
	answers outside tcp4 192.0.2.100 8080 192.0.2.2
	[ "$(counted blue)" = 1 ]
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	[ "$(counted blue)" = 1 ]
	unpublish blue
	answers outside tcp4 192.0.2.100 8080 192.0.2.2
	[ "$(counted blue)" = 1 ]
}

test_unspecified_host_ips_are_of_one_family() {
	node
	wire red 2
	serve red tcp4 80
	serve red tcp6 80
	publish red 2 "$(port 8080 80 tcp 0.0.0.0) $(port 8081 80 tcp ::)"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	silent outside tcp6 2001:db8::1 8080
	answers outside tcp6 2001:db8::1 8081 2001:db8::2
	silent outside tcp4 192.0.2.1 8081
}

test_without_snat_nothing_is_masqueraded() {
	node
	bridge_nf 0
	wire red 2
	serve red tcp4 80
	publish red 2 "$(port 8080 80)" '{"snat":false}'
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
	answers - tcp4 192.0.2.1 8080 192.0.2.1
	silent - tcp4 127.0.0.1 8080
	silent red tcp4 192.0.2.1 8080
	[ "$(elements snat4)" -eq 0 ]
	[ "$(cat /proc/sys/net/ipv4/conf/br0/route_localnet)" = 0 ]
}

test_with_masqall_nobody_is_seen() {
	node
	wire red 2
	serve red tcp4 80
	serve red tcp6 80
	publish red 2 "$(port 8080 80)" '{"masqAll":true}'
	answers outside tcp4 192.0.2.1 8080 10.1.0.1
	answers outside tcp6 2001:db8::1 8080 fd00:1::1
	answers - tcp4 127.0.0.1 8080 10.1.0.1
	answers red tcp4 192.0.2.1 8080 10.1.0.1
	unpublish red
	nothing_left
}

# What somebody else translates to the pod keeps its source (kube-proxy).
test_traffic_that_others_translate_keeps_its_source() {
	node
	bridge_nf 1
	wire red 2
	wire blue 3
	serve red tcp4 80
	publish red 2 "$(port 80 80)"
	nft add table ip service
	nft 'add chain ip service pre { type nat hook prerouting priority dstnat; }'
	nft add rule ip service pre ip daddr 10.96.0.1 tcp dport 80 dnat to 10.1.0.2:80
	answers blue tcp4 10.96.0.1 80 10.1.0.3
	answers blue tcp4 192.0.2.1 80 10.1.0.1
}

test_rules_of_others_go_first() {
	node
	wire red 2
	wire blue 3
	serve red tcp4 80
	nft add table ip service
	nft 'add chain ip service pre { type nat hook prerouting priority dstnat; }'
	nft add rule ip service pre ip daddr 192.0.2.1 tcp dport 8080 dnat to 10.1.0.2:80
	publish blue 3 "$(port 8080 81)"
	answers outside tcp4 192.0.2.1 8080 192.0.2.2
}

run_tests "$@"
