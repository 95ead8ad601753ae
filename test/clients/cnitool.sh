#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cnitool.sh - the CNI project's own client, versions 1.1.2 and 1.3.0
#
# Built from the sources of Debian packages with Debian's Go; none is
# installed.  1.1.2 knows ADD, CHECK and DEL and versions up to 1.0.0; 1.3.0
# also GC and STATUS, and 1.1.0.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/deploy.bash"

GO=1.24
OLD=$CLIENTS/bin/cnitool-old
NEW=$CLIENTS/bin/cnitool-new
GC=$CLIENTS/bin/libcni-gc

# build ARCHIVE OUTPUT [FILE.go]: cnitool, or a program of ours on its libcni
build() {
	local archive=$1 output=$2
	shift 2
	go_program go "$archive" github.com/containernetworking/cni cnitool "$output" "$@"
}

prepare() {
	local old new
	if [ ! -x "$OLD" ] || [ ! -x "$NEW" ] || [ ! -x "$GC" ]; then
		old=$(source_archive - golang-github-appc-cni) || { echo "$old"; exit 77; }
		new=$(source_archive sid golang-github-appc-cni) || { echo "$new"; exit 77; }
		unpacked go trixie golang-$GO-go golang-$GO-src
		build "$old" "$OLD"
		build "$new" "$NEW"
		build "$new" "$GC" "$CNI_SOURCE_DIR/test/clients/libcni_gc.go"
	fi
}

# tool VERSION VERB NETWORK POD: run cnitool; its answer is $answer
tool() {
	local cnitool=$NEW
	[ "$1" = new ] || cnitool=$OLD
	status=0
	NETCONFPATH=/run/net.d "$cnitool" "$2" "$3" "/run/netns/$4" \
		> /run/cni.out 2> /run/cni.err || status=$?
	answer=$(< /run/cni.out)
	complaint=$(< /run/cni.err)
}

# good VERSION VERB NETWORK POD: as tool, which must succeed
good() {
	tool "$@"
	[ "$status" -eq 0 ] || fail "cnitool ($1) $2 $3 $4 failed"
}

# networks VERSION: all examples that are complete, with this cniVersion
networks() {
	local file
	plugins_alone
	mkdir -p /run/net.d
	for file in "$EXAMPLES"/*.conflist; do
		jq --arg version "$1" '.cniVersion = $version' "$file" > "/run/net.d/${file##*/}"
	done
}

# life TOOL VERSION: ADD, packets, CHECK, DEL with that tool and cniVersion
life() {
	needs socat
	networks "$2"
	outside
	pod red blue
	export CAP_ARGS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}'
	good "$1" add hostports red
	holds ".cniVersion == \"$2\" and (.ips | length == 2) and (.interfaces | length == 3)"
	CAP_ARGS='{}' good "$1" add hostports blue
	reach red "$(address blue)" "$(address blue -6)" 192.0.2.2
	serve red tcp4 80
	[ "$(ask outside tcp4 192.0.2.1 8080)" = 192.0.2.2 ] || fail "no answer on the host port"
	[ -n "$(ask red tcp4 192.0.2.1 8080)" ] || fail "no hairpin"
	[ -n "$(ask blue tcp4 192.0.2.1 8080)" ] || fail "no answer to the other pod"
	good "$1" check hostports red
	ip -n red address flush dev eth0
	tool "$1" check hostports red
	[ "$status" -ne 0 ] || fail "CHECK does not miss the pod's addresses"
	good "$1" del hostports red
	[ -z "$(ask outside tcp4 192.0.2.1 8080)" ] || fail "the port is open after DEL"
	good "$1" del hostports red
	good "$1" del hostports blue
	nothing_left cni-ports0 hostports
}

test_add_check_del_0_4_0_with_cnitool_1_1() { life old 0.4.0; }
test_add_check_del_1_0_0_with_cnitool_1_1() { life old 1.0.0; }
test_add_check_del_0_4_0_with_cnitool_1_3() { life new 0.4.0; }
test_add_check_del_1_0_0_with_cnitool_1_3() { life new 1.0.0; }
test_add_check_del_1_1_0_with_cnitool_1_3() { life new 1.1.0; }

test_status_tells_when_the_pool_is_exhausted() {
	networks 1.1.0
	jq '.plugins[0].ipam.ranges = [[{"subnet": "10.25.0.0/30"}]]' \
		/run/net.d/hostports.conflist > /run/small
	mv /run/small /run/net.d/hostports.conflist
	pod red
	good new status hostports red
	good new add hostports red
	tool new status hostports red
	[ "$status" -ne 0 ] || fail "STATUS does not see that the pool is exhausted"
	[[ $complaint$answer == *"range set: 10.25.0."* ]] || fail "STATUS does not name the range"
	good new del hostports red
	good new status hostports red
}

# two_pods: red, with a port, and blue
two_pods() {
	networks 1.1.0
	pod red blue
	CAP_ARGS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}' \
		good new add hostports red
	good new add hostports blue
}

test_gc_of_libcni_keeps_what_is_valid_and_removes_the_rest() {
	two_pods
	local blue
	blue=$(jq -r 'select(.netns == "/run/netns/blue") | .containerId' /var/lib/cni/results/hostports-*)
	# libcni's cache forgets red: nobody will ever call DEL for it.
	grep -l /run/netns/red /var/lib/cni/results/hostports-* | xargs rm
	ip netns del red
	"$GC" /run/net.d/hostports.conflist "$blue" eth0
	reach - "$(address blue)"
	good new check hostports blue
	[ "$(find /var/lib/cni/networks/hostports -name '10.25.0.*' | wc -l)" -eq 1 ] ||
		fail "not exactly blue's lease is left"
	! nft_elements | grep -w 8080 || fail "red's port is still open"
	! iptables-save -t nat | grep -w 8080 || fail "red's port is still open"
	"$GC" /run/net.d/hostports.conflist
	nothing_left cni-ports0 hostports
}

# reloaded TOOL VERSION: after a flush, that libcni's own files bring all back
reloaded() {
	needs socat
	local plugin
	networks "$2"
	outside
	pod red
	CAP_ARGS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}' \
		CNI_ARGS='IgnoreUnknown=1;K8S_POD_NAME=red' good "$1" add hostports red
	serve red tcp4 80
	serve outside tcp4 9000
	[ "$(ask red tcp4 192.0.2.2 9000)" = 192.0.2.1 ] || fail "no masquerading"
	[ -z "${CNI_KEEP_RESULTS:-}" ] || cp /var/lib/cni/results/* "$CNI_KEEP_RESULTS/"
	nft flush ruleset
	[ -z "$(ask outside tcp4 192.0.2.1 8080)" ] || fail "the flush left the port open"
	for plugin in bridge portmap; do
		holds 'length == 1 and .[0].outcome == "applied"' "$("$CNI_BIN_DIR/$plugin" --reload)"
		holds 'length == 1 and .[0].outcome == "unchanged"' "$("$CNI_BIN_DIR/$plugin" --reload)"
	done
	[ "$(ask outside tcp4 192.0.2.1 8080)" = 192.0.2.2 ] || fail "no answer on the host port"
	[ "$(ask red tcp4 192.0.2.2 9000)" = 192.0.2.1 ] || fail "no masquerading after --reload"
	good "$1" check hostports red
	good "$1" del hostports red
	nothing_left cni-ports0 hostports
}

test_reload_from_results_of_libcni_1_1() { reloaded old 1.0.0; }
test_reload_from_results_of_libcni_1_3() { reloaded new 1.1.0; }

# cnitool sends no list of valid attachments (it deletes what its cache holds):
# plugins must not take that for an empty list.
test_gc_without_a_list_removes_nothing_by_itself() {
	two_pods
	rm /var/lib/cni/results/hostports-*
	tool new gc hostports blue
	[ "$status" -eq 0 ] || [[ $complaint == *valid-attachments* ]] ||
		fail "GC does not say what is missing"
	reach - "$(address red)" "$(address blue)"
}

has_vlan_filtering() {
	ip link add probe0 type bridge vlan_filtering 1 2> /dev/null && ip link del probe0
}

test_every_example_is_added_and_deleted() {
	local file network
	networks 1.1.0
	for file in "$EXAMPLES"/*.conflist; do
		network=$(jq -r .name "$file")
		case $network in
		vlan-trunk) has_vlan_filtering || continue ;;
		esac
		pod "$network"
		good new add "$network" "$network"
		good new check "$network" "$network"
		good new del "$network" "$network"
		ip netns del "$network"
	done
}

test_what_the_node_script_installs_is_loaded() {
	needs curl jq
	api one=10.244.1.0/24,fd00:244:0:1::/64@192.0.2.1
	node_script install
	export CNI_PATH=/run/host/opt/cni/bin
	ln -s /run/host/etc/cni/net.d /run/net.d
	pod red
	good old add cluster red
	[[ $(address red) == 10.244.1.* && $(address red -6) == fd00:244:0:1:* ]] ||
		fail "red's addresses are not in the node's CIDRs"
	good new check cluster red
	good old del cluster red
	[ -z "$(find /run/cni-leases -name '10.244.*' -o -name 'fd00*')" ] || fail "a lease is left"
}

run_client_tests "$@"
