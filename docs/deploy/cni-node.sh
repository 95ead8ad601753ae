#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cni-node.sh install|routes|watch - make a Kubernetes node's pod network
#
# install  copy the plugins to the node and write its network configuration
#          from the node's pod CIDRs
# routes   route each other node's pod CIDRs to that node, once
# watch    routes, every ROUTES_SECONDS (10) seconds, for ever
#
# NODE_NAME     this node's name (downward API)
# CLUSTER_CIDR  all pods' CIDRs, separated by commas
# HOST          where the node's root is mounted (/host); below it
# CNI_BIN_DIR   (/opt/cni/bin) and CNI_CONF_DIR (/etc/cni/net.d)
# PLUGINS       where the plugins are in the image (/plugins)
# API           the API server (the service account's); KUBE_TOKEN, KUBE_CA
set -eu

: "${NODE_NAME:?}" "${HOST=/host}" "${PLUGINS:=/plugins}"
: "${CNI_BIN_DIR:=/opt/cni/bin}" "${CNI_CONF_DIR:=/etc/cni/net.d}"
: "${API:=https://${KUBERNETES_SERVICE_HOST:-}:${KUBERNETES_SERVICE_PORT:-443}}"
account=/var/run/secrets/kubernetes.io/serviceaccount
: "${KUBE_TOKEN:=$account/token}" "${KUBE_CA:=$account/ca.crt}"

# nodes: the API's list of nodes
nodes() {
	if [ -f "$KUBE_TOKEN" ]; then
		# The header from a file: arguments can be read by everybody.
		printf 'header = "Authorization: Bearer %s"\n' "$(cat "$KUBE_TOKEN")" |
			curl -fsS --retry 5 --retry-connrefused --cacert "$KUBE_CA" -K - "$API/api/v1/nodes"
	else
		curl -fsS --retry 5 --retry-connrefused "$API/api/v1/nodes"
	fi
}

# place FILE DIRECTORY MODE: a runtime may start the old one at any moment, so the
# new one takes its name when it is complete
place() {
	cp "$1" "$2/.${1##*/}.new"
	chmod "$3" "$2/.${1##*/}.new"
	mv -f "$2/.${1##*/}.new" "$2/${1##*/}"
}

# conflist: the node's network, on standard output
conflist() {
	nodes | jq -e --arg node "$NODE_NAME" --arg cluster "${CLUSTER_CIDR:?}" '
		[.items[] | select(.metadata.name == $node)][0].spec
		| (.podCIDRs // [.podCIDR // empty]) as $cidrs
		| if ($cidrs | length) == 0 then error("node \($node) has no pod CIDR yet") else . end
		| {
			cniVersion: "1.0.0",
			name: "cluster",
			plugins: [
				{
					type: "bridge",
					bridge: "cni0",
					isDefaultGateway: true,
					ipMasq: true,
					ipMasqExclude: ($cluster | split(",")),
					hairpinMode: true,
					ipam: {
						type: "host-local",
						dataDir: "/run/cni-leases",
						ranges: [$cidrs[] | [{subnet: .}]]
					}
				},
				{type: "portmap", capabilities: {portMappings: true}}
			]
		}'
}

install_node() {
	temporary=$(mktemp -d)
	trap 'rm -rf "$temporary"' EXIT
	# Without a network there is no pod CIDR for the first seconds.
	until conflist > "$temporary/10-cluster.conflist"; do
		tries=$((${tries:-0} + 1))
		[ $tries -lt "${INSTALL_TRIES:-60}" ] || exit 1
		sleep 2
	done
	mkdir -p "$HOST$CNI_BIN_DIR" "$HOST$CNI_CONF_DIR"
	for plugin in bridge host-local portmap loopback; do
		place "$PLUGINS/$plugin" "$HOST$CNI_BIN_DIR" 755
	done
	# Last: with it the node becomes ready.
	place "$temporary/10-cluster.conflist" "$HOST$CNI_CONF_DIR" 600
}

routes() {
	nodes | jq -r --arg node "$NODE_NAME" '.items[]
		| select(.metadata.name != $node)
		| [.status.addresses[]? | select(.type == "InternalIP").address] as $hops
		| (.spec.podCIDRs // [.spec.podCIDR // empty])[]
		| . as $cidr | ($cidr | contains(":")) as $six
		| [$hops[] | select(contains(":") == $six)][0] // empty
		| "\($cidr) \(.)"' |
		while read -r cidr hop; do
			ip route replace "$cidr" via "$hop"
		done
}

case ${1:-} in
install) install_node ;;
routes) routes ;;
watch)
	while true; do
		routes || echo "cni-node.sh: no routes this time" >&2
		sleep "${ROUTES_SECONDS:-10}"
	done
	;;
*)
	echo "usage: cni-node.sh install|routes|watch" >&2
	exit 2
	;;
esac
