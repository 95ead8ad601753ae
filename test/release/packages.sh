#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# packages.sh - archive, Debian package, SBOM and checksums of the release
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2119 # no directory of its own
release_build
cmake --build "$build" --target release > "$build/release.log" 2>&1 || {
	tail -n 20 "$build/release.log" >&2
	fail "the release files cannot be made"
}
cd "$build/packages"
sha256sum --quiet -c SHA256SUMS || fail "SHA256SUMS is wrong"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The archive has the executables at its top, as the upstream release has.
mkdir "$work/bin"
tar -xzf ./*.tgz -C "$work/bin"
for name in "${plugins[@]}"; do
	cmp "$work/bin/$name" "$build/bin/$name" || fail "$name in the archive differs"
	[ -x "$work/bin/$name" ] || fail "$name in the archive is not executable"
done
for library in libmnl libjson-c libmd musl; do
	grep -q "==== $library" "$work/bin/LICENSE" ||
		fail "the archive does not say the terms of $library"
done

# Installed and removed by dpkg in a root directory of its own.
root=$work/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
touch "$root/var/lib/dpkg/status" "$root/var/lib/dpkg/available"
dpkg --root="$root" --force-script-chrootless -i ./cni-plugins-c_*.deb > "$work/log" 2>&1 || {
	cat "$work/log" >&2
	fail "the package cannot be installed"
}
for name in "${plugins[@]}"; do
	[ -x "$root/opt/cni/bin/$name" ] || fail "the package does not install $name"
done
grep -q 'Apache License' "$root/usr/share/doc/cni-plugins-c/copyright" ||
	fail "the package does not say its licence"
for name in "${plugins[@]}"; do
	page=$root/usr/share/man/man8/$name.8cni
	[ -s "$page" ] || fail "the package has no manual page of $name"
	if command -v groff > /dev/null; then
		groff -ww -man -Tutf8 -z "$page" 2> "$work/man" || true
		[ ! -s "$work/man" ] ||
			fail "the manual page of $name is not clean: $(head -n 3 "$work/man")"
	fi
done
# What keeps the host's daemons off: the patterns fit a bridge and a host end.
for pattern in 10-cni.link:OriginalName= 10-cni.network:Name= \
	10-cni-networkmanager.conf:unmanaged-devices=; do
	file=$root/usr/share/doc/cni-plugins-c/host/${pattern%%:*}
	[ -s "$file" ] || fail "the package lacks ${pattern%%:*}"
	line=$(sed -n "s/^${pattern#*:}//p" "$file" | sed 's/interface-name://g; s/;/ /g')
	for name in cni0 veth0123abcd; do
		found=
		set -f
		for one in $line; do
			# shellcheck disable=SC2053 # a pattern on purpose
			[[ $name != $one ]] || found=1
		done
		set +f
		[ -n "$found" ] || fail "${pattern%%:*} does not match $name"
	done
done
dpkg --root="$root" --force-script-chrootless -i ./cni-plugins-c_*.deb >> "$work/log" 2>&1 ||
	fail "the package cannot be upgraded"
dpkg --root="$root" --force-script-chrootless -r cni-plugins-c >> "$work/log" 2>&1 ||
	fail "the package cannot be removed"
[ ! -e "$root/opt/cni/bin/bridge" ] || fail "removing the package leaves files"

# The SBOM is JSON and names everything that is linked in.
for name in libmnl json-c libmd; do
	jq -e --arg name "$name" '.packages[] | select(.name == $name) | .versionInfo | length > 0' \
		./*.spdx.json > /dev/null || fail "the SBOM does not name $name"
done
jq -e '.packages | length == 5' ./*.spdx.json > /dev/null || fail "the SBOM has not five packages"
