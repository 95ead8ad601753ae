#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# compare.sh TOPIC.NAME - one case of the table, the Go plugins beside ours
#
# The case (cases/TOPIC.json, see docs/testing.md) runs twice, in fresh hosts
# that differ in nothing but the plugins: those of the reference (reference.sh)
# and those of CNI_BIN_DIR.  After every step the exit status, the answer, and
# the kernel's state as `ip` and `bridge` show it must be equal, but for what
# differences.json allows.  What differed is left in
# $CNI_BUILD_DIR/conformance/TOPIC.NAME.json for differences.sh.  CNI_CASES and
# CNI_RESULTS: other directories for the cases and what differed.  A case with
# "until_failure" ends where a step fails on both sides, without its state.
#
# shellcheck source=test/support/netns.sh
. "$(dirname "$0")/../support/netns.sh"

here=$CNI_SOURCE_DIR/test/conformance
results=${CNI_RESULTS:-$CNI_BUILD_DIR/conformance}
cases=${CNI_CASES:-$here/cases}
leases=/var/lib/cni/networks

# ---- inside a host ----

# namespace_state: the state of the namespace it runs in, as a JSON object
namespace_state() {
	local addresses routes4 routes6 vlans
	addresses=$(ip -j -d address)
	routes4=$(ip -j -d route show table all)
	routes6=$(ip -j -d -6 route show table all)
	vlans=$(bridge -j vlan)
	shopt -s nullglob
	cd /proc/sys/net
	printf '{"addresses":%s,"routes4":%s,"routes6":%s,"vlans":%s,"sysctls":"%s"}' \
		"$addresses" "${routes4:-[]}" "${routes6:-[]}" "${vlans:-[]}" \
		"$(grep -H "" ipv4/ip_forward ipv6/conf/all/forwarding \
			ipv4/conf/[!al]*/{arp_notify,route_localnet} \
			ipv6/conf/[!al]*/{accept_ra,accept_dad,enhanced_dad,disable_ipv6,keep_addr_on_down} |
			base64 -w 0)"
}
export -f namespace_state

# record WHAT STATUS ANSWER-FILE: append a step to the document
record() {
	local name file separator=''
	printf '{"do":"%s","status":%s,"answer":"%s","namespaces":{"host":' \
		"$1" "$2" "$(base64 -w 0 "$3")"
	(namespace_state)
	for name in /run/netns/*; do
		[ -e "$name" ] || continue
		printf ',"%s":' "${name##*/}"
		nsenter --net="$name" -- bash -c namespace_state
	done
	printf '},"leases":{'
	while IFS= read -r file; do
		printf '%s"%s":"%s"' "$separator" "${file#"$leases/"}" "$(base64 -w 0 "$file")"
		separator=,
	done < <([ ! -d "$leases" ] || find "$leases" -type f ! -name .index | sort)
	printf '}}\n'
}

run_shell() {
	bash -euc "$1" > /run/shell.out 2>&1 ||
		fail "set-up of the case failed: $1: $(< /run/shell.out)"
}

# run_step VERB PLUGIN POD IFNAME STDIN PREV [VARIABLE=VALUE|-VARIABLE]...
run_step() {
	local verb=$1 plugin=$2 pod=$3 ifname=$4 input=$5 prev=$6 netns='' status=0 variable
	shift 6
	[ "$pod" = - ] || [ -e "/run/netns/$pod" ] || ip netns add "$pod"
	[ "$pod" = - ] || netns=/run/netns/$pod
	local -a env=(PATH="$PATH" CNI_COMMAND="$verb" CNI_PATH=/run/bin
		CNI_CONTAINERID="id-$pod" CNI_NETNS="$netns" CNI_IFNAME="$ifname")
	local -a unset=()
	for variable; do
		case $variable in
		-*) unset+=(-u "${variable#-}") ;;
		*) env+=("$variable") ;;
		esac
	done
	if [ "$prev" = true ] && [ -s "/run/result.$pod.$ifname" ]; then
		input=$(jq -c --slurpfile prev "/run/result.$pod.$ifname" \
			'.prevResult = $prev[0]' <<< "$input")
	fi
	printf '%s' "$input" | env -i "${env[@]}" env "${unset[@]}" \
		"/run/bin/$plugin" > /run/answer 2> /run/complaint || status=$?
	if [ "$verb" = ADD ] && [ "$status" -eq 0 ]; then
		cp /run/answer "/run/result.$pod.$ifname"
	fi
	record "$verb $plugin $pod $ifname" "$status" /run/answer >> /run/document
	[ -z "${CNI_SHOW:-}" ] || {
		printf '%s: status %s\n' "$verb $plugin $pod $ifname" "$status"
		cat /run/answer /run/complaint
		echo
	} >&2
}

# one_side: run the case's plan with the plugins of $SIDE
one_side() {
	mkdir -p /run/bin
	mount --bind "$SIDE" /run/bin
	: > /run/document
	# shellcheck disable=SC2153 # from side()
	eval "$PLAN"
	cat /run/document
}

# ---- outside ----

# side DIRECTORY VERSION: the document of the case with these plugins
side() {
	local plan
	plan=$(jq -r --arg name "$name" --arg version "$2" -f "$here/plan.jq" "$cases/$topic.json") ||
		return 1
	SIDE=$(realpath "$1") PLAN=$plan in_fresh_host one_side |
		jq -s -L "$here" --argjson keep "$keep" -f "$here/state.jq"
}

# cannot_run CASE REASON: leave that, for differences.sh, and skip
cannot_run() {
	jq -n --arg known "$known" --arg reason "$2" \
		'{reference: $known, skipped: $reason}' > "$results/$1.json"
	skip "$2"
}

main() {
	local all case versions version reference known keep cut requirement
	topic=${1%%.*} name=${1#*.}
	needs jq ip bridge
	needs_namespaces
	mkdir -p "$results"
	case=$(jq --arg name "$name" '.[] | select(.name == $name)' "$cases/$topic.json")
	[ -n "$case" ] || fail "no case \"$name\" in cases/$topic.json"
	reference=$(bash "$here/reference.sh") || skip "$reference"
	known=$(bash "$here/reference.sh" generation)
	all=$(jq '.versions // ["1.0.0"] | length' <<< "$case")
	versions=$(jq -r --arg known "$known" '
		if .since and .since > $known then empty
		else .versions // ["1.0.0"] | .[] | select(. != "1.1.0" or . <= $known) end' <<< "$case")
	[ -n "$versions" ] || cannot_run "$1" "the reference in $reference (CNI $known) is too old for this case"
	requirement=$(jq -r '.needs // empty' <<< "$case")
	# shellcheck disable=SC2086 # a kind and its arguments
	[ -z "$requirement" ] || unshare --net bash -c 'ip link add probe0 type "$@"' - $requirement 2> /dev/null ||
		cannot_run "$1" "this kernel ($(uname -r)) cannot: ip link add type $requirement"
	cut=$(jq '.until_failure // false' <<< "$case")
	keep=$(jq -c '[.. | strings | scan("\\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\\b")]' <<< "$case")
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	for version in $versions; do
		side "$reference" "$version" > "$work/go" || fail "running the Go plugins' side"
		side "$CNI_BIN_DIR" "$version" > "$work/ours" || fail "running our side"
		[ -z "${CNI_KEEP:-}" ] || { cp "$work/go" "$CNI_KEEP/go.json"; cp "$work/ours" "$CNI_KEEP/ours.json"; }
		jq -n --slurpfile go "$work/go" --slurpfile ours "$work/ours" --argjson cut "$cut" \
			-L "$here" -f "$here/pair.jq" |
			jq --arg case "$1" --slurpfile file "$here/differences.json" \
				--arg version "$version" '$file[0] as $rules | '"$(< "$here/differ.jq")"
	done | jq -s add > "$work/found"
	jq --arg known "$known" --argjson whole "$([ "$(wc -w <<< "$versions")" -eq "$all" ] && echo true || echo false)" \
		'{reference: $known, whole: $whole, differences: .}' "$work/found" > "$results/$1.json"
	jq -r '.[] | select(.rule == null)
		| "cniVersion \(.version): \(.path)\n  Go:   \(.go | tojson)\n  ours: \(.ours | tojson)"' "$work/found" |
		tee "$work/unlisted" | head -n 60
	[ ! -s "$work/unlisted" ] || fail "not listed in differences.json"
	echo "$(wc -w <<< "$versions") versions, $(jq 'map(.rule) | unique | length' "$work/found") listed differences"
}

if [ -n "${CNI_TEST_FUNCTION:-}" ]; then
	run_tests "$@"
fi
main "$@"
