# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# netns.sh - shell tests of the executables in private hosts and pods
#
# A test script is a list of functions test_<sentence>() and ends with
#
#	run_tests "$@"
#
# Each function runs in a "host" of its own: fresh network, mount and PID
# namespaces, tmpfs on /run and /var/lib, lo up, nothing else.  All of it,
# processes included, is gone when the function ends, however it ends; the
# machine's own interfaces, rules and files are out of reach.  CMake makes one
# ctest test of each function; run by hand, a script runs all of its functions
# or those named:
#
#	CNI_BIN_DIR=/usr/lib/cni test/e2e/bridge/basics.sh [test_NAME...]
#
# A function fails when a command in it fails (set -e), or with fail; it is
# skipped with skip REASON.  Settings: CNI_BIN_DIR, the plugins under test;
# CNI_SOURCE_DIR, CNI_BUILD_DIR, found from this file when not set.
set -euo pipefail

CNI_SOURCE_DIR=${CNI_SOURCE_DIR:-$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")}
CNI_BUILD_DIR=${CNI_BUILD_DIR:-$CNI_SOURCE_DIR/build/debug}
CNI_BIN_DIR=$(realpath -m "${CNI_BIN_DIR:-$CNI_BUILD_DIR/bin}")
export CNI_SOURCE_DIR CNI_BUILD_DIR CNI_BIN_DIR
PATH=$PATH:/usr/sbin:/sbin

# ---- outcome of a test ----

# fail TEXT...: end the test, with the last answer of a plugin as context
fail() {
	{
		printf 'FAIL: %s\n' "$*"
		local i
		for ((i = 1; i < ${#FUNCNAME[@]} - 1; i++)); do
			printf '  at %s:%s (%s)\n' "${BASH_SOURCE[i]##*/}" \
				"${BASH_LINENO[i - 1]}" "${FUNCNAME[i]}"
		done
		[ -z "${status+x}" ] ||
			printf '  last plugin: status %s\n  stdout: %s\n  stderr: %s\n' \
				"$status" "$answer" "$complaint"
	} >&2
	exit 1
}

# skip REASON...: end the test; neither passed nor failed
skip() {
	printf 'SKIP: %s\n' "$*"
	exit 77
}

# needs PROGRAM...: skip the test where one is not installed
needs() {
	local program
	for program in "$@"; do
		command -v "$program" > /dev/null || skip "no $program here"
	done
}

# needs_link KIND [ARGUMENT...]: skip where the kernel has no such interface
needs_link() {
	ip link add probe0 type "$@" 2> /dev/null ||
		skip "this kernel ($(uname -r)) cannot: ip link add type $*"
	ip link del probe0
}

# ---- plugins ----

# cni VERB TYPE POD [IFNAME]: run a plugin of $CNI_BIN_DIR, its config on stdin
#
# Leaves $status, $answer (stdout) and $complaint (stderr); never fails itself.
# The container id is $CNI_CONTAINERID or id-POD; CNI_NETNS is the POD's, or
# POD itself when it is a path; empty when POD is "-".  CNI_ARGS is passed on.
cni() {
	local verb=$1 type=$2 pod=${3:--} ifname=${4:-eth0} netns
	case $pod in
	-) netns= ;;
	/*) netns=$pod ;;
	*) netns=/run/netns/$pod ;;
	esac
	status=0
	env -i PATH="$PATH" ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
		${LSAN_OPTIONS:+LSAN_OPTIONS="$LSAN_OPTIONS"} \
		CNI_COMMAND="$verb" CNI_PATH="${CNI_PATH:-$CNI_BIN_DIR}" \
		CNI_CONTAINERID="${CNI_CONTAINERID:-id-${pod##*/}}" \
		CNI_NETNS="$netns" CNI_IFNAME="$ifname" CNI_ARGS="${CNI_ARGS:-}" \
		"$CNI_BIN_DIR/$type" > /run/cni.out 2> /run/cni.err || status=$?
	answer=$(< /run/cni.out)
	complaint=$(< /run/cni.err)
}

# must VERB TYPE POD [IFNAME]: as cni, and the plugin must succeed
must() {
	cni "$@"
	[ "$status" -eq 0 ] || fail "$1 of $2 for $3 failed"
}

# refused CODE TEXT VERB TYPE POD [IFNAME]: as cni, and the plugin must answer
# with an error of this code whose message contains TEXT (a case pattern)
refused() {
	local code=$1 text=$2 msg
	shift 2
	cni "$@"
	[ "$status" -ne 0 ] || fail "$1 of $2 for $3 should have failed"
	msg=$(jq -r '"\(.code) \(.msg)"' <<< "$answer") ||
		fail "the answer is no error object"
	# shellcheck disable=SC2053,SC2254 # TEXT is a pattern on purpose
	case $msg in
	"$code "*$text*) ;;
	*) fail "expected error $code with \"$text\"" ;;
	esac
}

# chain VERB CONFLIST POD [IFNAME]: run a conflist as a runtime would
#
# CNI_CAP_ARGS: capability arguments, a JSON object.  Leaves $status, $answer,
# $complaint like cni.
chain() {
	local verb=$1 list=$2 pod=$3 ifname=${4:-eth0} netns
	case $pod in
	-) netns= ;;
	/*) netns=$pod ;;
	*) netns=/run/netns/$pod ;;
	esac
	status=0
	CNI_PATH=${CNI_PATH:-$CNI_BIN_DIR} CNI_RUN_DIR=/run/cni-run \
		"$CNI_BUILD_DIR/run/cni-run" "$verb" "$list" \
		"${CNI_CONTAINERID:-id-${pod##*/}}" "$netns" "$ifname" \
		> /run/cni.out 2> /run/cni.err || status=$?
	answer=$(< /run/cni.out)
	complaint=$(< /run/cni.err)
}

# holds FILTER [JSON]: the jq filter is true for JSON (default: last $answer)
holds() {
	jq -e "$1" > /dev/null <<< "${2-$answer}" || fail "not so: $1 of: ${2-$answer}"
}

# ---- hosts, pods, the outside ----

# pod NAME...: make network namespaces /run/netns/NAME
pod() {
	local name
	for name in "$@"; do
		ip netns add "$name"
		ip -n "$name" link set lo up
	done
}

# in_pod NAME COMMAND...: run a command in a pod's network namespace
in_pod() {
	local name=$1
	shift
	nsenter --net="/run/netns/$name" -- "$@"
}

# outside: a machine on the host's network, as pod "outside"
#
# Host: uplink0, 192.0.2.1/24, 2001:db8::1/64, default routes to it.
# Outside: eth0, 192.0.2.2/24, 2001:db8::2/64, no route to the pods.
outside() {
	pod outside
	ip link add uplink0 type veth peer name eth0 netns outside
	ip address add 192.0.2.1/24 dev uplink0
	ip address add 2001:db8::1/64 dev uplink0 nodad
	ip -n outside address add 192.0.2.2/24 dev eth0
	ip -n outside address add 2001:db8::2/64 dev eth0 nodad
	ip link set uplink0 up
	ip -n outside link set eth0 up
	eventually 2 ip -n outside -6 route get 2001:db8::1
	ip route add default via 192.0.2.2
	ip -6 route add default via 2001:db8::2
}

# address POD [-4|-6] [IFNAME]: its (first) global address, without prefix
address() {
	ip -n "$1" -j "${2:--4}" address show dev "${3:-eth0}" scope global |
		jq -r '[.[].addr_info[]?.local][0] // empty'
}

# reaches POD ADDRESS: it answers a ping from there; POD "-" is the host
reaches() {
	local ping=(ping -n -q -c 1 -W 2 "$2")
	[ "$1" = - ] || ping=(nsenter --net="/run/netns/$1" -- "${ping[@]}")
	# The first try may be lost to address resolution on a slow machine.
	"${ping[@]}" > /run/ping.out 2>&1 || "${ping[@]}" > /run/ping.out 2>&1
}

# reach POD ADDRESS...: all of them answer
reach() {
	local from=$1 to
	shift
	for to in "$@"; do
		reaches "$from" "$to" || fail "no answer from $to to $from: $(tail -n 3 /run/ping.out)"
	done
}

# unreachable POD ADDRESS...: none of them answers within a second
unreachable() {
	local from=$1 to ping
	shift
	for to in "$@"; do
		ping=(ping -n -q -c 1 -W 1 "$to")
		[ "$from" = - ] || ping=(nsenter --net="/run/netns/$from" -- "${ping[@]}")
		! "${ping[@]}" > /run/ping.out 2>&1 || fail "$to answers to $from"
	done
}

# serve POD PROTOCOL PORT: answer each connection or datagram on that port
# with one line, the peer's address as the pod sees it.  PROTOCOL: tcp4, tcp6,
# udp4, udp6 or sctp4, sctp6; POD "-" is the host.
serve() {
	# shellcheck disable=SC2016 # expanded by socat's child
	local enter=() listen=${2^^}-LISTEN:$3,fork,reuseaddr answer='echo $SOCAT_PEERADDR'
	case $2 in
	udp*)
		listen=${2^^}-RECVFROM:$3,fork,reuseaddr
		# A child that ends before it has read the datagram makes socat
		# drop the answer.
		answer="read -r _; $answer"
		;;
	esac
	case $2 in
	*6) listen+=,ipv6only=1 ;;
	esac
	[ "$1" = - ] || enter=(nsenter --net="/run/netns/$1" --)
	"${enter[@]}" socat "$listen" SYSTEM:"$answer" 2> /dev/null &
	eventually 5 listening "$1" "$2" "$3"
}

# An association has no half-open state: socat would end it before the answer.
sctp_client='
import socket, sys
family = socket.AF_INET6 if sys.argv[1].endswith("6") else socket.AF_INET
client = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
client.settimeout(4)
client.connect((sys.argv[2], int(sys.argv[3])))
sys.stdout.write(client.recv(200).decode())
'

# listening POD PROTOCOL PORT: does a socket listen there?
listening() {
	local enter=() kind=-t
	case $2 in
	udp*) kind=-u ;;
	sctp*) kind=-S ;;
	esac
	[ "$1" = - ] || enter=(nsenter --net="/run/netns/$1" --)
	[ -n "$("${enter[@]}" ss -Hln $kind "sport = :$3")" ]
}

# ask POD PROTOCOL ADDRESS PORT: what serve answers; empty when nothing does
ask() {
	local enter=() to=$3 kind=${2^^}
	case $2 in
	*6) to=[$3] ;;
	esac
	[ "$1" = - ] || enter=(nsenter --net="/run/netns/$1" --)
	case $2 in
	sctp*) "${enter[@]}" python3 -c "$sctp_client" "$2" "$3" "$4" 2> /dev/null || true ;;
	udp*) echo ask | "${enter[@]}" socat -t 2 -T 2 - "$kind:$to:$4" 2> /dev/null || true ;;
	*) "${enter[@]}" socat -T 2 - "$kind:$to:$4,connect-timeout=2" 2> /dev/null < /dev/null || true ;;
	esac
}

# eventually SECONDS COMMAND...: repeat it until it succeeds
eventually() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || fail "never happened: $*"
		sleep 0.02
	done
}

# ---- running ----

run_in_host() {
	trap '[ "$BASH_SUBSHELL" -eq 0 ] || exit 1; fail "command failed: $BASH_COMMAND"' ERR
	set -E
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /var/lib
	mkdir -p /run/netns /run/lock /run/cni-run /var/lib/cni
	ip link set lo up
	"$1"
}

# in_fresh_host FUNCTION: run a function of this script in a host of its own
in_fresh_host() {
	CNI_TEST_FUNCTION=$1 unshare --net --mount --pid --fork --kill-child \
		--mount-proc --propagation private \
		bash "$(realpath "$0")" < /dev/null
}

# needs_namespaces: skip where hosts cannot be made
needs_namespaces() {
	if [ "$(id -u)" -ne 0 ] || ! unshare --net --mount --pid --fork true 2> /dev/null; then
		skip "needs root and the right to make namespaces"
	fi
}

# run_tests [FUNCTION...]: run these test functions, or all of the script
run_tests() {
	local name result failed=0 passed=0 skipped=0
	if [ -n "${CNI_TEST_FUNCTION:-}" ]; then
		run_in_host "$CNI_TEST_FUNCTION"
		exit 0
	fi
	needs_namespaces
	[ $# -gt 0 ] || mapfile -t names < <(compgen -A function test_)
	[ $# -eq 0 ] || names=("$@")
	for name in "${names[@]}"; do
		result=0
		in_fresh_host "$name" || result=$?
		case $result in
		0) passed=$((passed + 1)) result=ok ;;
		77) skipped=$((skipped + 1)) result=skipped ;;
		*) failed=$((failed + 1)) result="FAILED ($result)" ;;
		esac
		printf '%s: %s: %s\n' "$(basename "$0")" "$name" "$result"
	done
	[ "$failed" -eq 0 ] || exit 1
	[ "$passed" -gt 0 ] || [ "$skipped" -eq 0 ] || exit 77
	[ $((passed + skipped)) -gt 0 ] || { echo "no tests in $0" >&2; exit 1; }
}
