#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# memcheck.sh - every verb, and errors, under valgrind's memcheck
#
# What AddressSanitizer does not see: reads of what was never written.  The
# plugins are those of the preset "valgrind" (no sanitizers), built here if need
# be; their delegates run under valgrind, too.  A test fails when any of the
# processes reads or writes where it may not, or leaves memory unreferenced.
# shellcheck source=../../support/netns.sh
. "$(dirname "$0")/../../support/netns.sh"

needs jq nft iptables valgrind
PLAIN=$CNI_SOURCE_DIR/build/valgrind
# Two tests that start at the same time shall not build at the same time.
if [ -z "${CNI_TEST_FUNCTION:-}" ]; then
	mkdir -p "$PLAIN"
	(flock 9 && cd "$CNI_SOURCE_DIR" &&
		{ [ -f "$PLAIN/build.ninja" ] || cmake --preset valgrind; } &&
		cmake --build --preset valgrind --target bridge host-local portmap loopback) \
		9> "$PLAIN/memcheck.lock" > "$PLAIN/memcheck.log" 2>&1 ||
		{ echo "the plugins do not build, see $PLAIN/memcheck.log" >&2; exit 1; }
fi
WRAPPED=/run/wrapped
LOGS=/run/memcheck

# wrap: executables that run those of the preset under valgrind
wrap() {
	local name
	mkdir -p $WRAPPED $LOGS
	for name in bridge host-local portmap loopback; do
		printf '#!/bin/sh\nexec valgrind --leak-check=full --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99 --log-file=%s/%s.%%p "%s" "$@"\n' \
			"$LOGS" "$name" "$PLAIN/bin/$name" > "$WRAPPED/$name"
		chmod 755 "$WRAPPED/$name"
	done
	CNI_BIN_DIR=$WRAPPED
	unset ASAN_OPTIONS LSAN_OPTIONS
}

# clean NUMBER: there were at least that many processes, none with a finding
clean() {
	local logs found
	logs=$(find $LOGS -type f | wc -l)
	[ "$logs" -ge "$1" ] || fail "only $logs processes ran under valgrind"
	# Not each line of a log: valgrind wonders about newer system calls.
	found=$({ grep -lEr 'ERROR SUMMARY: [1-9]|Process terminating' $LOGS || true; } | head -n 1)
	[ -z "$found" ] || fail "memcheck: ${found##*/}: $(head -c 6000 "$found")"
	echo "$logs processes under memcheck, 0 findings"
}

# conflist BACKEND [BRIDGE-MEMBERS]: bridge, host-local and portmap, both families
conflist() {
	printf '{"cniVersion":"1.1.0","name":"memcheck","plugins":[{"type":"bridge",%s
		"bridge":"cni-m0","isDefaultGateway":true,"hairpinMode":true,
		"ipMasq":true,"ipMasqBackend":"%s","dns":{"nameservers":["10.50.0.1"]},
		"ipam":{"type":"host-local","dataDir":"/run/leases","resolvConf":"/run/resolv.conf",
		"routes":[{"dst":"192.0.2.0/24"},{"dst":"2001:db8::/32"}],
		"ranges":[[{"subnet":"10.50.0.0/29"}],[{"subnet":"fd00:50::/64"}]]}},
		{"type":"portmap","backend":"%s","snat":true,"capabilities":{"portMappings":true}}]}' \
		"${2:-}" "$1" "$1" > /run/list
	printf 'nameserver 10.50.0.1\nsearch a.example b.example\noptions ndots:5\n' > /run/resolv.conf
}

# step VERB POD: a verb of the chain, which must succeed
step() {
	chain "$1" /run/list "$2"
	[ "$status" -eq 0 ] || fail "$1 of the chain for $2"
}

# attach_and_go BACKEND [BRIDGE-MEMBERS]: all verbs of two containers, one of
# which is left to GC
attach_and_go() {
	wrap
	conflist "$@"
	pod p q
	export CNI_CAP_ARGS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"},
		{"hostPort":5353,"containerPort":53,"protocol":"udp","hostIP":"127.0.0.1"}]}'
	step status -
	step add p
	CNI_CAP_ARGS='{"portMappings":[{"hostPort":8081,"containerPort":80,"protocol":"tcp"}]}' step add q
	step check p
	step del p
	step del p
	CNI_GC_VALID='[]' step gc -
	[ -z "$(ip -o link show type veth)" ] || fail "a veth is left after GC"
	clean 20
}

test_verbs_with_nftables() { attach_and_go nftables '"macspoofchk":true,"portIsolation":true,'; }

test_verbs_with_iptables() { attach_and_go iptables; }

test_what_was_requested() {
	wrap
	pod p
	local vlan=
	if ip link add probe0 type bridge vlan_filtering 1 2> /run/probe; then
		ip link del probe0
		vlan='"vlan":100,"vlanTrunk":[{"minID":200,"maxID":205},{"id":300}],'
	fi
	local config='{"cniVersion":"1.0.0","name":"vlan","type":"bridge","bridge":"cni-m1",
		'$vlan'"mtu":1400,"isGateway":true,"ipam":{"type":"host-local","dataDir":"/run/leases",
		"subnet":"10.51.0.0/24","rangeStart":"10.51.0.10","rangeEnd":"10.51.0.20"}}'
	local args='IgnoreUnknown=1;K8S_POD_NAME=a;IP=10.51.0.15;MAC=02:00:00:00:00:05'
	CNI_ARGS=$args must ADD bridge p <<< "$config"
	holds '.ips[0].address == "10.51.0.15/24"'
	must CHECK bridge p <<< "$(jq -c --argjson prev "$answer" '.prevResult = $prev' <<< "$config")"
	must DEL bridge p <<< "$config"
	# Beside bridge there is host-local itself, which is then not executed.
	CNI_PATH=$PLAIN/bin must ADD bridge p <<< "$config"
	CNI_PATH=$PLAIN/bin must STATUS bridge - <<< "${config/1.0.0/1.1.0}"
	CNI_PATH=$PLAIN/bin must DEL bridge p <<< "$config"
	must ADD loopback p lo <<< '{"cniVersion":"1.1.0","name":"lo","type":"loopback"}'
	must DEL loopback p lo <<< '{"cniVersion":"1.1.0","name":"lo","type":"loopback"}'
	must VERSION bridge - <<< '{"cniVersion":"1.0.0"}'
	clean 8
}

# wrong VERB TYPE POD STDIN: an error object
wrong() {
	cni "$1" "$2" "$3" <<< "$4"
	[ "$status" -ne 0 ] || fail "$1 of $2 should fail for $4"
	jq -e '.code > 0 and (.msg | length > 0)' > /dev/null <<< "$answer" ||
		fail "no error object for $4"
}

test_errors_of_configurations() {
	wrap
	pod p
	local ipam='"ipam":{"type":"host-local","dataDir":"/run/leases","subnet":"10.52.0.0/30"}'
	local net='"cniVersion":"1.1.0","name":"wrong","bridge":"cni-m2"' mapping
	wrong ADD bridge p ''
	wrong ADD bridge p '{"cniVersion":'
	wrong ADD bridge p '[null]'
	wrong ADD bridge p "{$net,\"type\":\"bridge\",\"vlan\":4095,$ipam}"
	wrong ADD bridge p "{$net,\"type\":\"bridge\",\"ipam\":{\"type\":\"no-such\"}}"
	wrong ADD host-local p "{$net,\"ipam\":{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"x\"}]]}}"
	wrong ADD host-local p "{$net,\"ipam\":{\"type\":\"host-local\",\"ranges\":[[{\"subnet\":\"10.0.0.0/24\"},{\"subnet\":\"fd00::/64\"}]]}}"
	wrong ADD host-local p "{$net,\"ipam\":{\"type\":\"host-local\",\"resolvConf\":\"/none\",\"subnet\":\"10.0.0.0/24\"}}"
	mapping='"runtimeConfig":{"portMappings":[{"hostPort":99999,"containerPort":80,"protocol":"tcp"}]}'
	wrong ADD portmap p "{$net,\"type\":\"portmap\",$mapping}"
	wrong ADD portmap p "{$net,\"type\":\"portmap\",\"conditionsV4\":[\"-x\",null],$mapping}"
	clean 10
}

test_failures_after_work_was_done() {
	wrap
	pod p q r
	local result
	local config='{"cniVersion":"1.1.0","name":"late","type":"bridge","bridge":"cni-m3",
		"isGateway":true,"ipMasq":true,"ipMasqBackend":"nftables",
		"ipam":{"type":"host-local","dataDir":"/run/leases","subnet":"10.53.0.0/30"}}'
	must ADD bridge q <<< "$config"
	result=$answer
	# No address is left; the interface exists; CHECK of what is not there.
	wrong ADD bridge p "$config"
	ip -n r link add eth0 type veth peer name other
	wrong ADD bridge r "${config//\/30/\/24}"
	wrong CHECK bridge p "$(jq -c --argjson prev "$result" '.prevResult = $prev' <<< "$config")"
	local port='"runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}'
	local portmap='{"cniVersion":"1.1.0","name":"late","type":"portmap","backend":"nftables",
		'$port',"prevResult":'$result'}'
	must ADD portmap q <<< "$portmap"
	wrong ADD portmap p "$portmap"
	wrong CHECK portmap p "$portmap"
	must DEL portmap q <<< "$portmap"
	must DEL bridge q <<< "$config"
	clean 12
}

run_tests "$@"
