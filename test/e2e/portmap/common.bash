# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# common.bash - a node with a bridge and pods for the portmap plugin's tests
. "${BASH_SOURCE[0]%/*}/../../support/netns.sh"

# node: outside, and bridge br0 with 10.1.0.1/24 and fd00:1::1/64
#
# The rule keeps connection tracking on when the last NAT rule goes; without it
# flows would be forgotten by accident.
node() {
	needs nft socat jq python3
	outside
	sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip link add br0 type bridge
	ip link set br0 up
	ip address add 10.1.0.1/24 dev br0
	ip address add fd00:1::1/64 dev br0 nodad
	nft add table inet track
	nft 'add chain inet track input { type filter hook input priority 0; }'
	nft add rule inet track input ct state established counter
	# A way back, for what leaves with a pod's address.
	ip -n outside route add 10.1.0.0/24 via 192.0.2.1
	ip -n outside -6 route add fd00:1::/64 via 2001:db8::1
	# On a busy machine IPv6 takes a while to work after link-up.
	eventually 30 reaches outside 2001:db8::1
}

# wire POD N: a pod with 10.1.0.N and fd00:1::N behind port v-POD of br0
wire() {
	pod "$1"
	ip link add "v-$1" type veth peer name eth0 netns "$1"
	ip link set "v-$1" master br0 up
	ip -n "$1" address add "10.1.0.$2/24" dev eth0
	ip -n "$1" address add "fd00:1::$2/64" dev eth0 nodad
	ip -n "$1" link set eth0 up
	ip -n "$1" route add default via 10.1.0.1
	ip -n "$1" -6 route add default via fd00:1::1
	eventually 30 reaches "$1" fd00:1::1
	eventually 30 reaches - "fd00:1::$2"
}

# bridge_nf 0|1: do frames on the bridge pass the IP hooks?
bridge_nf() {
	if ! [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
		[ "$1" = 0 ] && return
		skip "no br_netfilter here"
	fi
	sysctl -qw net.bridge.bridge-nf-call-iptables="$1" \
		net.bridge.bridge-nf-call-ip6tables="$1"
}

# port HOSTPORT CONTAINERPORT [PROTOCOL [HOSTIP]]: a port mapping
port() {
	jq -nc --argjson h "$1" --argjson c "$2" --arg p "${3:-tcp}" --arg i "${4:-}" \
		'{hostPort: $h, containerPort: $c, protocol: $p} +
			(if $i == "" then {} else {hostIP: $i} end)'
}

# conf POD N MAPPINGS [KEYS]: portmap's configuration for a wired pod
#
# MAPPINGS: objects separated by white space; KEYS: an object merged into it.
conf() {
	jq -c --arg pod "$1" --arg n "$2" --argjson keys "${4:-{\}}" -s '
		{cniVersion: "1.1.0", name: "net", type: "portmap",
		 runtimeConfig: {portMappings: .},
		 prevResult: {cniVersion: "1.1.0",
			interfaces: [{name: "br0"}, {name: ("v-" + $pod)},
				{name: "eth0", sandbox: ("/run/netns/" + $pod)}],
			ips: [{interface: 2, address: "10.1.0.\($n)/24"},
				{interface: 2, address: "fd00:1::\($n)/64"}]}} + $keys' <<< "$3"
}

# serve_udp POD KIND PORT: as serve, for several datagrams in a row
serve_udp() {
	in_pod "$1" python3 - "$2" "$3" <<- 'END' &
		import socket, sys
		family = socket.AF_INET6 if sys.argv[1].endswith('6') else socket.AF_INET
		server = socket.socket(family, socket.SOCK_DGRAM)
		server.bind(('', int(sys.argv[2])))
		while True:
		    peer = server.recvfrom(2048)[1]
		    server.sendto(peer[0].encode() + b'\n', peer)
	END
	eventually 5 listening "$1" "$2" "$3"
}

# serve_any POD KIND PORT
serve_any() {
	case $2 in
	udp*) serve_udp "$@" ;;
	*) serve "$@" ;;
	esac
}

# publish POD N MAPPINGS [KEYS]: ADD that must succeed
publish() {
	conf "$@" > "/run/conf-$1"
	must ADD portmap "$1" < "/run/conf-$1"
}

# race_for_one_port: ADDs of /run/conf.2 to .21 at once; one wins, the others
# are told so
race_for_one_port() {
	local i wins=0
	for i in $(seq 2 21); do
		CNI_COMMAND=ADD CNI_CONTAINERID=c$i CNI_NETNS=/proc/1/ns/net \
			CNI_NETNS_OVERRIDE=1 CNI_IFNAME=eth0 CNI_PATH=$CNI_BIN_DIR \
			"$CNI_BIN_DIR/portmap" < "/run/conf.$i" > "/run/out.$i" 2>&1 &
	done
	wait
	for i in $(seq 2 21); do
		if jq -e .ips "/run/out.$i" > /dev/null; then
			wins=$((wins + 1))
		else
			jq -e '.code == 120' "/run/out.$i" > /dev/null ||
				fail "$(cat "/run/out.$i")"
		fi
	done
	[ "$wins" -eq 1 ] || fail "$wins won"
}

# unpublish POD: DEL with nothing but the attachment's identity
unpublish() {
	jq -nc '{cniVersion: "1.1.0", name: "net", type: "portmap"}' |
		must DEL portmap "$1"
}

# table: nft's list of the plugin's table
table() {
	nft list table inet cni_portmap
}

# elements SET: how many elements a set or map of the table has
elements() {
	nft -j list table inet cni_portmap 2> /dev/null |
		jq --arg set "$1" '[.nftables[] | (.set // .map) |
			select(.name == $set) | .elem[]?] | length'
}

# nothing_left: no element, no per-attachment chain, no rule of iptables
nothing_left() {
	local set
	for set in ports{4,6}{,_ip} conditions{4,6}{,_ip} snat{4,6} \
		masqall{4,6} localnet guarded attachments; do
		[ "$(elements "$set")" -eq 0 ] || fail "elements left in $set"
	done
	! nft list chains | grep -q 'chain conditions' || fail "chains left"
	! iptables-save 2> /dev/null | grep -q 'CNI-DN-' || fail "iptables chains left"
}

# answers FROM KIND ADDRESS PORT PEER: the pod's server answers and sees PEER
answers() {
	local got
	got=$(ask "$1" "$2" "$3" "$4")
	got=${got//[\[\]]/}
	[ -n "$got" ] || fail "no answer to $1 from $2 $3:$4"
	# IPv6 addresses are written in full by socat.
	[ "$(plain "$got")" = "$(plain "$5")" ] ||
		fail "$1 -> $2 $3:$4: the server saw $got instead of $5"
}

# plain ADDRESS: the same text for the same address
plain() {
	python3 -c 'import ipaddress, sys
print(ipaddress.ip_address(sys.argv[1]))' "$1"
}

# silent FROM KIND ADDRESS PORT: nothing answers there
silent() {
	local got
	got=$(ask "$@")
	[ -z "$got" ] || fail "$1 got an answer from $2 $3:$4: $got"
}
