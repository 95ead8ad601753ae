#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill.sh - a plugin killed at any system call leaves nothing for ever
#
# Each system call of a verb, its IPAM delegate's included, is a place to die.
# For each place: the verb is killed there, then DEL (for GC: GC) is called
# undisturbed, and everything must be gone; then a new ADD in the same
# namespace must work.  CNI_FAULT_STRIDE=N takes every Nth place.
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

STRIDE=${CNI_FAULT_STRIDE:-1}

# killed_anywhere VERB TYPE CONFIG: at each place of that verb, in pod p
killed_anywhere() {
	local verb=$1 type=$2 config=$3 disturbed=$3 remedy=DEL i tried=0
	[ "$verb" != GC ] || disturbed=$(with_valid "$config" '[]') remedy=GC
	attached "$type" p "$config"
	detached "$type" p "$config"
	# GC removes what is shared, too, when nobody is left.
	[ "$verb" != GC ] || call GC "$type" p "$disturbed"
	clean
	[ "$verb" = ADD ] || attached "$type" p "$config"
	places "$verb" "$type" p "$disturbed"
	detached "$type" p "$config"
	for ((i = 1; i <= count; i += STRIDE)); do
		[ "$verb" = ADD ] || attached "$type" p "$config"
		faulty "kill $i" "$verb" "$type" p "$disturbed"
		call $remedy "$type" p "$disturbed"
		[ "$status" -eq 0 ] || fail "$remedy after $verb was killed at place $i"
		nothing_left "$type $verb killed at place $i"
		[ "$verb" = ADD ] || { tried=$((tried + 1)); continue; }
		call ADD "$type" p "$config"
		[ "$status" -eq 0 ] || fail "a new ADD after one was killed at place $i"
		detached "$type" p "$config"
		tried=$((tried + 1))
	done
	printf '%s of %s: killed at %d of %d places, 0 leaks\n' \
		"$verb" "$type" "$tried" "$count"
}

# killed_bridge VERB RANGES MEMBERS: the bridge network of these
killed_bridge() {
	pod p
	killed_anywhere "$1" bridge "$(bridge_config "$2" "$3")"
}

test_bridge_add_v4() { killed_bridge ADD "$V4" "$MASQ"; }
test_bridge_add_v6() { killed_bridge ADD "$V6" "$MASQ"; }
test_bridge_add_dual_spoofchk() { killed_bridge ADD "$BOTH" "$MASQ$SPOOF"; }
test_bridge_del() { killed_bridge DEL "$BOTH" "$MASQ$SPOOF"; }
test_bridge_gc() { killed_bridge GC "$BOTH" "$MASQ$SPOOF"; }

# killed_host_local VERB: two ranges
killed_host_local() {
	pod p
	killed_anywhere "$1" host-local "$(bridge_config "$BOTH")"
}

test_host_local_add() { killed_host_local ADD; }
test_host_local_del() { killed_host_local DEL; }
test_host_local_gc() { killed_host_local GC; }

# killed_portmap VERB: ports of both families
killed_portmap() {
	local config
	pod p
	config=$(bridge_config "$BOTH")
	attached bridge p "$config"
	config=$(portmap_config "$answer" '"backend":"nftables",')
	killed_anywhere "$1" portmap "$config"
}

test_portmap_add() { killed_portmap ADD; }
test_portmap_del() { killed_portmap DEL; }
test_portmap_gc() { killed_portmap GC; }

run_tests "$@"
