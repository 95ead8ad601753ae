#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fail.sh - a system call that fails anywhere gives an error, or does no harm
#
# For each place and errno: the verb either succeeds, and DEL finds all it
# needs, or answers with one error object and leaves the state as it was (GC:
# a second GC does).  Each place gets one of the errnos in turn; CNI_FAULT_ALL=1
# gives it all of them.  Memory is not among the calls: the unit tests let each
# allocation fail, and json-c before 0.17 itself dies without memory for a key.
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

CALLS=open,openat,write,pwrite64,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,ftruncate,fsync,fdatasync,flock,socket,bind,sendto,sendmsg,recvfrom,recvmsg,setns,pipe2,clone,vfork,fork,execve

# one_error_object: the answer is exactly one error object
one_error_object() {
	jq -es 'length == 1 and (.[0].code | type) == "number" and (.[0].msg | length) > 0' \
		> /dev/null <<< "$answer" || fail "$1 answers no error object"
}

# errors_of PLACE ERRNO...: those to try there
errors_of() {
	local place=$1
	shift
	if [ -n "$ALL" ]; then
		echo "$@"
	else
		shift $(((place - 1) % $#))
		echo "$1"
	fi
}

# judge VERB TYPE CONFIG ERROR: what the disturbed call did and left
judge() {
	local verb=$1 type=$2 config=$3 error=$4 undisturbed=$5
	if [ "$status" -ne 0 ]; then
		one_error_object "$type $verb, $error"
		failures=$((failures + 1))
		if [ "$verb" = ADD ]; then
			nothing_left "$type ADD, $error"
		else
			call "$verb" "$type" p "$undisturbed"
			[ "$status" -eq 0 ] || fail "$verb after one with $error"
		fi
	fi
	if [ "$verb" = ADD ]; then
		call DEL "$type" p "$config"
		[ "$status" -eq 0 ] || fail "DEL after ADD with $error"
	elif [ "$status" -eq 0 ] && [[ $complaint == *ignoring* ]]; then
		# A read-only /proc/sys, as it seemed: the next one tries again.
		call "$verb" "$type" p "$undisturbed"
		[ "$status" -eq 0 ] || fail "$verb after a warning with $error"
	fi
	nothing_left "$type $verb, $error"
}

# fails_anywhere VERB TYPE CONFIG ERRNO...: each place of that verb, in pod p
fails_anywhere() {
	local verb=$1 type=$2 config=$3 disturbed=$3 error i failures=0 runs=0
	shift 3
	[ "$verb" != GC ] || disturbed=$(with_valid "$config" '[]')
	attached "$type" p "$config"
	detached "$type" p "$config"
	# GC removes what is shared, too, when nobody is left.
	[ "$verb" != GC ] || call GC "$type" p "$disturbed"
	clean
	[ "$verb" = ADD ] || attached "$type" p "$config"
	places "$verb" "$type" p "$disturbed" "$CALLS"
	detached "$type" p "$config"
	for ((i = 1; i <= count; i++)); do
		for error in $(errors_of "$i" "$@"); do
			[ "$verb" = ADD ] || attached "$type" p "$config"
			faulty "fail $i $error -s $CALLS" "$verb" "$type" p "$disturbed"
			judge "$verb" "$type" "$config" "$error at place $i" "$disturbed"
			runs=$((runs + 1))
		done
	done
	printf '%s of %s: %d places, %d faults, %d refused, 0 leaks\n' \
		"$verb" "$type" "$count" "$runs" "$failures"
}

# fails_host_local VERB ERRNO...
fails_host_local() {
	local verb=$1
	shift
	pod p
	fails_anywhere "$verb" host-local "$(bridge_config "$BOTH")" "$@"
}

test_host_local_add() { fails_host_local ADD ENOMEM ENOSPC EIO EPERM EMFILE EINTR; }
test_host_local_del() { fails_host_local DEL ENOMEM EIO EPERM EMFILE EINTR; }
test_host_local_gc() { fails_host_local GC ENOMEM EIO EPERM EMFILE EINTR; }

# fails_bridge VERB ERRNO...
fails_bridge() {
	local verb=$1
	shift
	pod p
	fails_anywhere "$verb" bridge "$(bridge_config "$BOTH" "$MASQ$SPOOF")" "$@"
}

test_bridge_add() { fails_bridge ADD ENOMEM EPERM ENOBUFS EINTR EMFILE; }
test_bridge_del() { fails_bridge DEL ENOMEM EPERM ENOBUFS EINTR EMFILE; }
test_bridge_gc() { fails_bridge GC ENOMEM EPERM ENOBUFS EINTR EMFILE; }

# fails_portmap VERB ERRNO...
fails_portmap() {
	local verb=$1 config
	shift
	pod p
	attached bridge p "$(bridge_config "$BOTH")"
	config=$(portmap_config "$answer" '"backend":"nftables",')
	fails_anywhere "$verb" portmap "$config" "$@"
}

test_portmap_add() { fails_portmap ADD ENOMEM EPERM ENOBUFS EINTR EMFILE; }
test_portmap_del() { fails_portmap DEL ENOMEM EPERM ENOBUFS EINTR EMFILE; }
test_portmap_gc() { fails_portmap GC ENOMEM EPERM ENOBUFS EINTR EMFILE; }

run_tests "$@"
