#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kubelet.sh - static pods of a kubelet on containerd 1.6
#
# The kubelet of Debian 12's source package kubernetes (1.20), which no binary
# package has; its first run builds it, 5 to 15 minutes.  Not part of the
# default run:
#
#	bash test/clients/kubelet.sh
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/containerd.bash"
. "$(dirname "$0")/deploy.bash"
# shellcheck disable=SC2034 # all for containerd.bash
SETS=(containerd) IMPORT=() CONFIG=config_1 CONFLIST=containerd-1.0.conflist
GO=1.19
KUBELET=$CLIENTS/bin/kubelet
PODS=http://127.0.0.1:10255/pods

prepare() {
	local source
	needs curl jq
	unpacked yaml - python3-yaml
	unpacked containerd - containerd runc busybox-static python3-grpcio
	if [ ! -x "$KUBELET" ]; then
		source=$(source_archive - kubernetes) || { echo "$source"; exit 77; }
		unpacked go-$GO - golang-$GO-go golang-$GO-src
		go_program go-$GO "$source" k8s.io/kubernetes cmd/kubelet "$KUBELET"
		# Two gigabytes that only another build would need.
		rm -rf "$CLIENTS/go-cache" "$CLIENTS/go-$GO"
	fi
}

# own_sysctls: the kubelet sets these for the whole machine; here it sets files
own_sysctls() {
	local name
	for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
		kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
		mkdir -p "/run/sysctl/${name%/*}"
		cat "/proc/sys/$name" > "/run/sysctl/$name"
		mount --bind "/run/sysctl/$name" "/proc/sys/$name"
	done
}

# start_kubelet: leaves its process id in $kubelet
start_kubelet() {
	"$KUBELET" --config /run/kubelet.yaml --container-runtime=remote \
		--container-runtime-endpoint=unix://$SOCKET --root-dir=/var/lib/kubelet \
		--cert-dir=/var/lib/kubelet/pki --pod-infra-container-image=localhost/pause:1 \
		--hostname-override=node --node-ip=192.0.2.1 >> $CLIENT_LOG 2>&1 &
	kubelet=$!
	eventually 60 curl -fsS $PODS
}

# kubelet_node: a node with an outside, a kubelet and no pod
kubelet_node() {
	local controller
	node
	outside
	mount -t tmpfs tmpfs /var/log
	own_sysctls
	mkdir -p /run/manifests
	# In JSON: it is YAML too.
	jq -n --arg cgroup "/$CGROUP" '{
		apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration",
		staticPodPath: "/run/manifests", readOnlyPort: 10255,
		authentication: {anonymous: {enabled: true}, webhook: {enabled: false}},
		authorization: {mode: "AlwaysAllow"}, cgroupDriver: "cgroupfs",
		cgroupRoot: $cgroup, cgroupsPerQOS: true, enforceNodeAllocatable: [],
		failSwapOn: false, oomScoreAdj: 0, fileCheckFrequency: "1s",
		syncFrequency: "1s", clusterDNS: ["192.0.2.53"], clusterDomain: "cluster.test",
		evictionHard: {"memory.available": "1Mi"}}' > /run/kubelet.yaml
	# It wants its own to be there.
	for controller in /sys/fs/cgroup/*/; do
		mkdir -p "$controller$CGROUP"
	done
	start_kubelet
}

# manifest NAME [PORTS]: have the kubelet run that pod, a web server which
# answers with its name; PORTS: the container's, a JSON array
manifest() {
	jq -n --arg name "$1" --argjson ports "${2:-[]}" '{
		apiVersion: "v1", kind: "Pod",
		metadata: {name: $name, namespace: "default"},
		spec: {terminationGracePeriodSeconds: 1, containers: [{
			name: "web", image: "localhost/pause:1", imagePullPolicy: "Never",
			command: ["sh", "-c", "echo \($name) > /www/index.html; exec httpd -f -p 80 -h /www"],
			ports: $ports,
			readinessProbe: {httpGet: {path: "/", port: 80}, periodSeconds: 1}}]}}' \
		> "/run/$1.yaml"
	mv "/run/$1.yaml" /run/manifests/
}

# pod_is NAME FILTER: true of the pod in the kubelet's own list
pod_is() {
	curl -fsS $PODS | jq -e --arg name "$1-node" \
		"[.items[]? | select(.metadata.name == \$name)] | $2"
}

# sandbox_of NAME: id of its newest sandbox that runs
sandbox_of() {
	must_cri ListPodSandbox
	jq -r --arg name "$1-node" '[.items[] | select(.metadata.name == $name and (.state // 0) == 0)]
		| max_by(.metadata.attempt // 0).id // empty' <<< "$answer"
}

# running NAME: wait for it; the kubelet probes it at the address it reports,
# which must be the interface's.  The sandbox's id is in $id.
running() {
	eventually 60 pod_is "$1" '.[0].status.conditions[] | select(.type == "Ready").status == "True"'
	id=$(sandbox_of "$1")
	adopt "$1" "$id"
	pod_is "$1" ".[0].status.podIP == \"$(address "$1")\"" > /run/pod.out ||
		fail "the kubelet reports another address than $(address "$1"): $(curl -fsS $PODS | jq -c '[.items[].status.podIP]')"
}

# is_gone NAME: the kubelet does not list it, and has stopped its sandbox
is_gone() {
	pod_is "$1" 'length == 0' && [ -z "$(sandbox_of "$1")" ]
}

# gone NAME: wait until the kubelet has removed it
gone() {
	eventually 60 is_gone "$1"
}

# page FROM URL: what the web server answers there; empty when nothing does
page() {
	local enter=()
	[ "$1" = - ] || enter=(nsenter --net="/run/netns/$1" --)
	"${enter[@]}" curl -fsS --noproxy '*' -m 2 "$2" 2> /run/curl.err || true
}

# answers NAME PORT FROM...: pod NAME answers on that port of the node
answers() {
	local name=$1 port=$2 from
	shift 2
	for from in "$@"; do
		[ "$(page "$from" "http://192.0.2.1:$port/")" = "$name" ] ||
			fail "port $port does not lead from $from to $name: $(cat /run/curl.err)"
	done
}

# leases: how many IPv4 addresses are taken
leases() {
	find /var/lib/cni/networks/containerd-net -name '10.89.*' | wc -l
}

# links: how many pods' interfaces the bridge has
links() {
	ip -j link show master cni0 | jq length
}

# closed PORT PODS: nothing answers on that port of the node, and so many pods
# are left on the network
closed() {
	[ -z "$(page outside "http://192.0.2.1:$1/")" ] || fail "port $1 is open to the outside"
	[ -z "$(page - "http://127.0.0.1:$1/")" ] || fail "port $1 is open to the node"
	[ "$(leases)" -eq "$2" ] || fail "$(leases) leases instead of $2"
	[ "$(links)" -eq "$2" ] || fail "$(links) interfaces on the bridge instead of $2"
}

WEB='[{"containerPort":80,"hostPort":8080},{"containerPort":53,"hostPort":5353,"protocol":"UDP"}]'
SHOP='[{"containerPort":80,"hostPort":8081,"hostIP":"192.0.2.1"}]'

# two_pods: web and shop, published; their sandboxes are $web and $shop
two_pods() {
	manifest web "$WEB"
	manifest shop "$SHOP"
	running web
	web=$id
	running shop
	shop=$id
}

test_static_pods_come_and_go_with_their_manifests() {
	kubelet_node
	two_pods
	answers web 8080 outside - shop web
	answers shop 8081 outside - shop web
	[ "$(page - http://127.0.0.1:8080/)" = web ] || fail "the node does not reach 127.0.0.1:8080"
	[ "$(page outside 'http://[2001:db8::1]:8080/')" = web ] || fail "no answer on [::]:8080"
	serve web udp4 53
	[ "$(ask outside udp4 192.0.2.1 5353)" = 192.0.2.2 ] || fail "no answer on udp 5353"
	reach web "$(address shop)" "$(address shop -6)" 192.0.2.2 2001:db8::2
	must_cri ListContainers
	must_cri ExecSync "{\"container_id\":\"$(jq -r --arg id "$web" '.containers[] | select(.pod_sandbox_id == $id).id' <<< "$answer")\",
		\"cmd\":[\"cat\",\"/etc/resolv.conf\"]}"
	holds '.stdout | contains("nameserver 192.0.2.53\n") and contains("default.svc.cluster.test") and contains("ndots:5")'
	iptables-save -t nat | grep -q KUBE-POSTROUTING || fail "the kubelet's own rules are missing"
	rm /run/manifests/web.yaml
	gone web
	closed 8080 1
	answers shop 8081 outside - shop
	rm /run/manifests/shop.yaml
	gone shop
	closed 8081 0
	nothing_left cni0 containerd-net
}

test_kubelet_killed_and_restarted() {
	kubelet_node
	two_pods
	local old=$web
	{
		kill -9 "$kubelet"
		wait "$kubelet"
	} 2> /dev/null || true
	answers web 8080 outside - shop
	rm /run/manifests/shop.yaml
	start_kubelet
	running web
	[ "$id" = "$old" ] || fail "the kubelet runs another sandbox"
	answers web 8080 outside - web
	# What went while it was away.
	gone shop
	closed 8081 1
	rm /run/manifests/web.yaml
	gone web
	closed 8080 0
	nothing_left cni0 containerd-net
}

test_containerd_killed_and_restarted() {
	kubelet_node
	two_pods
	local old=$web
	{
		kill -9 "$containerd"
		wait "$containerd"
	} 2> /dev/null || true
	answers web 8080 outside - shop
	rm /run/manifests/shop.yaml
	start_containerd
	running web
	[ "$id" = "$old" ] || fail "the kubelet runs another sandbox"
	answers web 8080 outside - web
	gone shop
	closed 8081 1
	rm /run/manifests/web.yaml
	gone web
	closed 8080 0
	nothing_left cni0 containerd-net
}

# replaced NAME OLD: a sandbox other than that one runs
replaced() {
	local now
	now=$(sandbox_of "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}

test_a_sandbox_stopped_behind_the_kubelets_back_is_replaced() {
	kubelet_node
	two_pods
	must_cri StopPodSandbox "{\"pod_sandbox_id\":\"$web\"}"
	eventually 60 replaced web "$web"
	running web
	answers web 8080 outside - shop web
	answers shop 8081 outside
	rm /run/manifests/*.yaml
	gone web
	gone shop
	closed 8080 0
	nothing_left cni0 containerd-net
}

# A node that starts again: what it ran comes back with no old address, port or
# interface in the way.
test_power_loss_brings_the_pods_back() {
	kubelet_node
	two_pods
	lose_power
	start_containerd
	start_kubelet
	eventually 60 replaced web "$web"
	eventually 60 replaced shop "$shop"
	running web
	running shop
	answers web 8080 outside - shop web
	answers shop 8081 outside - shop web
	rm /run/manifests/*.yaml
	gone web
	gone shop
	closed 8080 0
	nothing_left cni0 containerd-net
}

# installer_image: what docs/deploy/Dockerfile makes, from this machine's programs
installer_image() {
	local root=/run/image/root program file
	busybox_root
	for program in cp chmod mkdir mktemp mv rm; do
		ln -s busybox $root/bin/$program
	done
	rm $root/bin/ip
	mkdir $root/plugins
	cp "$CNI_BIN_DIR"/{bridge,host-local,portmap,loopback} $root/plugins/
	cp "$DEPLOY/cni-node.sh" $root/
	for program in curl jq ip; do
		cp "$(command -v $program)" $root/bin/
		for file in $(ldd "$(command -v $program)" | grep -o '/[^ ]*'); do
			mkdir -p "$root${file%/*}"
			cp "$file" "$root$file"
		done
	done
	import docker.io/library/cni-plugins-c:1 /run/installer.tar '["/bin/sh","/cni-node.sh"]'
}

# The template of docs/deploy/daemonset.yaml as a pod of this node, which starts
# without plugins and without a configuration.
test_the_daemonset_makes_the_node_ready() {
	mount -t tmpfs tmpfs /opt
	PLUGINS=/opt/cni/bin
	kubelet_node
	rm -r /opt/cni /etc/cni/net.d/*
	api node=10.244.1.0/24@192.0.2.1 two=10.244.2.0/24@192.0.2.22
	installer_image
	manifest web "$WEB"
	json "$DEPLOY/daemonset.yaml" | jq '.[3].spec.template
		| {apiVersion: "v1", kind: "Pod", metadata: (.metadata + {name: "cni", namespace: "kube-system"}),
		   spec: (.spec | (.initContainers[], .containers[]).env += [{name: "API", value: "http://127.0.0.1:8001"}])}' \
		> /run/cni.yaml
	mv /run/cni.yaml /run/manifests/
	running web
	web=$id
	[[ $(address web) == 10.244.1.* ]] || fail "$(address web) is not in the node's CIDR"
	answers web 8080 outside - web
	[ "$(find /opt/cni/bin -type f | wc -l)" -eq 4 ] || fail "other files: $(ls -a /opt/cni/bin)"
	eventually 30 pod_is cni '.[0].status.containerStatuses[0].ready'
	[ "$(ip -j route show 10.244.2.0/24 | jq -r '.[0].gateway')" = 192.0.2.22 ] || fail "no route to node two"
	rm /run/manifests/web.yaml
	gone web
	[ -z "$(page outside http://192.0.2.1:8080/)" ] || fail "port 8080 is open"
	[ "$(links)" -eq 0 ] || fail "an interface is left on the bridge"
	[ -z "$(find /run/cni-leases -name '10.244.*')" ] || fail "a lease is left"
}

run_client_tests "$@"
