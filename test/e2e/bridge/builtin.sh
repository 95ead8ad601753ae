#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# builtin.sh - when host-local runs inside bridge, and when it is executed
. "$(dirname "$0")/../../support/netns.sh"

config=
# use_config VERSION: an attachment of one network
use_config() {
	config='{"cniVersion":"'$1'","name":"net","type":"bridge","bridge":"br0",
		"isGateway":true,"ipam":{"type":"host-local","dataDir":"/run/leases",
		"ranges":[[{"subnet":"10.9.0.0/24"}]]}}'
}

# executions VERB: how many programs a call executes, itself included
executions() {
	env CNI_COMMAND="$1" CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/p1 \
		CNI_IFNAME=eth0 CNI_PATH="$CNI_PATH" ASAN_OPTIONS=detect_leaks=0 \
		strace -f -e trace=execve -o /run/trace "$CNI_BIN_DIR/bridge" \
		<<< "$config" > /run/answer || fail "$1: $(cat /run/answer)"
	grep -c 'execve(' /run/trace || true
}

# wrapped: a directory with a script of that name which keeps the verbs
wrapped() {
	mkdir -p /run/wrapped
	cat > /run/wrapped/host-local <<- SCRIPT
		#!/bin/sh
		echo "\$CNI_COMMAND" >> /run/verbs
		exec "$CNI_BIN_DIR/host-local"
	SCRIPT
	chmod 755 /run/wrapped/host-local
}

test_no_process_is_started_for_the_host_local_of_this_build() {
	needs strace
	ip netns add p1
	use_config 1.1.0
	CNI_PATH=$CNI_BIN_DIR
	for verb in ADD CHECK DEL GC STATUS; do
		[ $verb != GC ] ||
			config=$(jq -c '."cni.dev/valid-attachments" = []' <<< "$config")
		if [ $verb = CHECK ]; then
			config=$(jq -c --slurpfile result /run/answer \
				'. + {prevResult: $result[0]}' <<< "$config")
		fi
		[ "$(executions $verb)" -eq 1 ] || fail "$verb executed $(cat /run/trace)"
		[ $verb != ADD ] || [ -e /run/leases/net/10.9.0.2 ] || fail "no lease"
	done
	[ ! -e /run/leases/net/10.9.0.2 ] || fail "the lease is still there"
}

test_a_copy_elsewhere_is_the_same_program() {
	needs strace
	ip netns add p1
	use_config 1.0.0
	mkdir /run/copy
	cp "$CNI_BIN_DIR/host-local" /run/copy/
	CNI_PATH=/run/copy
	[ "$(executions ADD)" -eq 1 ] || fail "executed: $(cat /run/trace)"
}

test_another_program_of_that_name_is_executed() {
	ip netns add p1
	use_config 1.0.0
	wrapped
	export CNI_PATH=/run/wrapped
	cni ADD bridge p1 <<< "$config"
	[ "$status" -eq 0 ] || fail "ADD"
	cni DEL bridge p1 <<< "$config"
	[ "$status" -eq 0 ] || fail "DEL"
	[ "$(tr '\n' ' ' < /run/verbs)" = "ADD DEL " ] || fail "verbs: $(cat /run/verbs)"
}

test_the_delegate_is_a_step_of_the_log() {
	ip netns add p1
	use_config 1.0.0
	config=$(jq -c '. + {logFile: "/run/log", logLevel: "debug"}' <<< "$config")
	wrapped
	for directory in "$CNI_BIN_DIR" /run/wrapped; do
		export CNI_PATH=$directory
		rm -f /run/log
		cni ADD bridge p1 <<< "$config"
		cni ADD bridge p1 <<< "$config"
		cni DEL bridge p1 <<< "$config"
		grep plugin=bridge /run/log | grep -Eo 'level=[a-z]+|verb=[A-Z]+|step=.*' |
			sed -E 's/ms=[0-9.]+.*(code=[0-9]+).*/\1/; s/ ms=.*//' | tr '\n' ' ' > /run/steps
		[[ "$(< /run/steps)" == "level=debug verb=ADD step=delegate \
level=info verb=ADD level=error verb=ADD step=delegate code=102 level=error verb=ADD \
level=debug verb=DEL step=delegate level=info verb=DEL " ]] ||
			fail "$directory: $(cat /run/log)"
	done
}

test_a_file_that_may_not_be_executed_is_an_error() {
	ip netns add p1
	use_config 1.0.0
	mkdir /run/copy
	cp "$CNI_BIN_DIR/host-local" /run/copy/
	chmod 644 /run/copy/host-local
	export CNI_PATH=/run/copy
	cni ADD bridge p1 <<< "$config"
	[ "$status" -ne 0 ] || fail "ADD succeeded"
	[[ $answer == *"fork/exec /run/copy/host-local"* ]] || fail "another error"
	[ ! -e /run/leases/net/10.9.0.2 ] || fail "a lease"
}

test_old_versions_are_executed() {
	needs strace
	ip netns add p1
	use_config 0.2.0
	CNI_PATH=$CNI_BIN_DIR
	[ "$(executions ADD)" -eq 2 ] || fail "executed: $(cat /run/trace)"
}

test_with_a_time_limit_it_is_executed() {
	needs strace
	ip netns add p1
	use_config 1.0.0
	config=$(jq -c '.delegateTimeoutSeconds = 5' <<< "$config")
	CNI_PATH=$CNI_BIN_DIR
	[ "$(executions ADD)" -eq 2 ] || fail "executed: $(cat /run/trace)"
}

test_both_ways_answer_the_same() {
	local inside
	ip netns add p1
	wrapped
	for version in 0.3.0 0.3.1 0.4.0 1.0.0 1.1.0; do
		use_config $version
		config=$(jq -c '.ipam.routes = [{dst: "0.0.0.0/0"},
			{dst: "192.0.2.0/24", gw: "10.9.0.9", mtu: 1400, table: 100}]' \
			<<< "$config")
		export CNI_PATH=$CNI_BIN_DIR
		cni ADD bridge p1 <<< "$config"
		[ "$status" -eq 0 ] || fail "ADD"
		inside=$answer
		cni DEL bridge p1 <<< "$config"
		rm -rf /run/leases
		export CNI_PATH=/run/wrapped
		cni ADD bridge p1 <<< "$config"
		[ "$answer" = "$inside" ] || fail "$version: inside it was $inside"
		cni DEL bridge p1 <<< "$config"
		rm -rf /run/leases
	done
}

test_both_ways_fail_the_same() {
	local inside
	ip netns add p1
	use_config 1.0.0
	wrapped
	config=$(jq -c '.ipam.ranges = [[{subnet: "10.9.0.0/24", gateway: "x"}]]' \
		<<< "$config")
	export CNI_PATH=$CNI_BIN_DIR
	cni ADD bridge p1 <<< "$config"
	[ "$status" -ne 0 ] || fail "ADD succeeded"
	inside=$answer
	export CNI_PATH=/run/wrapped
	cni ADD bridge p1 <<< "$config"
	[ "$answer" = "$inside" ] || fail "inside it was $inside"
}

test_a_delegate_that_needs_the_interface_finds_it() {
	ip netns add p1
	mkdir /run/plugins
	cat > /run/plugins/seeing <<- 'SCRIPT'
		#!/bin/sh
		[ "$CNI_COMMAND" = ADD ] || exit 0
		ip -n p1 link show dev eth0 > /run/seen 2>&1
		echo '{"cniVersion":"1.0.0","ips":[{"address":"10.9.0.7/24"}]}'
	SCRIPT
	chmod 755 /run/plugins/seeing
	export CNI_PATH=/run/plugins
	cni ADD bridge p1 <<- CONFIG
		{"cniVersion":"1.0.0","name":"net","type":"bridge","bridge":"br0",
		"ipam":{"type":"seeing"}}
	CONFIG
	[ "$status" -eq 0 ] || fail "ADD"
	local mac
	mac=$(ip -n p1 -j link show dev eth0 | jq -r '.[0].address')
	grep -q "$mac" /run/seen || fail "it saw $(cat /run/seen), not $mac"
}

run_tests "$@"
