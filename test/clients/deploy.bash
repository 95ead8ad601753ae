# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# deploy.bash - the files for Kubernetes nodes, and an API server for them
#
# Sourced after common.sh; needs curl, jq, and for json the package set "yaml".
DEPLOY=$CNI_SOURCE_DIR/docs/deploy

# json FILE: all documents of a YAML file, as a JSON array
json() {
	PYTHONPATH=$CLIENTS/yaml/root/usr/lib/python3/dist-packages /usr/bin/python3 -c '
import json, sys, yaml
print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))' "$1"
}

# api NODE=CIDR[,CIDR]@ADDRESS[,ADDRESS]...: an API server that knows these
api() {
	mkdir -p /run/api/api/v1
	printf '%s\n' "$@" | jq -Rn '{items: [inputs | capture("(?<n>[^=]*)=(?<c>[^@]*)@(?<a>.*)")
		| {metadata: {name: .n},
		   spec: (if .c == "" then {} else {podCIDR: (.c | split(",")[0]), podCIDRs: (.c | split(","))} end),
		   status: {addresses: [(.a | split(",")[] | {type: "InternalIP", address: .}),
			{type: "Hostname", address: .n}]}}]}' > /run/api/api/v1/nodes
	if [ -z "${api_runs:-}" ]; then
		(cd /run/api && exec /usr/bin/python3 -m http.server --bind 127.0.0.1 8001) > /run/api.log 2>&1 &
		api_runs=1
		eventually 10 curl -fsS http://127.0.0.1:8001/api/v1/nodes
	fi
}

# node_script VERB: run it as on node "one"
node_script() {
	local plugins=$CNI_BIN_DIR
	# shellcheck disable=SC2097,SC2098 # what the script is given
	NODE_NAME=one CLUSTER_CIDR=10.244.0.0/16,fd00:244::/48 HOST=/run/host \
		PLUGINS=$plugins CNI_BIN_DIR=/opt/cni/bin API=http://127.0.0.1:8001 INSTALL_TRIES=1 \
		sh "$DEPLOY/cni-node.sh" "$1"
}
