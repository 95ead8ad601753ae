#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fail.sh - a system call that fails anywhere gives an error, or does no harm
#
# For each place and errno: the verb either succeeds, and all is as it should
# be, or answers with one error object and leaves the state as it was.
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

CALLS=open,openat,write,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,ftruncate,fsync,fdatasync,socket,sendto,sendmsg,recvfrom,recvmsg,setns,pipe2,clone,vfork,fork,execve

# one_error_object: the answer is exactly one error object
one_error_object() {
	jq -es 'length == 1 and (.[0].code | type) == "number" and (.[0].msg | length) > 0' \
		> /dev/null <<< "$answer" || fail "$1 answers no error object"
}

# add_under_faults TYPE CONFIG ERRNO...: ADD with each place failing
add_under_faults() {
	local type=$1 config=$2 error i failures=0
	shift 2
	places ADD "$type" p "$config" "$CALLS"
	call DEL "$type" p "$config"
	for error in "$@"; do
		for ((i = 1; i <= count; i++)); do
			faulty "fail $i $error -s $CALLS" ADD "$type" p "$config"
			if [ "$status" -ne 0 ]; then
				one_error_object "$type ADD, $error at place $i"
				failures=$((failures + 1))
				nothing_left "$type ADD, $error at place $i"
			fi
			call DEL "$type" p "$config"
			[ "$status" -eq 0 ] || fail "DEL after ADD with $error at place $i"
			nothing_left "$type ADD and DEL, $error at place $i"
		done
	done
	printf 'ADD of %s: %d places x %d errors, %d refused, 0 leaks\n' \
		"$type" "$count" $# "$failures"
}

# del_under_faults TYPE CONFIG ERRNO...: DEL with each place failing
del_under_faults() {
	local type=$1 config=$2 error i failures=0
	shift 2
	call ADD "$type" p "$config"
	places DEL "$type" p "$config" "$CALLS"
	for error in "$@"; do
		for ((i = 1; i <= count; i++)); do
			call ADD "$type" p "$config"
			[ "$status" -eq 0 ] || fail "ADD before $error at place $i of DEL"
			faulty "fail $i $error -s $CALLS" DEL "$type" p "$config"
			if [ "$status" -ne 0 ]; then
				one_error_object "$type DEL, $error at place $i"
				failures=$((failures + 1))
				call DEL "$type" p "$config"
				[ "$status" -eq 0 ] || fail "DEL after one with $error at place $i"
			fi
			nothing_left "$type DEL, $error at place $i"
		done
	done
	printf 'DEL of %s: %d places x %d errors, %d refused, 0 leaks\n' \
		"$type" "$count" $# "$failures"
}

# prepare TYPE CONFIG: a pod, and a host that had one before
prepare() {
	pod p
	call ADD "$1" p "$2"
	[ "$status" -eq 0 ] || fail "ADD fails without any fault"
	call DEL "$1" p "$2"
	sleep 0.1
	snapshot > /run/snapshot.clean
}

test_host_local_add() {
	local config
	config=$(bridge_config "$BOTH")
	prepare host-local "$config"
	add_under_faults host-local "$config" ENOMEM ENOSPC EIO EPERM EMFILE EINTR
}

test_host_local_del() {
	local config
	config=$(bridge_config "$BOTH")
	prepare host-local "$config"
	del_under_faults host-local "$config" ENOMEM EIO EPERM EMFILE EINTR
}

MASQ='"ipMasq":true,"ipMasqBackend":"nftables",'

test_bridge_add() {
	local config
	config=$(bridge_config "$BOTH" "$MASQ")
	prepare bridge "$config"
	add_under_faults bridge "$config" ENOMEM EPERM ENOBUFS EINTR
}

test_bridge_del() {
	local config
	config=$(bridge_config "$BOTH" "$MASQ")
	prepare bridge "$config"
	del_under_faults bridge "$config" ENOMEM EPERM ENOBUFS EINTR
}

test_portmap() {
	local config
	pod p
	call ADD bridge p "$(bridge_config "$BOTH")"
	config=$(portmap_config "$answer" '"backend":"nftables",')
	call ADD portmap p "$config"
	[ "$status" -eq 0 ] || fail "ADD fails without any fault"
	call DEL portmap p "$config"
	sleep 0.1
	snapshot > /run/snapshot.clean
	add_under_faults portmap "$config" ENOMEM EPERM ENOBUFS EINTR
	del_under_faults portmap "$config" ENOMEM EPERM ENOBUFS EINTR
}

run_tests "$@"
