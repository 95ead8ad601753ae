# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# sandboxes.bash - the tests that every containerd must pass
#
# Sourced after common.sh, in the place of containerd.bash.
# shellcheck source=test/clients/containerd.bash
. "$(dirname "${BASH_SOURCE[0]}")/containerd.bash"
PORTS='{"port_mappings":[
	{"protocol":0,"container_port":80,"host_port":8080},
	{"protocol":1,"container_port":53,"host_port":5353},
	{"protocol":0,"container_port":80,"host_port":8081,"host_ip":"192.0.2.1"}]}'

# ports_open: all ways to the three ports of pod web
ports_open() {
	local port
	[ "$(ask outside tcp4 192.0.2.1 8080)" = 192.0.2.2 ] || fail "outside to tcp 8080"
	[ "$(ask outside udp4 192.0.2.1 5353)" = 192.0.2.2 ] || fail "outside to udp 5353"
	[ "$(ask outside tcp4 192.0.2.1 8081)" = 192.0.2.2 ] || fail "outside to hostIP:8081"
	[[ $(ask outside tcp6 2001:db8::1 8080) == *2001*db8*2* ]] || fail "outside to [::]:8080"
	for port in 8080 8081; do
		[ -n "$(ask - tcp4 192.0.2.1 $port)" ] || fail "node to $port"
		[ -n "$(ask web tcp4 192.0.2.1 $port)" ] || fail "hairpin to $port"
		[ -n "$(ask client tcp4 192.0.2.1 $port)" ] || fail "other pod to $port"
	done
	[ -n "$(ask - tcp4 127.0.0.1 8080)" ] || fail "node to 127.0.0.1:8080"
	[ -z "$(ask - tcp4 127.0.0.1 8081)" ] || fail "127.0.0.1:8081 is open, it has a hostIP"
}

test_pods_reach_all_and_are_reached_through_host_ports() {
	node
	ready
	outside
	run_sandbox web "$PORTS"
	local web=$id client
	run_sandbox client
	client=$id
	serve web tcp4 80
	serve web tcp6 80
	serve web udp4 53
	reach client "$(address web)" "$(address web -6)" 10.89.0.1 192.0.2.2 2001:db8::2
	reach - "$(address web)" "$(address client -6)"
	ports_open
	must_cri PodSandboxStatus "{\"pod_sandbox_id\":\"$web\"}"
	holds ".status.network.ip == \"$(address web)\" and
		.status.network.additional_ips[0].ip == \"$(address web -6)\""
	must_cri StopPodSandbox "{\"pod_sandbox_id\":\"$web\"}"
	[ -z "$(ask outside tcp4 192.0.2.1 8080)" ] || fail "the port is open after stop"
	# The kubelet stops each sandbox several times.
	remove_sandbox "$web"
	remove_sandbox "$client"
	nothing_left cni0 containerd-net
}

test_dns_and_bandwidth_do_not_disturb() {
	node
	run_sandbox web '{"dns_config":{"servers":["192.0.2.53"],"searches":["a.test"],"options":["ndots:5"]},
		"annotations":{"kubernetes.io/ingress-bandwidth":"1M","kubernetes.io/egress-bandwidth":"2M"}}'
	must_cri CreateContainer "{\"pod_sandbox_id\":\"$id\",\"sandbox_config\":$(sandbox_config web),
		\"config\":{\"metadata\":{\"name\":\"c\"},\"image\":{\"image\":\"localhost/pause:1\"},\"log_path\":\"c.log\"}}"
	local container
	container=$(jq -r .container_id <<< "$answer")
	must_cri StartContainer "{\"container_id\":\"$container\"}"
	must_cri ExecSync "{\"container_id\":\"$container\",\"cmd\":[\"cat\",\"/etc/resolv.conf\"]}"
	holds '.stdout == "search a.test\nnameserver 192.0.2.53\noptions ndots:5\n"'
	must_cri ExecSync "{\"container_id\":\"$container\",\"cmd\":[\"ping\",\"-c\",\"1\",\"10.89.0.1\"]}"
	holds '(.exit_code // 0) == 0'
	remove_sandbox "$id"
	nothing_left cni0 containerd-net
}

test_ten_sandboxes_at_once() {
	node
	local i ids pids=()
	for i in {0..9}; do
		/usr/bin/python3 "$CNI_SOURCE_DIR/test/clients/cri.py" "$SOCKET" RunPodSandbox \
			"{\"config\":$(sandbox_config "p$i" "{\"port_mappings\":[{\"container_port\":80,\"host_port\":900$i}]}")}" \
			> "/run/p$i.json" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || fail "a sandbox does not run"
	done
	[ "$(cat /var/lib/cni/networks/containerd-net/10.89.* | grep -c eth0)" -eq 10 ] ||
		fail "not ten leases"
	for i in {0..9}; do
		adopt "p$i" "$(jq -r .pod_sandbox_id "/run/p$i.json")"
		serve "p$i" tcp4 80
	done
	for i in {0..9}; do
		[ -n "$(ask - tcp4 127.0.0.1 "900$i")" ] || fail "port 900$i does not answer"
		reach p0 "$(address "p$i")"
	done
	ids=$(jq -r .pod_sandbox_id /run/p?.json)
	pids=()
	for i in $ids; do
		remove_sandbox "$i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || fail "a sandbox is not removed"
	done
	nothing_left cni0 containerd-net
}

test_containerd_killed_and_restarted() {
	node
	outside
	run_sandbox web "$PORTS"
	local web=$id
	run_sandbox client
	serve web tcp4 80
	serve web tcp6 80
	serve web udp4 53
	{
		kill -9 "$containerd"
		wait "$containerd"
	} 2> /dev/null || true
	ports_open
	start_containerd
	ready
	ports_open
	remove_sandbox "$web"
	remove_sandbox "$id"
	nothing_left cni0 containerd-net
}

test_power_loss_frees_what_the_disk_remembers() {
	node
	run_sandbox web "$PORTS"
	local web=$id
	run_sandbox client
	local client=$id
	lose_power
	start_containerd
	must_cri ListPodSandbox
	holds '[.items[] | select((.state // 0) == 1)] | length == 2'
	remove_sandbox "$web"
	remove_sandbox "$client"
	nothing_left cni0 containerd-net
	run_sandbox again "$PORTS"
	serve again tcp4 80
	[ -n "$(ask - tcp4 127.0.0.1 8080)" ] || fail "the port does not work after the restart"
	remove_sandbox "$id"
}

test_an_error_reaches_the_user_and_leaves_nothing() {
	node
	jq '.plugins[0].ipam.ranges = [[{"subnet": "10.89.0.0/30"}]] | .plugins[0].ipam.routes = []' \
		"$EXAMPLES/$CONFLIST" > /etc/cni/net.d/10-net.conflist
	sleep 0.5
	run_sandbox only
	local only=$id
	cri RunPodSandbox "{\"config\":$(sandbox_config more "$PORTS")}"
	[ "$status" -ne 0 ] || fail "a second sandbox runs with one address"
	[[ $complaint == *10.89.0.* ]] || fail "the error does not name the range"
	remove_sandbox "$only"
	nothing_left cni0 containerd-net
}
