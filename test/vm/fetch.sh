#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh KERNEL DIR - unpack a Debian kernel (6.1 or 6.12) below DIR
#
# Leaves DIR/KERNEL/boot and DIR/KERNEL/lib/modules; does nothing when they are
# there.  The package comes by apt-get from the mirror the
# machine uses, by package lists kept in DIR: neither the machine's sources nor
# its installed packages change.  Exits with 77, the reason printed, when the
# kernel cannot be had.
set -euo pipefail

kernel=$1
mkdir -p "$2"
dir=$(realpath "$2")
PATH=$PATH:/usr/sbin:/sbin

skip() {
	echo "SKIP: $*"
	exit 77
}

# Where each series is the distribution's own kernel, or a backport.
case $kernel in
6.1) suites="bookworm bookworm-updates" ;;
6.12) suites="trixie trixie-updates bookworm-backports" ;;
*)
	echo "fetch.sh: no kernel $kernel, only 6.1 and 6.12" >&2
	exit 2
	;;
esac

exec 9> "$dir/lock"
flock 9
[ ! -d "$dir/$kernel" ] || exit 0

for program in apt-get dpkg depmod xz; do
	command -v "$program" > /dev/null || skip "no $program here"
done
[ "$(dpkg --print-architecture)" = amd64 ] ||
	skip "kernels for amd64 only"

work=$dir/$kernel.new
rm -rf "$work"
mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"

# ---- package lists: the machine's mirror, the suites wanted ----

keys=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' \
	'Created-By: Packages' | awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
if [ -z "$mirror" ] || [ ! -e "$keys" ]; then
	skip "no Debian mirror among this machine's package sources"
fi
for suite in $suites; do
	echo "deb [signed-by=$keys] $mirror $suite main"
done > "$work/apt/sources.list"

apt=(-q -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o "Dir::State::Lists=$work/apt/lists" -o Dir::State::Status=/dev/null
	-o "Dir::Cache=$work/apt" -o APT::Sandbox::User=root
	-o Acquire::Languages=none -o Acquire::Retries=3)
apt-get "${apt[@]}" update > "$work/apt/log" 2>&1 ||
	{ tail -n 3 "$work/apt/log"; skip "cannot read the package lists of $mirror"; }

# newest: the newest image of this series; not the cloud flavour, it has no 9p
newest() {
	apt-cache "${apt[@]}" search --names-only "^linux-image-${kernel//./\\.}\.[0-9].*[0-9]-amd64\$" |
		awk '{ print $1 }' | sort -V | tail -n 1
}
package=$(newest)
[ -n "$package" ] || skip "no kernel $kernel in $suites"

echo "unpacking $package"
(cd "$work/apt" && apt-get "${apt[@]}" download "$package") > "$work/apt/log" 2>&1 ||
	{ tail -n 3 "$work/apt/log"; skip "cannot download $package"; }

# ---- kernel and modules, without the drivers of hardware ----

dpkg --fsys-tarfile "$work"/apt/linux-image-*.deb | tar -x -C "$work" \
	--exclude='*/drivers/gpu' --exclude='*/drivers/media' --exclude='*/sound' \
	--exclude='*/drivers/net/wireless' --exclude='*/drivers/net/ethernet' \
	--exclude='*/drivers/infiniband' --exclude='*/drivers/scsi' \
	--exclude='*/drivers/usb' --exclude='*/drivers/iio' \
	--exclude='*/drivers/staging' --exclude='*/share/doc'
rm -rf "$work/apt"
[ -d "$work/lib" ] || ln -s usr/lib "$work/lib"
depmod -b "$work" "$(basename "$work"/lib/modules/*)"

mv "$work" "$dir/$kernel"
