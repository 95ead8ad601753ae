#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pod.sh DIR [CHROOT [add|del]] - a pod's life with the plugins in DIR, without bash, jq
#
# Runs in network and mount namespaces of its own, given by who calls it.  With
# CHROOT the plugins are run there, where nothing but them is; the pod's network
# namespace is made outside.
set -eu
dir=$1
root=${2:-}
step=${3:-all}
mkdir -p /run/netns

run() {
	verb=$1 type=$2
	CNI_COMMAND=$verb CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/red CNI_IFNAME=eth0 \
		CNI_PATH=$dir ${root:+chroot "$root"} "$dir/$type" > /run/answer || {
		echo "FAIL: $verb of $type: $(cat /run/answer)" >&2
		exit 1
	}
}

network() {
	echo '{ "cniVersion": "1.1.0", "name": "net", "type": "'"$1"'", "bridge": "br0",
		"isDefaultGateway": true, "ipMasq": true,
		"ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.9.0.0/24" }]] },
		"runtimeConfig": { "portMappings": [{ "hostPort": 8080, "containerPort": 80 }] }'"${2:-}"' }'
}

add() {
	ip link set lo up
	ip netns add red
	run ADD loopback < "$(dirname "$0")/../../conf-examples/loopback.conf"
	network bridge | run ADD bridge
	address=$(sed -n 's|.*"address": "\(10\.9\.0\.[0-9]*\)/24".*|\1|p' /run/answer)
	[ -n "$address" ]
	cp /run/answer /run/result
	network portmap ", \"prevResult\": $(cat /run/result)" | run ADD portmap
	ping -n -q -c 1 -W 2 "$address" > /dev/null || ping -n -q -c 1 -W 2 "$address"
	for type in bridge portmap; do
		network $type ", \"prevResult\": $(cat /run/result)" | run CHECK $type
	done
}

del() {
	network portmap | run DEL portmap
	network bridge | run DEL bridge
	network bridge | run DEL bridge
	! ip -n red link show eth0 > /dev/null 2>&1
	! ip -o link show type veth | grep -q .
	ip netns del red
	for lease in "$root"/var/lib/cni/networks/net/10.*; do
		[ ! -e "$lease" ] || { echo "FAIL: $lease stays" >&2; exit 1; }
	done
}

case $step in
add) add ;;
del) del ;;
all)
	add
	del
	;;
esac
