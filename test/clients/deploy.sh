#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# deploy.sh - the files for Kubernetes nodes, as far as that goes without one
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/deploy.bash"

prepare() {
	needs curl jq
	unpacked yaml - python3-yaml
}

test_manifests_fit_together() {
	json "$DEPLOY/daemonset.yaml" > /run/set.json
	json "$DEPLOY/kind.yaml" > /run/kind.json
	holds '[.[].kind] == ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "DaemonSet"]' "$(< /run/set.json)"
	# shellcheck disable=SC2016 # jq's variables
	holds '.[3].spec as $s
		| ($s.selector.matchLabels == $s.template.metadata.labels)
		and $s.template.spec.serviceAccountName == .[0].metadata.name
		and .[2].roleRef.name == .[1].metadata.name
		and .[2].subjects[0].name == .[0].metadata.name
		and (.[1].rules[0] | .resources == ["nodes"] and .verbs == ["list"])' "$(< /run/set.json)"
	holds '.[3].spec.template.spec
		| ([.volumes[].name] | sort) == ([.initContainers[0].volumeMounts[].name] | sort)
		and (.volumes | map(.hostPath.path) | sort) ==
			(.initContainers[0].volumeMounts | map(.mountPath | ltrimstr("/host")) | sort)
		and .hostNetwork and .tolerations == [{"operator": "Exists"}]' "$(< /run/set.json)"
	holds '.[0].networking.disableDefaultCNI' "$(< /run/kind.json)"
	[ "$(jq -r '.[3].spec.template.spec.initContainers[0].env[] | select(.name == "CLUSTER_CIDR").value' /run/set.json)" = \
		"$(jq -r '.[0].networking.podSubnet' /run/kind.json)" ] || fail "two cluster CIDRs"
	# What the manifest has the image run.
	for word in $(jq -r '.[3].spec.template.spec | (.initContainers, .containers)[].args[]' /run/set.json); do
		grep -q "^$word)" "$DEPLOY/cni-node.sh" || fail "cni-node.sh has no $word"
	done
	while read -r file; do
		[ -e "$CNI_SOURCE_DIR/$file" ] || [[ $file == build/release-static/bin/* ]] ||
			fail "the Dockerfile copies $file, which is not there"
	done < <(sed -n ':a; /\\$/ { N; s/\\\n//; ta }; s/^COPY \(.*\) [^ ]*$/\1/p' "$DEPLOY/Dockerfile" | xargs -n 1)
}

test_installed_files_make_a_pod_network() {
	local plugin
	api one=10.244.1.0/24,fd00:244:0:1::/64@192.0.2.1 two=10.244.2.0/24@192.0.2.2
	node_script install
	node_script install # again, as after a restart
	[ "$(find /run/host -type f | sort | tr '\n' ' ')" = "/run/host/etc/cni/net.d/10-cluster.conflist \
/run/host/opt/cni/bin/bridge /run/host/opt/cni/bin/host-local \
/run/host/opt/cni/bin/loopback /run/host/opt/cni/bin/portmap " ] || fail "other files: $(find /run/host -type f)"
	for plugin in bridge host-local portmap loopback; do
		cmp "$CNI_BIN_DIR/$plugin" "/run/host/opt/cni/bin/$plugin"
		[ -x "/run/host/opt/cni/bin/$plugin" ] || fail "$plugin cannot be executed"
	done
	export CNI_PATH=/run/host/opt/cni/bin
	outside
	pod red blue
	chain add /run/host/etc/cni/net.d/10-cluster.conflist red
	[ "$status" -eq 0 ] || fail "ADD failed"
	chain add /run/host/etc/cni/net.d/10-cluster.conflist blue
	[[ $(address red) == 10.244.1.* ]] || fail "red's address is not in the node's CIDR"
	[[ $(address red -6) == fd00:244:0:1:* ]] || fail "red's IPv6 address is not in the node's CIDR"
	reach red "$(address blue)" "$(address blue -6)" 192.0.2.2
	chain del /run/host/etc/cni/net.d/10-cluster.conflist red
	[ "$status" -eq 0 ] || fail "DEL failed"
}

test_a_node_without_a_pod_cidr_gets_no_configuration() {
	api one=@192.0.2.1
	! node_script install 2> /run/complaint || fail "it installs"
	grep -q 'node one has no pod CIDR' /run/complaint || fail "it does not say why"
	[ ! -e /run/host/etc/cni/net.d/10-cluster.conflist ] || fail "a configuration was written"
}

test_routes_lead_to_the_other_nodes() {
	outside
	api one=10.244.1.0/24@192.0.2.1 two=10.244.2.0/24,fd00:244:0:2::/64@192.0.2.22,2001:db8::22 new=@192.0.2.33
	node_script routes
	[ "$(ip -j route show 10.244.2.0/24 | jq -r '.[0].gateway')" = 192.0.2.22 ] || fail "no route to two"
	[ "$(ip -6 -j route show fd00:244:0:2::/64 | jq -r '.[0].gateway')" = 2001:db8::22 ] || fail "no IPv6 route to two"
	[ -z "$(ip route show 10.244.1.0/24)" ] || fail "a route to its own pods"
	api two=10.244.2.0/24@192.0.2.44
	node_script routes
	[ "$(ip -j route show 10.244.2.0/24 | jq -r '.[0].gateway')" = 192.0.2.44 ] || fail "the route does not follow the node"
}

run_client_tests "$@"
