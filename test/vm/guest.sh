#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# guest.sh RUN - inside the virtual machine: run the tests of RUN/tests
#
# RUN/environment is sourced; each line of RUN/tests is a test's name and its
# command.  What the tests say goes to the second serial line, framed by lines
# "@name" and "@name status seconds"; the last line is "@@".
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
run=$1

mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm /dev/net
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=755 tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/lock /run/netns
ln -sfn /proc/self/fd /dev/fd
ln -sfn fd/0 /dev/stdin
ln -sfn fd/1 /dev/stdout
ln -sfn fd/2 /dev/stderr
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
hostname guest
ip link set lo up

exec > /dev/ttyS1 2>&1
stty raw -echo < /dev/ttyS1
# shellcheck source=/dev/null
. "$run/environment"
cd "$CNI_SOURCE_DIR" || exit
# Without it /proc/sys/net/bridge is absent, as on a fresh node.
[ -n "${CNI_VM_NO_BR_NETFILTER:-}" ] || modprobe br_netfilter

while read -r name command; do
	echo "@$name"
	begin=${EPOCHREALTIME/[.,]/}
	status=0
	# shellcheck disable=SC2086 # a command and its arguments
	timeout -k 5 "600" setsid $command < /dev/null > /tmp/output 2>&1 || status=$?
	cat /tmp/output
	took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	printf '@%s %d %d.%01d\n' "$name" $status $((took / 1000)) $((took % 1000 / 100))
done < "$run/tests"
echo "@@"
sync
echo o > /proc/sysrq-trigger
sleep 60
