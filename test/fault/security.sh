#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# security.sh - what docs/security.md promises, by those who would break it
# shellcheck source=../support/netns.sh
. "$(dirname "$0")/../support/netns.sh"

needs jq

# shellcheck disable=SC2120 # MEMBERS are optional
# ipam [MEMBERS]: a call of host-local, config on stdout
ipam() {
	printf '{"cniVersion":"1.1.0","name":"%s","ipam":{"type":"host-local",
		"dataDir":"%s",%s"ranges":[[{"subnet":"10.42.0.0/24"}]]}}' \
		"${NAME-net}" "${DIR-/run/leases}" "${1:-}"
}

# bridge [MEMBERS]: a network of the bridge plugin, config on stdout
bridge() {
	printf '{"cniVersion":"1.1.0","name":"net","type":"bridge","bridge":"cni-x0",%s
		"isDefaultGateway":true,"ipam":{"type":"host-local","dataDir":"/run/leases",
		"ranges":[[{"subnet":"10.42.0.0/24"}],[{"subnet":"fd00:42::/64"}]]}}' "${1:-}"
}

# untouched: nothing was made outside the data directory
untouched() {
	[ -z "$(find /run /var/lib -newer /run/start ! -path '/run/cni.*' ! -path '/run/left*' \
		! -type d)" ] || fail "files: $(find /run /var/lib -newer /run/start ! -type d)"
}

test_names_cannot_leave_the_data_directory() {
	local bad
	: > /run/start
	sleep 0.01
	for bad in ../etc .. . a/b /etc '' ; do
		NAME=$bad refused 7 '' ADD host-local /run/none < <(NAME=$bad ipam)
		NAME=$bad cni DEL host-local /run/none < <(NAME=$bad ipam)
		untouched
	done
}

test_container_ids_cannot_leave_the_data_directory() {
	local bad verb
	: > /run/start
	sleep 0.01
	for bad in ../x .. /etc/passwd 'a b' $'a\nb' 'a;b' '$(id)'; do
		for verb in ADD DEL; do
			CNI_CONTAINERID=$bad refused 4 'containerID' $verb host-local /run/none < <(ipam)
			CNI_CONTAINERID=$bad refused 4 'containerID' $verb bridge /run/none < <(bridge)
			CNI_CONTAINERID=$bad refused 4 'containerID' $verb portmap /run/none < <(bridge)
		done
	done
	untouched
}

test_interface_names_are_no_paths() {
	local bad
	for bad in ../x a/b . .. 'a b' a:b sixteen-letters-; do
		refused 4 '' ADD bridge /run/none "$bad" < <(bridge)
		refused 4 '' DEL bridge /run/none "$bad" < <(bridge)
	done
}

test_ipam_types_are_no_paths() {
	local bad
	pod p
	mkdir -p /run/evil
	printf '#!/bin/sh\ntouch /run/owned\n' > /run/evil/x
	chmod 755 /run/evil/x
	for bad in ../evil/x /run/evil/x ./x; do
		CNI_PATH=/run/plugins cni ADD bridge p < <(bridge |
			jq --arg type "$bad" '.ipam.type = $type')
		[ "$status" -ne 0 ] || fail "$bad was accepted"
		CNI_PATH=/run/plugins cni DEL bridge p < <(bridge |
			jq --arg type "$bad" '.ipam.type = $type')
	done
	[ ! -e /run/owned ] || fail "a program outside CNI_PATH was run"
}

test_bridge_names_are_no_paths() {
	local bad
	pod p
	for bad in ../../ipv4/conf/all/forwarding . .. a/b sixteen-letters-; do
		refused 7 bridge ADD bridge p < <(bridge | jq --arg name "$bad" '.bridge = $name')
	done
}

test_lease_files_that_are_links_are_not_followed() {
	mkdir -p /run/leases/net
	echo precious > /run/precious
	ln -s /run/precious /run/leases/net/10.42.0.2
	ln -s /run/nowhere /run/leases/net/10.42.0.3
	must ADD host-local /run/none < <(ipam)
	holds '.ips[0].address == "10.42.0.4/24"'
	must DEL host-local /run/none < <(ipam)
	[ "$(< /run/precious)" = precious ] && [ ! -e /run/nowhere ]
	[ -L /run/leases/net/10.42.0.2 ]
}

test_a_lock_or_hint_that_is_a_link_is_not_followed() {
	mkdir -p /run/leases/net
	echo precious > /run/precious
	ln -s /run/precious /run/leases/net/last_reserved_ip.0
	cni ADD host-local /run/none < <(ipam)
	[ "$(< /run/precious)" = precious ] || fail "written through the link"
	cni DEL host-local /run/none < <(ipam)
	ln -sf /run/created /run/leases/net/lock
	cni ADD host-local /run/none < <(ipam)
	[ ! -e /run/created ] || fail "created through the link"
}

test_what_the_plugins_write_is_private() {
	pod p
	must ADD bridge p < <(bridge)
	[ -z "$(find /run/leases -type f -perm /007)" ] ||
		fail "others may read: $(find /run/leases -type f -perm /007)"
	must DEL bridge p < <(bridge)
}

# has_address POD SELECTOR...: its eth0 has an IPv6 address like that
has_address() {
	[ -n "$(ip -n "$1" -6 -oneline address show dev eth0 "${@:2}")" ]
}

test_a_router_advertisement_changes_neither_pod_nor_bridge() {
	local sender
	needs python3
	pod p q witness
	must ADD bridge p < <(bridge)
	must ADD bridge q < <(bridge)
	ip link add w0 type veth peer name eth0 netns witness
	ip link set dev w0 master cni-x0 up
	ip -n witness link set dev eth0 up
	# Listeners drop what does not come from a link-local address, and q has
	# one that it may use when its duplicate address detection is over.
	eventually 20 has_address q -tentative scope link
	# From q, router of nothing, to all nodes: prefix fd66::/64, lifetime 1800 s.
	in_pod q python3 - << 'EOF' &
import socket, struct, time
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
prefix = socket.inet_pton(socket.AF_INET6, "fd66::")
ra = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
ra += struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 1800, 1800, 0) + prefix
while True:
    s.sendto(ra, ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))
    time.sleep(0.1)
EOF
	sender=$!
	# One that does listen to them shows that they are heard.
	eventually 20 has_address witness to fd66::/64
	kill "$sender"
	! ip -n p -6 address | grep fd66 || fail "the pod took the prefix"
	! ip -6 address | grep fd66 || fail "the host took the prefix"
	[ "$(ip -n p -6 route show default | grep -c via)" -eq 1 ] || fail "the pod took the router"
	! ip -6 route show default | grep cni-x0 || fail "the host took the router"
	reach p fd00:42::1
}

test_forged_frames_do_not_leave_a_pod() {
	local mac
	pod p q
	must ADD bridge p < <(bridge '"macspoofchk":true,')
	must ADD bridge q < <(bridge '"macspoofchk":true,')
	reach p "$(address q)"
	mac=$(ip -n p -j link show dev eth0 | jq -r '.[0].address')
	ip -n p link set dev eth0 address 02:66:66:66:66:66
	unreachable p "$(address q)" 10.42.0.1
	! bridge fdb show dev "$(ip -j link show type veth | jq -r '.[0].ifname')" | grep 02:66:66 ||
		fail "the bridge learnt a forged address"
	ip -n p link set dev eth0 address "$mac"
	reach p "$(address q)"
	must DEL bridge p < <(bridge)
	must DEL bridge q < <(bridge)
}

# chain_of_ports: bridge and portmap, on stdout
chain_of_ports() {
	jq -nc --argjson bridge "$(bridge '"ipMasq":true,"ipMasqBackend":"nftables","macspoofchk":true,')" \
		'{cniVersion: "1.1.0", name: "net", plugins: [$bridge,
		{type: "portmap", backend: "nftables", capabilities: {portMappings: true}}]}' \
		> /run/net.conflist
	export CNI_CAP_ARGS='{"portMappings":[
		{"hostPort":8080,"containerPort":80,"protocol":"tcp"},
		{"hostPort":8081,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"}]}'
}

test_a_published_port_is_reachable_where_it_should_be_only() {
	pod p q
	outside
	chain_of_ports
	chain add /run/net.conflist p
	[ "$status" -eq 0 ] || fail "ADD"
	chain add /run/net.conflist q <<< '' || true
	serve p tcp4 80
	serve p tcp4 81
	[ -n "$(ask outside tcp4 192.0.2.1 8080)" ] || fail "not reachable from outside"
	[ -z "$(ask outside tcp4 192.0.2.1 8081)" ] || fail "a port of 127.0.0.1 is reachable from outside"
	[ -z "$(ask outside tcp4 192.0.2.1 81)" ] || fail "what is not published is reachable"
	[ -n "$(ask - tcp4 127.0.0.1 8081)" ] || fail "not reachable on 127.0.0.1"
	[ -z "$(ask - tcp4 192.0.2.1 8081)" ] || fail "a port of 127.0.0.1 answers on another address"
	# A neighbour that routes 127.0.0.1 or somebody else's address to the node.
	ip -n outside route add 198.51.100.0/24 via 192.0.2.1
	[ -z "$(ask outside tcp4 198.51.100.1 8080)" ] || fail "packets to others are taken"
	chain del /run/net.conflist p
	[ "$status" -eq 0 ] || fail "DEL"
	[ -z "$(ask outside tcp4 192.0.2.1 8080)" ] || fail "reachable after DEL"
}

test_loopback_services_of_the_node_are_out_of_reach_of_pods() {
	pod p
	chain_of_ports
	chain add /run/net.conflist p
	[ "$status" -eq 0 ] || fail "ADD"
	serve - tcp4 9090
	[ -n "$(ask - tcp4 127.0.0.1 9090)" ]
	# Root in the pod: 127.0.0.1 as an address of others, behind the gateway.
	ip -n p address del 127.0.0.1/8 dev lo
	ip -n p route flush table local 127.0.0.0/8
	in_pod p sysctl -q -w net.ipv4.conf.all.route_localnet=1
	ip -n p route replace 127.0.0.0/8 via 10.42.0.1 dev eth0
	[ -z "$(ask p tcp4 127.0.0.1 9090)" ] || fail "a pod reaches the node's loopback"
	chain del /run/net.conflist p
	[ "$status" -eq 0 ] || fail "DEL"
	! grep -H 1 /proc/sys/net/ipv4/conf/*/route_localnet || fail "route_localnet is left"
}

# with_only CAPABILITIES COMMAND...: run it with these, and no way to others
with_only() {
	local list=$1
	shift
	setpriv --bounding-set="-all${list:+,$list}" --inh-caps="-all${list:+,$list}" --no-new-privs -- "$@"
}

test_few_capabilities_are_enough() {
	local verb
	needs setpriv
	pod p
	chain_of_ports
	for verb in add check del; do
		status=0
		CNI_PATH=$CNI_BIN_DIR CNI_RUN_DIR=/run/cni-run ASAN_OPTIONS=detect_leaks=0 \
			with_only +net_admin,+sys_admin \
			"$CNI_BUILD_DIR/run/cni-run" $verb /run/net.conflist id-p /run/netns/p \
			> /run/cni.out 2> /run/cni.err || status=$?
		answer=$(< /run/cni.out) complaint=$(< /run/cni.err)
		[ "$status" -eq 0 ] || fail "$verb with CAP_NET_ADMIN and CAP_SYS_ADMIN"
		[ -z "$complaint" ] || fail "$verb complains"
	done
}

test_host_local_needs_no_capability() {
	local verb
	needs setpriv
	mkdir -p /run/leases
	for verb in ADD CHECK DEL; do
		status=0
		CNI_COMMAND=$verb CNI_CONTAINERID=id CNI_NETNS=/run/none CNI_IFNAME=eth0 \
			CNI_PATH=$CNI_BIN_DIR ASAN_OPTIONS=detect_leaks=0 \
			with_only "" "$CNI_BIN_DIR/host-local" < <(ipam | if [ $verb = CHECK ]; then
				jq '.prevResult = {cniVersion: "1.1.0", ips: [{address: "10.42.0.2/24"}]}'
			else cat; fi) > /run/cni.out 2> /run/cni.err || status=$?
		answer=$(< /run/cni.out) complaint=$(< /run/cni.err)
		[ "$status" -eq 0 ] || fail "$verb without capabilities"
	done
}

run_tests "$@"
