#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh - build the plugins and run their main job on real input
#
# Makes two pods (network namespaces), connects them with the configuration
# conf-examples/demo.conflist, pings between them and to the host, reaches a
# published port from the host, shows the results, and removes everything.
# All of it happens in a private namespace: the machine's own interfaces,
# rules and files stay as they are.  Needs root; installs the packages that
# building needs with apt-get unless --no-install is given.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."

if [ "${1:-}" != --no-install ] && [ "${1:-}" != --inside ]; then
	bash test/ci/install.sh build
fi

if [ "${1:-}" != --inside ]; then
	echo "building in build/release, log in build/demo.log"
	mkdir -p build
	cmake --preset release > build/demo.log 2>&1 ||
		{ cat build/demo.log; exit 1; }
	cmake --build --preset release --target bridge host-local portmap loopback cni-run >> build/demo.log 2>&1 ||
		{ tail -n 30 build/demo.log; exit 1; }
	# A mount namespace of its own, so that /run can be private.  In a chroot
	# whose root is no mount point nothing can be made private: there the
	# mounts are taken away at the end.
	propagation=private
	unshare --mount --propagation private true 2> /dev/null ||
		propagation=unchanged
	exec unshare --net --mount --propagation "$propagation" bash "$0" --inside
fi

export CNI_PATH=$PWD/build/release/bin
export CNI_RUN_DIR=/run/cni-demo/results
run=$PWD/build/release/run/cni-run
conf="conf-examples/demo.conflist"
mount -t tmpfs tmpfs /run
trap 'umount --recursive --lazy /run' EXIT
mkdir -p /run/netns "$CNI_RUN_DIR"
ip link set lo up

# Like "ip netns exec", without its mount namespace, which not every chroot lets
# it make.
on() { # on POD COMMAND...: run it in the pod's network
	nsenter --net="/run/netns/$1" -- "${@:2}"
}
step() {
	printf '\n== %s\n' "$*"
}

step "two pods: network namespaces \"red\" and \"blue\""
ip netns add red
ip netns add blue

step "ADD red, with container port 80 published as host port 8080"
CNI_CAP_ARGS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}' \
	"$run" add $conf red /run/netns/red
step "ADD blue"
"$run" add $conf blue /run/netns/blue
address() {
	on "$1" ip -brief "$2" address show dev eth0 scope global |
		awk '{ split($3, a, "/"); print a[1] }'
}
red=$(address red -4)
blue=$(address blue -4)
blue6=$(address blue -6)

step "ping: red -> blue, red -> blue (IPv6), red -> host, host -> blue"
on red ping -c 2 -i 0.2 -W 2 "$blue"
on red ping -c 2 -i 0.2 -W 2 "$blue6"
on red ping -c 2 -i 0.2 -W 2 10.22.0.1
ping -c 2 -i 0.2 -W 2 "$blue"

step "host port 8080 -> red ($red) port 80"
if command -v nc > /dev/null; then
	echo "hello from red" | on red timeout 5 nc -l -p 80 -q 1 &
	sleep 0.5
	exec 3<> /dev/tcp/10.22.0.1/8080
	IFS= read -r -t 3 answer <&3
	exec 3>&-
	wait
	echo "answer: $answer"
else
	# Without a server in the pod the pod's kernel answers with a reset:
	# "refused" instead of a time-out shows that the packet got there.
	if (exec 3<> /dev/tcp/10.22.0.1/8080) 2> /run/refused; then
		echo "unexpected answer"
		exit 1
	fi
	grep -i refused /run/refused > /dev/null || {
		cat /run/refused
		exit 1
	}
	echo "refused by $red, where nothing listens: the packet got there"
fi

step "DEL both"
"$run" del $conf red /run/netns/red
"$run" del $conf blue /run/netns/blue
ip netns del red
ip netns del blue

step "what is left"
left=$(
	ip -o link show type veth
	cd /run/cni-demo/networks/demo
	ls -d -- [0-9]*.* *:* 2> /dev/null || true
)
if [ -n "$left" ]; then
	echo "$left"
	exit 1
fi
echo "no interface of a pod, no lease"
