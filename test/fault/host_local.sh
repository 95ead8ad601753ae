#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# host_local.sh - leases are complete or not there, whatever happens
#
# host-local is killed at every system call of every verb, on a directory that is
# new, in use, or was changed by others; and it works on file systems that are
# full or cannot be written.  After each fault, before anything is cleaned: no
# lease is half-written, another container gets an address of its own, and DEL
# or GC gives every address back.
# shellcheck source=faults.sh
. "$(dirname "$0")/faults.sh"

LEASES=/run/leases/faults

# config [MEMBERS]: both families, four addresses of IPv4
config() {
	printf '{"cniVersion":"1.1.0","name":"faults","type":"bridge",
		"ipam":{"type":"host-local","dataDir":"/run/leases",%s"ranges":
		[[{"subnet":"10.40.0.0/29","rangeEnd":"10.40.0.5"}],
		[{"subnet":"fd00:40::/64"}]]}}' "${1:-}"
}

# leases: names of all leases
leases() {
	[ ! -d "$LEASES" ] || find "$LEASES" -mindepth 1 -name '*[.:]*[.:]*' ! -name '.*' -printf '%f\n' | sort
}

# all_complete WHEN: every lease names a container and its interface, but for the
# one that by_hand left empty
all_complete() {
	local name
	for name in $(leases); do
		[ "$name" != 10.40.0.5 ] || [ -s "$LEASES/$name" ] || continue
		[[ $(tr '\r\n' '. ' < "$LEASES/$name") =~ ^id-[a-z0-9]+\.\ eth0$ ]] ||
			fail "$1: $name holds \"$(od -c "$LEASES/$name")\""
	done
}

# no_leases WHEN
no_leases() {
	[ -z "$(leases)" ] || fail "$1: left are $(leases)"
	[ ! -e "$LEASES/.lease.tmp" ] || fail "$1: .lease.tmp is left"
}

# usable WHEN CONFIG: others are served; DEL and a new ADD of the same work
usable() {
	local mine
	all_complete "$1"
	call ADD host-local other "$2"
	[ "$status" -eq 0 ] || fail "$1: ADD of another container"
	mine=$(jq -r '.ips[0].address' <<< "$answer")
	[ "$(grep -lE "^id-other" "$LEASES"/10.* | wc -l)" -eq 1 ] || fail "$1: not one lease for $mine"
	call DEL host-local p "$2"
	[ "$status" -eq 0 ] || fail "$1: DEL"
	[ "$(leases | wc -l)" -eq 2 ] || fail "$1: DEL left $(leases)"
	call ADD host-local p "$2"
	[ "$status" -eq 0 ] || fail "$1: ADD again"
	call CHECK host-local p "$2"
	[ "$status" -eq 0 ] || fail "$1: CHECK"
	call DEL host-local p "$2"
	call DEL host-local other "$2"
	no_leases "$1"
}

# by_hand: the directory as somebody else leaves it
by_hand() {
	mkdir -p "$LEASES"
	: > "$LEASES/10.40.0.5"
	printf 'id-p\r\neth0' > "$LEASES/.lease.tmp"
	rm -f "$LEASES/.index"
}

# killed_anywhere VERB CONFIG PREPARE...: PREPARE runs before each place
killed_anywhere() {
	local verb=$1 config=$2 i
	shift 2
	"$@"
	places "$verb" host-local p "$config"
	call DEL host-local p "$config"
	for ((i = 1; i <= count; i++)); do
		"$@"
		faulty "kill $i" "$verb" host-local p "$config"
		usable "$verb killed at place $i of $count" "$config"
	done
	printf '%s: %d places\n' "$verb" "$count"
}

nothing() { rm -rf /run/leases; }
emptied() { rm -rf /run/leases; mkdir -p "$LEASES"; }
used() { :; }
added() {
	call ADD host-local p "$(config)"
	[ "$status" -eq 0 ] || fail "ADD before the fault"
}
added_and_changed() {
	added
	by_hand
}

test_add_killed_in_a_new_directory() { killed_anywhere ADD "$(config)" nothing; }
test_add_killed_in_an_empty_directory() { killed_anywhere ADD "$(config)" emptied; }
test_add_killed_in_a_used_directory() { killed_anywhere ADD "$(config)" used; }
test_add_killed_in_a_changed_directory() { killed_anywhere ADD "$(config)" by_hand; }
test_add_killed_with_cooldown() { killed_anywhere ADD "$(config '"cooldownSeconds":3600,')" used; }
test_del_killed() { killed_anywhere DEL "$(config)" added; }
test_del_killed_in_a_changed_directory() { killed_anywhere DEL "$(config)" added_and_changed; }
test_del_killed_with_cooldown() { killed_anywhere DEL "$(config '"cooldownSeconds":3600,')" added; }
test_check_killed_in_a_changed_directory() { killed_anywhere CHECK "$(config)" added_and_changed; }

# before_the_boot: leases for stickyAddresses
before_the_boot() {
	added
	touch -d 2001-01-01 "$LEASES"/10.* "$LEASES"/fd*
}
test_add_killed_giving_back_an_address() {
	killed_anywhere ADD "$(config '"stickyAddresses":true,')" before_the_boot
}

# to_collect CONFIG: one container that stays, and what GC has to remove
to_collect() {
	rm -rf /run/leases
	added
	call ADD host-local other "$1"
	by_hand
	printf 'id-gone' > "$LEASES/10.40.0.77"
}

test_gc_killed() {
	local config gc i
	config=$(config)
	gc=$(with_valid "$config" '[{"containerID":"id-other","ifname":"eth0"}]')
	to_collect "$config"
	places GC host-local p "$gc"
	for ((i = 1; i <= count; i++)); do
		to_collect "$config"
		faulty "kill $i" GC host-local p "$gc"
		rm -f "$LEASES/10.40.0.77"
		all_complete "GC killed at place $i"
		call GC host-local - "$gc"
		[ "$status" -eq 0 ] || fail "GC after one was killed at place $i"
		[ "$(leases | wc -l)" -eq 2 ] || fail "GC killed at place $i: left are $(leases)"
		call DEL host-local other "$config"
		no_leases "GC killed at place $i"
	done
	printf 'GC: %d places\n' "$count"
}

# A tmpfs of so many pages, each of which one file of any size takes.
full_at() {
	mkdir -p /run/leases
	mount -t tmpfs -o "size=$(($1 * 4096)),mode=755" leases /run/leases
}

# served_or_refused WHAT: ADD gave both addresses, or an error and none at all
served_or_refused() {
	all_complete "$1"
	case $status in
	0) [ "$(leases | wc -l)" -eq 2 ] || fail "$1: served with $(leases)" ;;
	*)
		jq -e '.code == 103 and (.msg | test("No space left"))' <<< "$answer" > /dev/null ||
			fail "$1: answers something else"
		no_leases "$1"
		;;
	esac
}

test_a_full_disk_reserves_nothing() {
	local config pages refused=0
	config=$(config)
	# Hints and leases are a page each, and then the index.
	for pages in 1 2 3 4 5 6 7; do
		full_at "$pages"
		call ADD host-local p "$config"
		served_or_refused "disk of $pages pages"
		[ "$status" -eq 0 ] || refused=$((refused + 1))
		[ "$pages" -ne 1 ] || [ "$status" -ne 0 ] || fail "one page is enough?"
		call DEL host-local p "$config"
		[ "$status" -eq 0 ] || fail "DEL on a disk of $pages pages"
		no_leases "DEL on a disk of $pages pages"
		umount /run/leases
	done
	[ "$refused" -eq 3 ] || fail "$refused of 7 sizes refused"
}

test_no_inode_left_reserves_nothing() {
	local config inodes
	config=$(config)
	mkdir -p /run/leases
	for inodes in 2 3 4 5 6 7 8; do
		mount -t tmpfs -o "nr_inodes=$inodes,mode=755" leases /run/leases
		call ADD host-local p "$config"
		served_or_refused "$inodes inodes"
		umount /run/leases
	done
}

test_a_disk_that_fills_up_serves_until_then() {
	local config i
	config=$(config)
	full_at 64
	call ADD host-local first "$config"
	[ "$status" -eq 0 ] || fail "ADD with space"
	dd if=/dev/zero of=/run/leases/ballast bs=4096 2> /dev/null || true
	call ADD host-local p "$config"
	[ "$status" -eq 1 ] || fail "ADD without space"
	[ "$(leases | wc -l)" -eq 2 ] || fail "left are $(leases)"
	call STATUS host-local - "$config"
	jq -e '.code == 50' <<< "$answer" > /dev/null || fail "STATUS without space"
	call CHECK host-local first "$config"
	[ "$status" -eq 0 ] || fail "CHECK without space"
	call DEL host-local first "$config"
	[ "$status" -eq 0 ] || fail "DEL without space"
	no_leases "DEL without space"
	rm /run/leases/ballast
	for i in 1 2 3; do
		call ADD host-local "p$i" "$config"
		[ "$status" -eq 0 ] || fail "ADD with space again"
	done
}

test_a_disk_that_cannot_be_written() {
	local config
	config=$(config)
	full_at 64
	call ADD host-local p "$config"
	mount -o remount,ro /run/leases
	call ADD host-local q "$config"
	jq -e '.code == 103 and (.msg | test("Read-only file system"))' <<< "$answer" > /dev/null ||
		fail "ADD on a read-only disk"
	call CHECK host-local p "$config"
	[ "$status" -eq 0 ] || fail "CHECK on a read-only disk"
	call DEL host-local p "$config"
	jq -e '.code == 103' <<< "$answer" > /dev/null || fail "DEL that removes nothing"
	call DEL host-local unknown "$config"
	[ "$status" -eq 0 ] || fail "DEL of nothing on a read-only disk"
	call STATUS host-local - "$config"
	jq -e '.code == 50 and (.msg | test("Read-only file system"))' <<< "$answer" > /dev/null ||
		fail "STATUS on a read-only disk"
	mount -o remount,rw /run/leases
	call DEL host-local p "$config"
	no_leases "DEL when it can be written again"
}

test_no_directory_can_be_made() {
	local config
	config=$(config)
	full_at 64
	mount -o remount,ro /run/leases
	call ADD host-local p "$config"
	jq -e '.code == 103 and (.msg | test("Read-only file system"))' <<< "$answer" > /dev/null ||
		fail "ADD without a directory"
	call DEL host-local p "$config"
	[ "$status" -eq 0 ] || fail "DEL without a directory"
	call STATUS host-local - "$config"
	jq -e '.code == 50' <<< "$answer" > /dev/null || fail "STATUS without a directory"
}

run_tests "$@"
