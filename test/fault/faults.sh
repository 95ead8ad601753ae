# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034 # used by those who read this file
# faults.sh - a network under faults: what kill.sh and fail.sh share
#
# The network is a conflist of bridge (with host-local) and, where a test asks
# for it, portmap.  Each fault happens in one call of one plugin; before and
# after it the calls are undisturbed.
# shellcheck source=../support/netns.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/netns.sh"

needs jq nft

INJECT=$CNI_BUILD_DIR/fault/inject
CNI_BIN_DIR=${CNI_FAULT_BIN_DIR:-$CNI_SOURCE_DIR/build/release-static/bin}
# Two tests that start at the same time shall not build at the same time.
if [ -z "${CNI_FAULT_BIN_DIR:-}" ] && [ -z "${CNI_TEST_FUNCTION:-}" ]; then
	(flock 9 && cd "$CNI_SOURCE_DIR" &&
		{ [ -f build/release-static/build.ninja ] || cmake --preset release-static; } &&
		cmake --build --preset release-static) \
		9> "$CNI_BUILD_DIR/fault/build.lock" > "$CNI_BUILD_DIR/fault/build.log" 2>&1 ||
		{ echo "the static release does not build, see $CNI_BUILD_DIR/fault/build.log" >&2; exit 1; }
fi

# CNI_FAULT_ALL=1: every place with every error, instead of a sample.
ALL=${CNI_FAULT_ALL:-}

V4='[[{"subnet":"10.40.0.0/24"}]]'
V6='[[{"subnet":"fd00:40::/64"}]]'
BOTH='[[{"subnet":"10.40.0.0/24"}],[{"subnet":"fd00:40::/64"}]]'

# bridge_config RANGES [MEMBERS]: a bridge network, config on stdout
bridge_config() {
	printf '{"cniVersion":"1.1.0","name":"faults","type":"bridge",%s
		"bridge":"cni-f0","isDefaultGateway":true,
		"ipam":{"type":"host-local","dataDir":"/run/leases","ranges":%s}}' \
		"${2:-}" "$1"
}

MASQ='"ipMasq":true,"ipMasqBackend":"nftables",'
SPOOF='"macspoofchk":true,'

# portmap_config RESULT [MEMBERS]: two published ports for that result
portmap_config() {
	printf '{"cniVersion":"1.1.0","name":"faults","type":"portmap",%s
		"prevResult":%s,"runtimeConfig":{"portMappings":[
		{"hostPort":8080,"containerPort":80,"protocol":"tcp"},
		{"hostPort":5353,"containerPort":53,"protocol":"udp"}]}}' \
		"${2:-}" "$1"
}

# with_valid CONFIG LIST: the config with the list of valid attachments
with_valid() {
	jq -c --argjson list "$2" '."cni.dev/valid-attachments" = $list' <<< "$1"
}

# call VERB TYPE POD CONFIG: undisturbed; leaves $status and $answer
call() {
	cni "$1" "$2" "$3" <<< "$4"
}

# faulty FAULT VERB TYPE POD CONFIG: with a fault, words of inject's command line
faulty() {
	local fault=$1 netns=/run/netns/$4
	status=0
	# shellcheck disable=SC2086 # FAULT is several words
	env -i PATH="$PATH" CNI_COMMAND="$2" CNI_PATH="$CNI_BIN_DIR" \
		CNI_CONTAINERID="id-$4" CNI_NETNS="$netns" CNI_IFNAME=eth0 \
		timeout 30 "$INJECT" $fault -- "$CNI_BIN_DIR/$3" <<< "$5" \
		> /run/cni.out 2> /run/cni.err || status=$?
	[ "$status" -ne 124 ] || fail "$2 of $3 hangs: $fault"
	answer=$(< /run/cni.out)
	complaint=$(< /run/cni.err)
}

# places VERB TYPE POD CONFIG [SET]: how many there are, undisturbed
places() {
	faulty "count${5:+ -s $5}" "$1" "$2" "$3" "$4"
	[ "$status" -eq 0 ] || fail "$1 of $2 fails without any fault"
	count=$(tail -n 1 <<< "$complaint")
}

# snapshot: what a fault may not leave behind, as text
#
# Not the name of the last address given out, which is a hint, nor the bridge's
# forwarding entries.
snapshot() {
	ip -o link show | sed -E 's/^[0-9]+: //; s/@.*//; s/:.*//' | sort
	[ ! -d /run/leases/faults ] ||
		find /run/leases -mindepth 2 ! -name 'last_reserved_ip.*' ! -name lock |
		sort
	grep -H . /proc/sys/net/ipv4/conf/*/route_localnet 2> /run/snapshot.err
	# Reference counts and order of elements do not matter, elements do.
	nft -s list ruleset | sort
}

# clean: what the host looks like now is what is to be left
clean() {
	sleep 0.1
	snapshot > /run/snapshot.clean
}

# nothing_left: wait until what was deleted is gone for good, then compare
nothing_left() {
	local i
	for ((i = 0; i < 100; i++)); do
		snapshot > /run/snapshot.now
		cmp -s /run/snapshot.clean /run/snapshot.now && return
		sleep 0.02
	done
	fail "left behind by $1: $(diff /run/snapshot.clean /run/snapshot.now || true)"
}

# attached TYPE POD CONFIG: ADD, which must work
attached() {
	call ADD "$@"
	[ "$status" -eq 0 ] || fail "ADD of $1 fails without any fault"
}

# detached TYPE POD CONFIG: DEL, which must work
detached() {
	call DEL "$@"
	[ "$status" -eq 0 ] || fail "DEL of $1 fails without any fault"
}
