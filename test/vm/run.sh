#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [-v] KERNEL [TEST...] - run tests of this tree on another kernel
#
# KERNEL: 6.1 or 6.12, Debian's, booted in QEMU; fetched when it is not there.
# TEST: as ctest names them (e2e_bridge_vlan, e2e_portmap_packets.FUNCTION,
# conformance.bridge.vlan);
# "all", what is in all.list; without, what is in default.list.  Prints passed,
# failed or skipped for each, the output of those that failed, and the sum;
# exits with 1 when one failed (or was skipped, of default.list), with 77 and the
# reason where QEMU or the kernel cannot be had.  Settings: CNI_VM_BUILD_DIR
# or CNI_BUILD_DIR, the build tested; CNI_VM_DIR, where kernels are kept (build/vm); CNI_VM_SECONDS,
# the machine's longest life.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
CNI_SOURCE_DIR=$(realpath "$here/../..")
CNI_BUILD_DIR=${CNI_VM_BUILD_DIR:-${CNI_BUILD_DIR:-$CNI_SOURCE_DIR/build/debug}}
CNI_BUILD_DIR=$(realpath -m "$CNI_BUILD_DIR")
CNI_VM_DIR=$(realpath -m "${CNI_VM_DIR:-$CNI_SOURCE_DIR/build/vm}")
PATH=$PATH:/usr/sbin:/sbin

skip() {
	echo "SKIP: $*"
	exit 77
}

verbose=
[ "${1:-}" != -v ] || { verbose=1; shift; }
[ $# -ge 1 ] || { sed -n '3,/^set/{s/^# \{0,1\}//p}' "$0"; exit 2; }
kernel=$1
shift
case ${1:-} in
"") list=default ;;
all) list=all ;;
*) list= ;;
esac
[ -z "$list" ] || mapfile -t -O 0 names < <(sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$here/$list.list")
[ -n "$list" ] || names=("$@")

for program in qemu-system-x86_64 busybox modprobe gzip; do
	command -v $program > /dev/null || skip "no $program here"
done
! ldd "$(command -v busybox)" > /dev/null 2>&1 || skip "busybox is not static here"
bash "$here/fetch.sh" "$kernel" "$CNI_VM_DIR"
root=$CNI_VM_DIR/$kernel
release=$(basename "$root"/lib/modules/*)

# ---- this run's directory: initramfs, what to run, what came of it ----

run=$(mktemp -d "$CNI_VM_DIR/run.XXXXXX")
trap 'rm -rf "$run"' EXIT

# command_of TEST: how it is run, inside the machine
command_of() {
	local name=${1%%.*} function="" script kind
	if [ "$name" = conformance ]; then
		echo "bash $CNI_SOURCE_DIR/test/conformance/compare.sh ${1#*.}"
		return
	fi
	[ "$name" = "$1" ] || function=test_${1#*.}
	if [ -x "$CNI_BUILD_DIR/test/$name" ]; then
		echo "$CNI_BUILD_DIR/test/$name"
		return
	fi
	for script in "$CNI_SOURCE_DIR"/test/*/*.sh "$CNI_SOURCE_DIR"/test/*/*/*.sh; do
		kind=${script#"$CNI_SOURCE_DIR"/test/}
		kind=${kind%.sh}
		if [ "${kind//\//_}" = "$name" ]; then
			echo "bash $script${function:+ $function}"
			return
		fi
	done
	echo "run.sh: no test $1 in $CNI_BUILD_DIR" >&2
	return 1
}

for name in "${names[@]}"; do
	command=$(command_of "$name")
	echo "$name $command"
done > "$run/tests"

{
	printf 'export CNI_SOURCE_DIR=%q CNI_BUILD_DIR=%q CNI_BIN_DIR=%q\n' \
		"$CNI_SOURCE_DIR" "$CNI_BUILD_DIR" "$CNI_BUILD_DIR/bin"
	[ -z "${REF_CNI_PATH:-}" ] || printf 'export REF_CNI_PATH=%q\n' "$REF_CNI_PATH"
	[ -z "${CNI_VM_NO_BR_NETFILTER:-}" ] || echo "CNI_VM_NO_BR_NETFILTER=1"
} > "$run/environment"

# load_order MODULE...: their files and those they need, in order, once
load_order() {
	local module
	for module in "$@"; do
		modprobe -d "$root" -S "$release" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

mkdir -p "$run/initrd/bin" "$run/initrd/modules"
cp "$(command -v busybox)" "$run/initrd/bin/busybox"
cp "$here/init" "$run/initrd/init"
chmod 755 "$run/initrd/init"
number=100
while read -r file; do
	name=$(basename "$file")
	case $file in
	*.xz) xz -dc "$file" > "$run/initrd/modules/$number-${name%.xz}" ;;
	*.zst) zstd -qdc "$file" > "$run/initrd/modules/$number-${name%.zst}" ;;
	*) cp "$file" "$run/initrd/modules/$number-$name" ;;
	esac
	number=$((number + 1))
done < <(load_order virtio_pci 9pnet_virtio 9p overlay)
(cd "$run/initrd" && find . | busybox cpio -o -H newc 2> /dev/null | gzip -1) > "$run/initrd.gz"

# ---- the machine ----

# cx16: QEMU 7.2's emulation of cmpxchg16b corrupts flags now and then.
# The other features only cost time in software.
accel=(-accel "tcg,tb-size=512" -cpu "max,-cx16,-la57,-smap,-smep,-umip,-pku")
# A module kvm_pvm means nested virtualisation that boots no unchanged kernel.
if [ -w /dev/kvm ] && [ ! -d /sys/module/kvm_pvm ]; then
	accel=(-accel kvm -accel tcg -cpu max)
fi

# clocksource: a busy host misleads the calibration of the TSC, and the guest's
# seconds become too short.
begin=$SECONDS
status=0
timeout -k 5 "${CNI_VM_SECONDS:-2900}" qemu-system-x86_64 \
	-machine pc "${accel[@]}" -m 1024 -smp 1 \
	-nodefaults -no-user-config -display none -no-reboot -nic none \
	-kernel "$(echo "$root"/boot/vmlinuz-*)" -initrd "$run/initrd.gz" \
	-append "console=ttyS0 quiet panic=-1 mitigations=off nokaslr random.trust_cpu=on clocksource=acpi_pm rcupdate.rcu_expedited=1 audit=0 lsm=capability vm.modules=$root/lib/modules/$release vm.guest=$here/guest.sh vm.run=$run" \
	-serial "file:$run/console" -serial "file:$run/output" \
	-fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
	-device virtio-9p-pci,fsdev=host,mount_tag=host \
	< /dev/null > "$run/qemu" 2>&1 || status=$?
[ -z "$verbose" ] || cat "$run/output"
cp "$run/output" "$CNI_VM_DIR/output-$kernel" 2> /dev/null || true

echo "Linux $release"
strict=0
[ "$list" != default ] || strict=1
awk -v seconds=$((SECONDS - begin)) -v strict=$strict -f "$here/report.awk" "$run/output" || failed=1
if [ "$(tail -n 1 "$run/output" 2> /dev/null)" != "@@" ]; then
	echo "FAILED: the machine ended early (status $status); its last words:"
	tail -n 20 "$run/qemu" "$run/console" "$run/output"
	failed=1
fi
exit ${failed:-0}
