#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill.sh - a plugin killed at any system call leaves nothing for ever
#
# Each system call of a verb is a place to die.  For each place: the verb is
# killed there, then DEL (for GC: GC) is called undisturbed, and everything must
# be gone; then a new ADD in the same namespace must work.
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

# clean_slate POD CONFIG: what a host looks like that had a pod before
clean_slate() {
	call ADD bridge "$1" "$2"
	[ "$status" -eq 0 ] || fail "ADD fails without any fault"
	call DEL bridge "$1" "$2"
	[ "$status" -eq 0 ] || fail "DEL fails without any fault"
	sleep 0.1
	snapshot > /run/snapshot.clean
}

# report VERB TYPE: one line for the reader
report() {
	printf '%s of %s: %d places, 0 leaks\n' "$1" "$2" "$count"
}

kill_bridge_add() {
	local config=$1 i
	pod p
	clean_slate p "$config"
	places ADD bridge p "$config"
	call DEL bridge p "$config"
	for ((i = 1; i <= count; i++)); do
		faulty "kill $i" ADD bridge p "$config"
		call DEL bridge p "$config"
		[ "$status" -eq 0 ] || fail "DEL after ADD was killed at place $i"
		nothing_left "ADD killed at place $i"
		call ADD bridge p "$config"
		[ "$status" -eq 0 ] || fail "a new ADD after one was killed at place $i"
		call DEL bridge p "$config"
	done
	report ADD bridge
}

kill_bridge_del() {
	local config=$1 i
	pod p
	clean_slate p "$config"
	call ADD bridge p "$config"
	places DEL bridge p "$config"
	for ((i = 1; i <= count; i++)); do
		call ADD bridge p "$config"
		[ "$status" -eq 0 ] || fail "ADD before place $i"
		faulty "kill $i" DEL bridge p "$config"
		call DEL bridge p "$config"
		[ "$status" -eq 0 ] || fail "DEL after one was killed at place $i"
		nothing_left "DEL killed at place $i"
	done
	report DEL bridge
}

kill_bridge_gc() {
	local config=$1 gc i
	gc=$(with_valid "$config" '[]')
	pod p
	clean_slate p "$config"
	call ADD bridge p "$config"
	places GC bridge p "$gc"
	for ((i = 1; i <= count; i++)); do
		call ADD bridge p "$config"
		[ "$status" -eq 0 ] || fail "ADD before place $i"
		faulty "kill $i" GC bridge p "$gc"
		call GC bridge p "$gc"
		[ "$status" -eq 0 ] || fail "GC after one was killed at place $i"
		nothing_left "GC killed at place $i"
	done
	report GC bridge
}

MASQ='"ipMasq":true,"ipMasqBackend":"nftables",'

test_bridge_add_killed_anywhere_v4() { kill_bridge_add "$(bridge_config "$V4" "$MASQ")"; }
test_bridge_add_killed_anywhere_v6() { kill_bridge_add "$(bridge_config "$V6" "$MASQ")"; }
test_bridge_del_killed_anywhere() { kill_bridge_del "$(bridge_config "$BOTH" "$MASQ")"; }
test_bridge_gc_killed_anywhere() { kill_bridge_gc "$(bridge_config "$BOTH" "$MASQ")"; }

# ports_of POD: the pod's result, for portmap's prevResult
attached() {
	call ADD bridge p "$(bridge_config "$BOTH")"
	[ "$status" -eq 0 ] || fail "bridge ADD"
	ports=$(portmap_config "$answer" '"backend":"nftables",')
	call ADD portmap p "$ports"
	[ "$status" -eq 0 ] || fail "portmap ADD fails without any fault"
	call DEL portmap p "$ports"
	[ "$status" -eq 0 ] || fail "portmap DEL fails without any fault"
	sleep 0.1
	snapshot > /run/snapshot.clean
}

test_portmap_add_killed_anywhere() {
	local ports i
	pod p
	attached
	places ADD portmap p "$ports"
	call DEL portmap p "$ports"
	for ((i = 1; i <= count; i++)); do
		faulty "kill $i" ADD portmap p "$ports"
		call DEL portmap p "$ports"
		[ "$status" -eq 0 ] || fail "DEL after ADD was killed at place $i"
		nothing_left "portmap ADD killed at place $i"
		call ADD portmap p "$ports"
		[ "$status" -eq 0 ] || fail "a new ADD after one was killed at place $i"
		call DEL portmap p "$ports"
	done
	report ADD portmap
}

test_portmap_del_killed_anywhere() {
	local ports i
	pod p
	attached
	call ADD portmap p "$ports"
	places DEL portmap p "$ports"
	for ((i = 1; i <= count; i++)); do
		call ADD portmap p "$ports"
		[ "$status" -eq 0 ] || fail "ADD before place $i"
		faulty "kill $i" DEL portmap p "$ports"
		call DEL portmap p "$ports"
		[ "$status" -eq 0 ] || fail "DEL after one was killed at place $i"
		nothing_left "portmap DEL killed at place $i"
	done
	report DEL portmap
}

test_host_local_killed_anywhere() {
	local config verb i
	config=$(bridge_config "$BOTH")
	pod p
	call ADD host-local p "$config"
	call DEL host-local p "$config"
	snapshot > /run/snapshot.clean
	for verb in ADD DEL; do
		[ $verb = ADD ] || call ADD host-local p "$config"
		places $verb host-local p "$config"
		call DEL host-local p "$config"
		for ((i = 1; i <= count; i++)); do
			[ $verb = ADD ] || call ADD host-local p "$config"
			faulty "kill $i" $verb host-local p "$config"
			call DEL host-local p "$config"
			[ "$status" -eq 0 ] || fail "DEL after $verb was killed at place $i"
			nothing_left "host-local $verb killed at place $i"
			call ADD host-local p "$config"
			[ "$status" -eq 0 ] || fail "a new ADD after $verb was killed at place $i"
			call DEL host-local p "$config"
		done
		report $verb host-local
	done
}

run_tests "$@"
