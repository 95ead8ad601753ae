#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# podman.sh - podman 4.3.1 (Debian 12) with its CNI backend
. "$(dirname "$0")/common.sh"
SET=podman

prepare() {
	unpacked $SET - podman buildah runc busybox-static
}

# machine: a host with podman and the image localhost/busybox
machine() {
	needs socat
	needs_cgroups
	plugins_alone
	lay_over $SET
	mkdir -p /etc/containers /etc/cni/net.d /var/lib/containers /var/tmp
	mount -t tmpfs tmpfs /var/lib/containers
	# In the place of the package's own, which needs more plugins than ours.
	rm -f /etc/cni/net.d/*
	cp "$EXAMPLES/podman.conflist" /etc/cni/net.d/87-podman.conflist
	cat > /etc/containers/containers.conf <<- END
		[network]
		network_backend = "cni"
		cni_plugin_dirs = ["$PLUGINS"]
		network_config_dir = "/etc/cni/net.d"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "runc"
		infra_image = "localhost/busybox"
		[containers]
		log_driver = "k8s-file"
		apparmor_profile = "unconfined"
		default_sysctls = []
	END
	printf '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n' \
		> /etc/containers/storage.conf
	echo '{"default":[{"type":"insecureAcceptAnything"}]}' > /etc/containers/policy.json
	mkdir -p /run/root/bin
	cp "$(busybox $SET)" /run/root/bin/
	/run/root/bin/busybox --install -s /run/root/bin
	find /run/root/bin -type l -exec ln -sf busybox {} \;
	tar -C /run/root -c . | podman import - localhost/busybox > /run/import.log 2>&1 ||
		fail "podman import: $(cat /run/import.log)"
	trap leave EXIT
	outside
}

# run NAME [OPTION...]: a container that sleeps; its namespace is pod NAME
run() {
	local name=$1
	shift
	podman run -d --cgroup-parent "/$CGROUP" --name "$name" "$@" localhost/busybox sleep 1000000 > /run/podman.log 2>&1 ||
		fail "podman run $*: $(cat /run/podman.log)"
	ln -sfn "$(podman inspect "$name" | jq -r '.[0].NetworkSettings.SandboxKey')" "/run/netns/$name"
}

remove() {
	podman rm -f -t 0 "$@" > /run/podman.log 2>&1 || fail "podman rm: $(cat /run/podman.log)"
}

test_run_p_publishes_ports() {
	machine
	run web -p 8080:80 -p 5353:53/udp -p 192.0.2.1:8081:80
	run client
	serve web tcp4 80
	serve web udp4 53
	[ "$(ask outside tcp4 192.0.2.1 8080)" = 192.0.2.2 ] || fail "outside to tcp 8080"
	[ "$(ask outside udp4 192.0.2.1 5353)" = 192.0.2.2 ] || fail "outside to udp 5353"
	[ "$(ask outside tcp4 192.0.2.1 8081)" = 192.0.2.2 ] || fail "outside to hostIP:8081"
	[ -n "$(ask - tcp4 127.0.0.1 8080)" ] || fail "node to 127.0.0.1:8080"
	[ -n "$(ask client tcp4 192.0.2.1 8080)" ] || fail "other container to 8080"
	[ -n "$(ask web tcp4 192.0.2.1 8080)" ] || fail "hairpin"
	reach client "$(address web)" 10.88.0.1 192.0.2.2
	remove web client
	nothing_left cni-podman0 podman
}

no_container() {
	[ -z "$(podman ps -aq)" ]
}

test_run_rm_deletes_by_itself() {
	machine
	podman run --rm --cap-add NET_RAW --cgroup-parent "/$CGROUP" -p 8080:80 localhost/busybox ping -c 1 -W 2 192.0.2.2 > /run/podman.log 2>&1 ||
		fail "podman run --rm: $(cat /run/podman.log)"
	eventually 10 no_container
	nothing_left cni-podman0 podman
}

test_fixed_address_and_mac() {
	machine
	run fixed --ip 10.88.7.7 --mac-address 02:11:22:33:44:55
	[ "$(address fixed)" = 10.88.7.7 ] || fail "not the address asked for"
	[ "$(ip -n fixed -j link show eth0 | jq -r '.[0].address')" = 02:11:22:33:44:55 ] ||
		fail "not the MAC address asked for"
	remove fixed
}

# Networks that podman writes itself use bridge, portmap, firewall and tuning;
# the latter two are not ours, so its files lose them here.
only_ours() {
	local file=/etc/cni/net.d/$1.conflist
	jq '.plugins |= map(select(.type | IN("bridge", "portmap")))' "$file" > /run/only
	cp /run/only "$file"
}

# networks OPTION...: podman network create
create() {
	podman network create "$@" > /run/podman.log 2>&1 || fail "podman network create $*: $(cat /run/podman.log)"
	only_ours "${!#}"
}

test_network_create_v4_v6_internal() {
	machine
	create --subnet 10.90.4.0/24 four
	create --ipv6 --subnet fd00:90::/64 --subnet 10.90.6.0/24 six
	create --internal --subnet 10.90.8.0/24 inner
	run a4 --network four
	run b4 --network four
	run a6 --network six
	run b6 --network six
	run ai --network inner
	run bi --network inner
	reach a4 "$(address b4)" 192.0.2.2
	reach a6 "$(address b6)" "$(address b6 -6)" 192.0.2.2 2001:db8::2
	reach ai "$(address bi)"
	unreachable ai 192.0.2.2
	remove a4 b4 a6 b6 ai bi
	podman network rm four six inner > /run/podman.log
}

test_two_networks_connect_and_disconnect() {
	machine
	create --subnet 10.91.1.0/24 one
	create --subnet 10.91.2.0/24 two
	create --subnet 10.91.3.0/24 three
	run both --network one --network two
	run left --network one
	run right --network two
	reach both "$(address left)" "$(address right)"
	podman network connect three both > /run/podman.log 2>&1 || fail "connect: $(cat /run/podman.log)"
	[[ $(address both -4 eth2) == 10.91.3.* ]] || fail "no interface in the third network"
	run third --network three
	reach both "$(address third)"
	podman network disconnect one both > /run/podman.log 2>&1 || fail "disconnect: $(cat /run/podman.log)"
	! ip -n both -o address | grep -F 10.91.1. || fail "still in the first network"
	reach both "$(address right)" "$(address third)"
	remove both left right third
	local network
	for network in one two three; do
		nothing_left "$(jq -r '.plugins[0].bridge' /etc/cni/net.d/$network.conflist)" $network
	done
}

test_build_runs_on_the_network() {
	machine
	mkdir /run/build
	printf 'FROM localhost/busybox\nRUN ping -c 1 -W 2 192.0.2.2 > /answer\n' > /run/build/Containerfile
	podman build --isolation oci --cap-add NET_RAW --cgroup-parent "/$CGROUP" -t localhost/built /run/build > /run/podman.log 2>&1 ||
		fail "podman build: $(tail -n 5 /run/podman.log)"
	grep -q '1 packets received' <(podman run --rm --cap-add NET_RAW --cgroup-parent "/$CGROUP" --network none localhost/built cat /answer) ||
		fail "the build had no network"
	nothing_left cni-podman0 podman
}

run_client_tests "$@"
