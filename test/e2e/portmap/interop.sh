#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# interop.sh - the Go plugin and this one on one node; flows; conditions
#
# REF_CNI_PATH: directory of the Go plugins, default /usr/lib/cni.
. "$(dirname "$0")/common.bash"

ours=$CNI_BIN_DIR

# go_plugin: the following calls run the Go plugin
go_plugin() {
	CNI_BIN_DIR=${REF_CNI_PATH:-/usr/lib/cni}
	[ -x "$CNI_BIN_DIR/portmap" ] || skip "no Go plugins in $CNI_BIN_DIR"
}

# mine: the following calls run this plugin
mine() {
	CNI_BIN_DIR=$ours
}

# for_go: a configuration of a version that older Go plugins know
for_go() {
	jq -c '.cniVersion = "1.0.0" | .prevResult.cniVersion = "1.0.0"'
}

nat_rules() {
	iptables-save -t nat | grep -v '^#'
}

test_rules_of_iptables_are_those_of_the_go_plugin() {
	needs iptables-restore
	node
	wire red 2
	conf red 2 "$(port 8080 80) $(port 53 53 udp) $(port 8081 81 tcp 10.1.0.1)" \
		'{"backend":"iptables"}' | for_go > /run/conf
	must ADD portmap red < /run/conf
	nat_rules > /run/ours
	go_plugin
	# Version 1.1.1 looks for IPv4 rules in ip6tables: its own fail, too.
	cni CHECK portmap red < /run/conf
	[[ $status = 0 || $answer == *'could not check ipv6 dnat'* ]] ||
		fail "the Go plugin does not find our rules"
	must DEL portmap red < /run/conf
	! nat_rules | grep CNI-DN || fail "the Go plugin cannot delete our rules"
	iptables -t nat -F
	iptables -t nat -X
	must ADD portmap red < /run/conf
	nat_rules > /run/go
	diff /run/go /run/ours
	mine
	must CHECK portmap red < /run/conf
	unpublish red
	nothing_left
}

test_what_the_go_plugin_left_in_nftables_goes() {
	node
	wire red 2
	go_plugin
	conf red 2 "$(port 8080 80)" '{"backend":"nftables"}' | for_go > /run/conf
	cni ADD portmap red < /run/conf
	nft list table ip cni_hostport > /run/before ||
		skip "this Go plugin has no nftables backend"
	grep -q id-red /run/before || skip "this Go plugin has no nftables backend"
	mine
	unpublish red
	nft list table ip cni_hostport > /run/after
	! grep id-red /run/after || fail "rules left"
}

test_flows_are_forgotten_with_their_mapping() {
	needs conntrack
	node
	wire red 2
	publish red 2 "$(port 5300 53 udp)"
	conntrack -I -p udp -s 192.0.2.2 -d 192.0.2.1 --sport 4000 --dport 5300 \
		-r 10.1.0.2 -q 192.0.2.2 --reply-port-src 53 --reply-port-dst 4000 \
		-t 100 > /run/out 2>&1
	conntrack -I -p udp -s 192.0.2.2 -d 203.0.113.9 --sport 4001 --dport 5300 \
		-r 203.0.113.9 -q 192.0.2.2 --reply-port-src 5300 --reply-port-dst 4001 \
		-t 100 > /run/out 2>&1
	unpublish red
	conntrack -L > /run/flows 2> /run/out
	! grep 'dst=192.0.2.1 sport=4000' /run/flows || fail "a flow is left"
	grep -q 'dst=203.0.113.9' /run/flows
}

# The kernel translates known flows without any rule.
test_flows_are_forgotten_after_a_flush_of_the_ruleset() {
	needs conntrack
	node
	wire red 2
	serve_udp red udp4 53
	publish red 2 "$(port 5300 53 udp)"
	answers outside udp4 192.0.2.1 5300 192.0.2.2
	# Not the rule that keeps connection tracking on.
	nft delete table inet cni_portmap
	conntrack -L -p udp > /run/flows 2> /run/out
	grep -q 'dst=192.0.2.1 .*src=10.1.0.2 ' /run/flows
	must DEL portmap red < /run/conf-red
	conntrack -L -p udp > /run/flows 2> /run/out
	! grep 'src=10.1.0.2 ' /run/flows || fail "a flow is left"
}

# One client with one socket, so with one flow, from the first to the last.
test_a_client_follows_a_mapping_that_comes_and_goes() {
	needs iptables-restore python3
	node
	wire red 2
	serve_udp red udp4 53
	cat > /run/host.py <<- 'END'
		import socket
		server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		server.bind(('', 5300))
		while True:
		    server.sendto(b'host', server.recvfrom(99)[1])
	END
	cat > /run/client.py <<- 'END'
		import socket, sys
		client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		client.settimeout(4)
		for line in sys.stdin:
		    client.sendto(b'x', ('192.0.2.1', 5300))
		    print(client.recvfrom(99)[0].decode().strip(), flush=True)
	END
	python3 /run/host.py &
	eventually 5 listening - udp4 5300
	mkfifo /run/questions
	in_pod outside python3 /run/client.py < /run/questions > /run/answers &
	exec 8> /run/questions
	local backend
	for backend in nftables iptables; do
		asked host
		publish red 2 "$(port 5300 53 udp)" "{\"backend\":\"$backend\"}"
		asked 192.0.2.2
		must DEL portmap red < /run/conf-red
	done
	asked host
}

# asked TEXT: the client's next answer
asked() {
	local before
	before=$(wc -l < /run/answers)
	echo >&8
	eventually 5 sh -c "[ \"\$(wc -l < /run/answers)\" -gt $before ]"
	[ "$(tail -n 1 /run/answers)" = "$1" ] || fail "$(tail -n 1 /run/answers) instead of $1"
}

# Clients do not stop sending because a pod goes: what comes in the last moment
# of a mapping must not make a flow that outlives it.
test_no_flow_outlives_its_mapping() {
	needs conntrack python3
	node
	wire red 2
	publish red 2 "$(port 5300 53 udp)"
	in_pod outside python3 - <<- 'END' &
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(('', 4000))
		while True:
		    try:
		        s.sendto(b'x', ('192.0.2.1', 5300))
		    except OSError:
		        pass
	END
	for _ in 1 2 3 4 5; do
		eventually 5 sh -c 'conntrack -L -p udp 2> /dev/null | grep -q "src=10.1.0.2 .*sport=53 "'
		unpublish red
		conntrack -L -p udp > /run/flows 2> /run/out
		! grep 'src=10.1.0.2 ' /run/flows || fail "a flow is left"
		publish red 2 "$(port 5300 53 udp)"
	done
}

test_conditions_are_the_attachments_own() {
	node
	wire red 2
	serve red tcp4 80
	local keys='{"conditionsV4":["ip","saddr","!=","192.0.2.2"],"conditionsV6":["iifname","\"nope\""]}'
	publish red 2 "$(port 8080 80)" "$keys"
	silent outside tcp4 192.0.2.1 8080
	answers red tcp4 192.0.2.1 8080 10.1.0.1
	conf red 2 "$(port 8080 80)" "$keys" > /run/conf
	must CHECK portmap red < /run/conf
	unpublish red
	nothing_left
	conf red 2 "$(port 8080 80)" '{"conditionsV4":["tcp","dport","1;","flush","ruleset"]}' |
		refused 7 "must not contain ';'" ADD portmap red
	conf red 2 "$(port 8080 80)" '{"conditionsV4":["no","such","thing"]}' |
		refused 7 'conditions' ADD portmap red
	nothing_left
}

run_tests "$@"
