#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# captures.sh - replay calls that real runtimes made, and compare the answers
#
# captures/<client>/<n>-<plugin>-<verb>.{env,in,out}: environment, stdin and the
# Go plugin's stdout (absent when it printed nothing).  @NETNS<n>@ stands for
# the path of a pod's network namespace, @PROCFD<n>@ for one of the form
# /proc/PID/fd/N, @CNI_PATH@ for the directory of the plugins.  Each call must
# exit with 0, as it did then, and answer the same JSON but for MAC addresses
# and host veth names.
#
# bridge calls host-local itself, so the recorded calls of host-local are
# replayed in a host of their own, directly.
#
# shellcheck source=test/support/netns.sh
. "$(dirname "$0")/../support/netns.sh"

here=$CNI_SOURCE_DIR/test/conformance

# substituted FILE: its text with the placeholders filled in
substituted() {
	local text n
	text=$(< "$1")
	text=${text//@CNI_PATH@/$CNI_BIN_DIR}
	for n in 1 2 3; do
		text=${text//@NETNS$n@//run/netns/pod$n}
		text=${text//@PROCFD$n@//proc/$$/fd/1$n}
	done
	printf '%s' "$text"
}

# normal FILE KEEP: an answer with the accidental masked, keys sorted
#
# Plugins before 1.2 print an empty dns for 1.0.0, later ones leave it out.
normal() {
	jq -S -L "$here" --argjson keep "$2" \
		'include "mask"; masked($keep) | if .dns == {} then del(.dns) else . end' "$1"
}

# replay_call STEM: run one recorded call and compare
replay_call() {
	local stem=$1 plugin verb line keep
	local -a env=()
	verb=${stem##*-}
	plugin=${stem##*/}
	plugin=${plugin#*-}
	plugin=${plugin%-*}
	substituted "$stem.env" > /run/call.env
	while IFS= read -r line || [ -n "$line" ]; do
		env+=("$line")
	done < /run/call.env
	substituted "$stem.in" > /run/call.in
	status=0
	env -i PATH="$PATH" "${env[@]}" "$CNI_BIN_DIR/$plugin" \
		< /run/call.in > /run/call.out 2> /run/call.err || status=$?
	answer=$(< /run/call.out) complaint=$(< /run/call.err)
	[ "$status" -eq 0 ] || fail "$stem exits with $status"
	if [ ! -f "$stem.out" ]; then
		[ -z "$answer" ] || fail "$stem answers, the recorded plugin did not"
		return
	fi
	# A plugin must support what the recorded one did, and may more.
	if [ "$verb" = VERSION ]; then
		jq -se '.[0].supportedVersions - .[1].supportedVersions == []' \
			"$stem.out" /run/call.out > /dev/null ||
			fail "$stem supports less than the recorded plugin"
		return
	fi
	substituted "$stem.out" > /run/recorded.out
	# Addresses that the call asked for must come back as they are.
	keep=$( (printf '%s\n' "${env[@]}"; jq -c 'del(.prevResult)' /run/call.in) |
		{ grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}' || true; } | jq -nR '[inputs]')
	normal /run/recorded.out "$keep" > /run/recorded.json
	normal /run/call.out "$keep" > /run/answer.json
	# The Go plugin labels the newest shape with an older version; that shape
	# has no "version" in its addresses (docs/differences.md).
	case ${stem##*/} in
	*-loopback-*)
		for file in /run/recorded.json /run/answer.json; do
			jq 'del(.ips[]?.version)' "$file" > "$file.new"
			mv "$file.new" "$file"
		done
		;;
	esac
	# Ours report the MTU, which the Go plugins do not (docs/differences.md).
	jq 'del(.interfaces[]?.mtu)' /run/answer.json > /run/answer.json.new
	mv /run/answer.json.new /run/answer.json
	diff -U 3 /run/recorded.json /run/answer.json ||
		fail "$stem answers something else than recorded"
}

# replay CLIENT PATTERN: the recorded calls of these plugins, in their order
replay() {
	local client=$1 pattern=$2 file calls=0
	needs jq
	pod pod1 pod2 pod3
	exec 11< /run/netns/pod1
	for file in "$here/captures/$client/"*.env; do
		# shellcheck disable=SC2254 # a pattern on purpose
		case ${file##*/} in
		$pattern) ;;
		*) continue ;;
		esac
		replay_call "${file%.env}"
		calls=$((calls + 1))
	done
	[ "$calls" -gt 0 ] || fail "no calls recorded"
	echo "$calls calls of $client replayed"
}

shopt -s extglob
runtime='*-@(bridge|portmap|loopback)-*'
ipam='*-host-local-*'

test_apptainer() { replay apptainer "$runtime"; }
test_apptainer_ipam() { replay apptainer "$ipam"; }
test_buildah() { replay buildah "$runtime"; }
test_buildah_ipam() { replay buildah "$ipam"; }
test_containerd_1_6() { replay containerd-1.6-capabilities "$runtime"; }
test_containerd_1_6_ipam() { replay containerd-1.6-capabilities "$ipam"; }
test_containerd_2_1() { replay containerd-2.1-cni1.1 "$runtime"; }
test_containerd_2_1_ipam() { replay containerd-2.1-cni1.1 "$ipam"; }
test_libcni_gc() { replay libcni-gc "$runtime"; }
test_libcni_gc_ipam() { replay libcni-gc "$ipam"; }
test_podman() { replay podman "$runtime"; }
test_podman_ipam() { replay podman "$ipam"; }

run_tests "$@"
