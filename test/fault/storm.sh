#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# storm.sh - many containers at once, on a host where others work, too
#
# 32 workers (CNI_STORM_WORKERS) with 8 pods each (CNI_STORM_PODS) run random
# ADD, CHECK and DEL of chains of bridge and portmap; some attachments are
# forgotten, for GC to find.  Meanwhile others create and delete links, run nft
# and iptables, and the Go host-local allocates from the same directories.
# Nothing may answer wrongly, no address or port be given out twice, nothing be
# left at the end.  CNI_STORM_SECONDS: how long, default 120.
# shellcheck source=../support/netns.sh
. "$(dirname "$0")/../support/netns.sh"

needs jq nft iptables
SECONDS_LONG=${CNI_STORM_SECONDS:-120}
WORKERS=${CNI_STORM_WORKERS:-32}
PODS=${CNI_STORM_PODS:-8}
CNI_BIN_DIR=${CNI_FAULT_BIN_DIR:-$CNI_BIN_DIR}
# Reports of what is wrong, one line each.
WRONG=/run/wrong

wrong() {
	printf '%s\n' "$*" >> $WRONG
}

# network NAME BRIDGE BACKEND V4 V6: a conflist
network() {
	# The Go plugins of Debian 12 know no newer version.
	printf '{"cniVersion":"1.0.0","name":"%s","plugins":[{"type":"bridge","bridge":"%s",
		"isDefaultGateway":true,"hairpinMode":true,"ipMasq":true,"ipMasqBackend":"%s",
		"ipam":{"type":"host-local","dataDir":"/run/leases",
		"ranges":[[{"subnet":"%s"}],[{"subnet":"%s"}]]}},
		{"type":"portmap","backend":"%s","capabilities":{"portMappings":true}}]}' \
		"$1" "$2" "$3" "$4" "$5" "$3" > "/run/$1.conflist"
	sed 's/"1.0.0"/"1.1.0"/' "/run/$1.conflist" > "/run/$1.gc.conflist"
}

# run VERB NETWORK ID POD: cni-run; $status and $out are the caller's
run() {
	local file=/run/out.$BASHPID netns=
	[ -z "${4:-}" ] || netns=/run/netns/$4
	status=0
	CNI_PATH=$plugins CNI_RUN_DIR=/run/cni-run timeout 60 "$CNI_BUILD_DIR/run/cni-run" \
		"$1" "/run/$2.conflist" "${3:--}" "$netns" eth0 > "$file" 2> "$file.err" || status=$?
	out=$(< "$file")
	[ "$status" -eq 0 ] || out+=$(< "$file.err")
	printf '%s %s\n' "$1" "$status" >> "/run/count.$worker"
}

# claim THING...: mine until unclaimed; somebody else's is a wrong answer
claim() {
	local thing
	for thing in "$@"; do
		mkdir "/run/claims/$thing" 2> /run/claim.err ||
			wrong "$id: $thing is given out twice"
	done
}

unclaim() {
	local thing
	for thing in "$@"; do
		rmdir "/run/claims/$thing" || wrong "$id: $thing was not mine"
	done
}

# add SLOT: a new attachment in the slot's pod
add() {
	local slot=$1 pod=p$worker-$1 port seen addresses
	network=${networks[RANDOM % 2]}
	# One pool for both: a port has one owner, whichever backend publishes it.
	port=$((8000 + RANDOM % 800))
	generation[slot]=$((${generation[slot]:-0} + 1))
	id=c$worker-$slot-${generation[slot]}
	: > "/run/alive/c$worker-$slot-$((${generation[slot]} + 8))"
	CNI_CAP_ARGS='{"portMappings":[{"hostPort":'$port',"containerPort":80,"protocol":"tcp"}]}' \
		run add "$network" "$id" "$pod"
	if [ "$status" -ne 0 ]; then
		case $out in
		*'"code": 120'*) refused=$((refused + 1)) ;;
		*) wrong "$id: ADD: $out" ;;
		esac
		rm -f "/run/alive/$id"
		return
	fi
	addresses=$(jq -r '.ips[].address' <<< "$out" | sort | paste -sd ' ')
	seen=$(ip -n "$pod" -j address show dev eth0 scope global |
		jq -r '.[].addr_info[] | select(.local) | "\(.local)/\(.prefixlen)"' | sort | paste -sd ' ')
	[ "$addresses" = "$seen" ] || wrong "$id: result $addresses, pod has $seen: $out"
	held[slot]="$(sed -E 's,/[0-9]+,,g' <<< "$addresses") port-$port"
	# shellcheck disable=SC2086 # words
	claim ${held[slot]}
	state[slot]="$network $id"
}

# del SLOT: and see that it is gone
del() {
	local slot=$1 pod=p$worker-$1
	read -r network id <<< "${state[slot]}"
	# shellcheck disable=SC2086 # words
	unclaim ${held[slot]}
	run del "$network" "$id" "$pod"
	[ "$status" -eq 0 ] || wrong "$id: DEL: $out"
	[ -z "$(ip -n "$pod" -o link show type veth)" ] || wrong "$id: eth0 is there after DEL"
	rm -f "/run/alive/$id"
	state[slot]=
}

check() {
	local slot=$1
	read -r network id <<< "${state[slot]}"
	run check "$network" "$id" "p$worker-$slot"
	[ "$status" -eq 0 ] || wrong "$id: CHECK: $out"
}

# forget SLOT: the container dies, and nobody calls DEL
forget() {
	local slot=$1 pod=p$worker-$1
	read -r network id <<< "${state[slot]}"
	# shellcheck disable=SC2086 # words
	unclaim ${held[slot]}
	rm -f "/run/alive/$id" "/run/cni-run/$network-$id-eth0"
	ip -n "$pod" link del eth0 2> /run/forget.err || true
	state[slot]=
}

# work N: one worker until the end, then DEL of all it has
work() {
	local worker=$1 slot i network id status out refused=0
	local -a state=() held=() generation=() networks=(storma stormb)
	set +e
	trap - ERR
	plugins=$CNI_BIN_DIR
	[ -z "$mixed" ] || [ $((worker % 4)) -ne 0 ] || plugins=$mixed
	RANDOM=$((worker * 1000 + ${CNI_STORM_SEED:-1}))
	while [ "$SECONDS" -lt "$SECONDS_LONG" ]; do
		slot=$((RANDOM % PODS))
		if [ -z "${state[slot]:-}" ]; then
			add $slot
			continue
		fi
		case $((RANDOM % 8)) in
		0 | 1 | 2) check $slot ;;
		3) forget $slot ;;
		*) del $slot ;;
		esac
	done
	for ((slot = 0; slot < PODS; slot++)); do
		[ -z "${state[slot]:-}" ] || del $slot
	done
	echo "$refused" > "/run/refused.$worker"
}

# collect: GC again and again, with those that may be alive
collect() {
	local worker=gc status out network valid plugins=$CNI_BIN_DIR
	set +e
	trap - ERR
	while [ "$SECONDS" -lt "$SECONDS_LONG" ]; do
		for network in storma stormb; do
			# In one string of the environment, which has room for 128 KiB.
			valid=$(ls /run/alive |
				jq -Rnc '[inputs | {containerID: ., ifname: "eth0"}]')
			if [ ${#valid} -lt 3 ] || [ ${#valid} -gt 131000 ]; then
				wrong "the list of the living has ${#valid} bytes"
				continue
			fi
			CNI_GC_VALID=$valid run gc $network.gc
			[ "$status" -eq 0 ] || wrong "GC of $network: $out"
		done
		sleep 0.3
	done
}

# go_allocates: the Go host-local, on the same directories
go_allocates() {
	local id n=0 network config address
	set +e
	trap - ERR
	while [ "$SECONDS" -lt "$SECONDS_LONG" ]; do
		network=storm$( ((n % 2)) && echo a || echo b)
		n=$((n + 1)) id=go-$n
		: > "/run/alive/$id"
		config=$(jq -c '.plugins[0] + {name, cniVersion: "1.0.0"}' "/run/$network.conflist")
		go_call ADD || wrong "$id: Go's ADD: $(< /run/go.out)"
		address=$(jq -r '.ips[].address' /run/go.out | sed -E 's,/[0-9]+,,')
		# shellcheck disable=SC2086 # words
		claim $address
		sleep 0.05
		# shellcheck disable=SC2086 # words
		unclaim $address
		go_call DEL || wrong "$id: Go's DEL: $(< /run/go.out)"
		rm -f "/run/alive/$id"
	done
	echo "$n" > /run/go.count
}

go_call() {
	env -i CNI_COMMAND="$1" CNI_CONTAINERID="$id" CNI_NETNS=/run/none CNI_IFNAME=eth0 \
		CNI_PATH="$go" "$go/host-local" <<< "$config" > /run/go.out 2>&1
}

# disturb: links, nf_tables and iptables of others
disturb() {
	set +e
	trap - ERR
	while [ "$SECONDS" -lt "$SECONDS_LONG" ]; do
		ip link add other0 type veth peer name other1 && ip link set other0 up
		ip link add other2 type bridge
		nft add table inet other && nft add chain inet other c &&
			nft add rule inet other c counter accept
		iptables -w 5 -t nat -N OTHER && iptables -w 5 -t nat -A OTHER -j RETURN
		sleep 0.05
		iptables -w 5 -t nat -F OTHER && iptables -w 5 -t nat -X OTHER
		nft delete table inet other
		ip link del other2
		ip link del other0
	done > /run/disturb.out 2>&1
}

# gone: what the storm has left
gone() {
	local left
	left=$(ip -o link show type veth)
	[ -z "$left" ] || fail "links are left: $left"
	left=$(find /run/leases -mindepth 2 -type f ! -name 'last_reserved_ip.*' ! -name lock ! -name '.*')
	[ -z "$left" ] || fail "leases are left: $left"
	left=$(nft list ruleset | grep -E 'elements|id: c[0-9]|c[0-9]+-[0-9]+-[0-9]+' || true)
	[ -z "$left" ] || fail "rules are left: $left"
}

test_storm() { # serial
	local i n slot mixed='' go answer='' complaint=''
	mkdir -p /run/claims /run/alive /run/leases /run/cni-run
	sysctl -q -w net.ipv4.neigh.default.gc_thresh3=8192 2> /run/sysctl.err || true
	network storma storm-a nftables 10.60.0.0/22 fd00:60::/64
	network stormb storm-b iptables 10.61.0.0/22 fd00:61::/64
	: > $WRONG
	if go=$(bash "$CNI_SOURCE_DIR/test/conformance/reference.sh"); then
		mixed=/run/mixed
		mkdir $mixed
		ln -s "$CNI_BIN_DIR/bridge" "$CNI_BIN_DIR/portmap" "$go/host-local" $mixed
	else
		echo "without the Go plugins: $go"
		go=
	fi
	for ((i = 0; i < WORKERS; i++)); do
		for ((slot = 0; slot < PODS; slot++)); do
			ip netns add "p$i-$slot"
			# Known to GC before it begins, and always some ahead.
			for ((n = 1; n <= 8; n++)); do
				: > "/run/alive/c$i-$slot-$n"
			done
		done
	done
	SECONDS=0
	for ((i = 0; i < WORKERS; i++)); do
		work $i &
	done
	collect &
	disturb &
	[ -z "$go" ] || go_allocates &
	wait
	rm -f /run/alive/*
	worker=end plugins=$CNI_BIN_DIR
	for i in storma stormb; do
		run gc $i.gc
		[ "$status" -eq 0 ] || fail "GC: $out"
	done
	cat /run/count.* | sort | uniq -c | sed 's/$/ (verb, exit status)/'
	printf '%s ports refused, %s allocations by Go\n' \
		"$(($(cat /run/refused.* | paste -sd +)))" "$(cat /run/go.count 2> /run/cat.err || echo 0)"
	[ ! -s $WRONG ] || fail "$(wc -l < $WRONG) wrong answers: $(head -c 3000 $WRONG)"
	gone
}

run_tests "$@"
