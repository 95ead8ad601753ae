# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# containerd.bash - start containerd in a private host and talk CRI to it
#
# Used by the tests of containerd, of any version; sourced after common.sh.
SOCKET=/run/containerd.sock
CLIENT_LOG=/run/containerd.log

# busybox_root: the files of an image, in /run/image/root
busybox_root() {
	local dir=/run/image/root applet
	rm -rf $dir
	mkdir -p $dir/{bin,tmp,etc,www}
	cp "$(busybox containerd)" $dir/bin/busybox
	for applet in sh sleep httpd nslookup cat ip wget ping; do
		ln -s busybox $dir/bin/$applet
	done
}

# image NAME FILE [ENTRYPOINT]: an OCI image archive of /run/image/root, with tar
# and sha256sum only.  ENTRYPOINT: a JSON array.
image() {
	local dir=/run/image start='"Cmd":["/bin/sleep","1000000"]'
	[ $# -lt 3 ] || start="\"Entrypoint\":$3"
	rm -rf $dir/oci
	mkdir -p $dir/oci/blobs/sha256
	tar -C $dir/root -cf $dir/layer .
	local layer config manifest
	layer=$(blob $dir/layer)
	printf '{"architecture":"%s","os":"linux","config":{%s,"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
		"$(dpkg --print-architecture)" "$start" "$layer" > $dir/config
	config=$(blob $dir/config)
	printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%d},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%d}]}' \
		"$config" "$(stat -c %s $dir/config)" "$layer" "$(stat -c %s $dir/layer)" > $dir/manifest
	manifest=$(blob $dir/manifest)
	printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%d,"annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}' \
		"$manifest" "$(stat -c %s $dir/manifest)" "$1" "$1" > $dir/oci/index.json
	echo '{"imageLayoutVersion":"1.0.0"}' > $dir/oci/oci-layout
	tar -C $dir/oci -cf "$2" .
}

# import NAME FILE [ENTRYPOINT]: make that image, and give it to containerd
import() {
	image "$@"
	ctr -a $SOCKET -n k8s.io images import "${IMPORT[@]}" "$2" > /run/import.log 2>&1 ||
		fail "cannot import the image: $(cat /run/import.log)"
}

# blob FILE: store it under its digest, which is printed
blob() {
	local digest
	digest=$(sha256sum < "$1")
	cp "$1" "/run/image/oci/blobs/sha256/${digest%% *}"
	printf '%s' "${digest%% *}"
}

config_1() {
	cat <<- END
		version = 2
		root = "/var/lib/containerd"
		state = "/run/containerd"
		disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
		[grpc]
		  address = "$SOCKET"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "localhost/pause:1"
		  disable_apparmor = true
		  restrict_oom_score_adj = true
		  stream_server_address = "127.0.0.1"
		[plugins."io.containerd.grpc.v1.cri".cni]
		  bin_dir = "$PLUGINS"
		  conf_dir = "/etc/cni/net.d"
		[plugins."io.containerd.grpc.v1.cri".containerd]
		  snapshotter = "native"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		  runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
		  SystemdCgroup = false
		[plugins."io.containerd.grpc.v1.cri".registry]
		  config_path = "/etc/containerd/certs.d"
	END
}

config_2() {
	cat <<- END
		version = 3
		root = "/var/lib/containerd"
		state = "/run/containerd"
		disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
		[grpc]
		  address = "$SOCKET"
		[plugins."io.containerd.cri.v1.images"]
		  snapshotter = "native"
		[plugins."io.containerd.cri.v1.images".pinned_images]
		  sandbox = "localhost/pause:1"
		[plugins."io.containerd.cri.v1.runtime"]
		  disable_apparmor = true
		  restrict_oom_score_adj = true
		[plugins."io.containerd.cri.v1.runtime".cni]
		  bin_dirs = ["$PLUGINS"]
		  conf_dir = "/etc/cni/net.d"
		[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
		  runtime_type = "io.containerd.runc.v2"
		  snapshotter = "native"
		[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
		  SystemdCgroup = false
	END
}

# network [FILE]: configure the node's network (default: the example)
network() {
	rm -rf /etc/cni/net.d
	mkdir -p /etc/cni/net.d
	cp "${1:-$EXAMPLES/$CONFLIST}" /etc/cni/net.d/10-net.conflist
}

# start_containerd: leaves its process id in $containerd
start_containerd() {
	containerd --config /run/containerd.toml >> $CLIENT_LOG 2>&1 &
	# shellcheck disable=SC2034 # for those who source this
	containerd=$!
	eventually 20 ctr -a $SOCKET version
}

# node [FILE]: everything up to a containerd that is ready to run sandboxes
# shellcheck disable=SC2120 # the argument is optional
node() {
	needs socat
	needs_cgroups
	plugins_alone
	lay_over "${SETS[@]}"
	network "$@"
	# shellcheck disable=SC2153 # config_1 or config_2, chosen by the test
	"$CONFIG" > /run/containerd.toml
	start_containerd
	trap leave EXIT
	busybox_root
	import localhost/pause:1 /run/pause.tar
}

# lose_power: processes, namespaces, interfaces and rules are gone, the disk is
# as it was
lose_power() {
	local name
	{
		kill_all
		wait
	} 2> /dev/null || true
	ip link del cni0
	nft flush ruleset
	for name in /run/netns/cni-*; do
		umount "$name"
		rm "$name"
	done
	awk '$5 ~ "^/run/containerd/" { print $5 }' /proc/self/mountinfo | tac |
		xargs -r umount -l
	rm -rf /run/containerd
}

# cri METHOD [JSON]: its answer is $answer, its error $complaint
cri() {
	status=0
	/usr/bin/python3 "$CNI_SOURCE_DIR/test/clients/cri.py" $SOCKET "$@" \
		> /run/cri.out 2> /run/cri.err || status=$?
	answer=$(< /run/cri.out)
	# shellcheck disable=SC2034 # fail shows it
	complaint=$(< /run/cri.err)
}

must_cri() {
	cri "$@"
	[ "$status" -eq 0 ] || fail "$1 failed"
}

# sandbox_config NAME [MEMBERS]: MEMBERS is added to the JSON object
sandbox_config() {
	jq -cn --arg name "$1" --arg cgroup "/$CGROUP" --argjson more "${2:-"{}"}" '{
		metadata: {name: $name, uid: "uid-\($name)", namespace: "test", attempt: 0},
		hostname: $name, log_directory: "/run/log-\($name)",
		linux: {cgroup_parent: $cgroup}} + $more'
}

# run_sandbox NAME [MEMBERS]: run it; its network namespace is pod NAME from
# now on, its id is in $id
run_sandbox() {
	must_cri RunPodSandbox "{\"config\":$(sandbox_config "$@")}"
	id=$(jq -r .pod_sandbox_id <<< "$answer")
	adopt "$1" "$id"
}

# adopt NAME ID: /run/netns/NAME is the sandbox's network namespace
adopt() {
	must_cri PodSandboxStatus "{\"pod_sandbox_id\":\"$2\",\"verbose\":true}"
	ln -sfn "$(jq -r '.info.info | fromjson | .runtimeSpec.linux.namespaces[]
		| select(.type == "network").path' <<< "$answer")" "/run/netns/$1"
	answer= # pages of it
}

# remove_sandbox ID
remove_sandbox() {
	must_cri StopPodSandbox "{\"pod_sandbox_id\":\"$1\"}"
	must_cri RemovePodSandbox "{\"pod_sandbox_id\":\"$1\"}"
}

# ready: 1 when the runtime says its network is ready
ready() {
	must_cri Status '{}'
	holds '.status.conditions[] | select(.type == "NetworkReady").status == true'
}
