#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reference.sh [generation|fetch] - where the Go plugins to compare with are
#
# Prints the directory of the first of $REF_CNI_PATH, what "fetch" unpacked, and
# /usr/lib/cni that has Go plugins which the table of cases was written for:
# those of Debian 12 and 13 (1.1.1) and 1.9; exits 77 with a reason when there
# are none.  generation: prints the newest protocol version that they speak
# (1.0.0 for 1.1.1, 1.1.0 for 1.9).  fetch: downloads Debian unstable's package
# containernetworking-plugins with apt and unpacks it in build/reference;
# nothing is installed.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
unpacked=$PWD/build/reference

# generation_of DIRECTORY: newest protocol version of the Go plugins there
generation_of() {
	[ -x "$1/bridge" ] && [ -x "$1/host-local" ] || return 0
	# Ours have the same lines; what Go links in tells them apart.
	grep -aq runtime.gopanic "$1/bridge" || return 0
	env -u CNI_COMMAND "$1/bridge" 2>&1 < /dev/null |
		sed -nE 's/^CNI protocol versions supported: .*(1\.[01]\.0)$/\1/p'
}

fetch() (
	local apt=$unpacked/apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg uri
	uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2> /dev/null |
		grep -oE '^(URIs:|deb) .*' | grep -oE 'https?://[^ ]*/debian/?( |$)' | head -n 1 || true)
	uri=${uri%% }
	mkdir -p "$apt/lists/partial" "$apt/parts"
	printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' \
		"${uri:?no Debian mirror in the sources of apt}" "$keyring" > "$apt/parts/sid.sources"
	local options=(-q -o Dir::Etc::sourceparts="$apt/parts" -o Dir::Etc::sourcelist=/dev/null
		-o Dir::State::Lists="$apt/lists" -o APT::Sandbox::User=root)
	if ! { apt-get "${options[@]}" update && cd "$apt" &&
		apt-get "${options[@]}" download containernetworking-plugins; } > "$apt/log" 2>&1; then
		tail -n 5 "$apt/log" >&2
		return 1
	fi
	case $(cd "$apt" && echo containernetworking-plugins_*.deb) in
	containernetworking-plugins_1.9.*) ;;
	*)
		echo "reference.sh: Debian unstable has another version now: $(ls "$apt"/*.deb)" >&2
		return 1
		;;
	esac
	dpkg -x "$apt"/containernetworking-plugins_*.deb "$unpacked"
	rm -rf "$apt"
)

find_reference() {
	local dir seen=
	for dir in ${REF_CNI_PATH:+"$REF_CNI_PATH"} "$unpacked/usr/lib/cni" /usr/lib/cni; do
		generation=$(generation_of "$dir")
		directory=$dir
		[ -z "$generation" ] || return 0
		seen+=" $dir"
	done
	echo "no Go plugins to compare with in:$seen"
	exit 77
}

case ${1:-} in
fetch)
	[ -n "$(generation_of "$unpacked/usr/lib/cni")" ] || fetch
	;;
generation)
	find_reference
	echo "$generation"
	;;
*)
	find_reference
	echo "$directory"
	;;
esac
