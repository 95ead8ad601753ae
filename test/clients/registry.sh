#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# registry.sh - a private image registry in a pod, published on 443 and 5000
#
# docker-registry and skopeo of Debian 12, TLS with a certificate of our own,
# and a password.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/containerd.bash"
# shellcheck disable=SC2034 # all for containerd.bash
SETS=(containerd registry) IMPORT=() CONFIG=config_1 CONFLIST=containerd-1.0.conflist
NAME=registry.example
CLIENT_LOG=/run/registry.log

prepare() {
	needs openssl perl curl
	unpacked registry - docker-registry skopeo
	unpacked containerd - containerd runc busybox-static python3-grpcio
}

certificate() {
	mkdir -p /run/tls /run/registry
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$NAME" \
		-addext "subjectAltName=DNS:$NAME,IP:192.0.2.1,IP:127.0.0.1" \
		-keyout /run/tls/key.pem -out /run/tls/ca.crt 2> /run/tls/log
	# shellcheck disable=SC2016 # perl's and crypt's dollars
	perl -e 'print "user:", crypt("secret", "\$2y\$05\$" . "abcdefghijklmnopqrstuu"), "\n"' \
		> /run/tls/htpasswd
	cat > /run/tls/config.yml <<- END
		version: 0.1
		storage:
		  filesystem:
		    rootdirectory: /run/registry
		http:
		  addr: :5000
		  secret: $NAME
		  tls:
		    certificate: /run/tls/ca.crt
		    key: /run/tls/key.pem
		auth:
		  htpasswd:
		    realm: test
		    path: /run/tls/htpasswd
	END
}

# serve_registry POD: run the registry in it
serve_registry() {
	certificate
	in_pod "$1" "$CLIENTS/registry/root/usr/bin/docker-registry" serve /run/tls/config.yml \
		> $CLIENT_LOG 2>&1 &
	eventually 10 listening "$1" tcp6 5000
}

# get FROM URL [OPTION...]: the HTTP status curl sees from there
get() {
	local enter=() from=$1 url=$2
	shift 2
	[ "$from" = - ] || enter=(nsenter --net="/run/netns/$from" --)
	"${enter[@]}" curl -sS --noproxy '*' -m 20 --cacert /run/tls/ca.crt --resolve "$NAME:443:192.0.2.1" \
		-o /run/body -w '%{http_code}' "$@" "$url" 2> /run/curl.err ||
		echo " ($(cat /run/curl.err))"
}

# expect STATUS FROM URL [OPTION...]
expect() {
	local want=$1 got
	shift
	got=$(get "$@")
	[ "$got" = "$want" ] || fail "$got instead of $want from $2 to $1"
}

# registry_pod: pods "registry" and "client", the outside, and the registry
registry_pod() {
	plugins_alone
	trap leave EXIT
	outside
	pod registry client
	CNI_CAP_ARGS='{"portMappings":[
		{"hostPort":443,"containerPort":5000,"protocol":"tcp"},
		{"hostPort":5000,"containerPort":5000,"protocol":"tcp"}]}' \
		chain add "$EXAMPLES/hostports.conflist" registry
	[ "$status" -eq 0 ] || fail "ADD failed"
	chain add "$EXAMPLES/hostports.conflist" client
	[ "$status" -eq 0 ] || fail "ADD failed"
	serve_registry registry
}

# closed FROM: neither port answers there
closed() {
	local port
	for port in 443 5000; do
		[ "$(get "$1" "https://192.0.2.1:$port/v2/" -m 2)" != 401 ] || fail "port $port is open after DEL"
	done
}

test_password_certificate_and_every_way_in() {
	local from url
	registry_pod
	for from in - outside client registry; do
		for url in https://192.0.2.1 https://192.0.2.1:5000 "https://$NAME"; do
			expect 401 $from $url/v2/
			expect 200 $from $url/v2/ -u user:secret
			expect 401 $from $url/v2/ -u user:wrong
		done
	done
	expect 200 - https://127.0.0.1/v2/ -u user:secret
	expect 200 - https://127.0.0.1:5000/v2/ -u user:secret
	# A name that the certificate does not have.
	[[ $(get - https://192.0.2.1/v2/ --resolve other.example:443:192.0.2.1) == 401 ]]
	[[ $(get - https://other.example/v2/ --resolve other.example:443:192.0.2.1) == *"(60)"* ]] ||
		fail "curl accepts a certificate of another name"
	chain del "$EXAMPLES/hostports.conflist" registry
	[ "$status" -eq 0 ] || fail "DEL failed"
	for from in - outside client; do
		closed $from
	done
}

# upload FROM FILE: push a blob; prints its digest
upload() {
	local digest place
	digest=sha256:$(sha256sum < "$2" | cut -d ' ' -f 1)
	expect 202 "$1" https://192.0.2.1:5000/v2/big/blobs/uploads/ -u user:secret -X POST -D /run/headers
	place=$(tr -d '\r' < /run/headers | awk 'tolower($1) == "location:" { print $2 }')
	expect 201 "$1" "$place&digest=$digest" -u user:secret -X PUT -T "$2" \
		-H 'Content-Type: application/octet-stream'
	printf '%s' "$digest"
}

test_64_mib_up_and_down_are_the_same() {
	local from digest
	registry_pod
	head -c 67108864 /dev/urandom > /run/big
	for from in - client registry; do
		digest=$(upload $from /run/big)
		expect 200 $from "https://$NAME/v2/big/blobs/$digest" -u user:secret
		cmp /run/big /run/body || fail "$from gets other bytes"
		rm -rf /run/registry/docker
	done
}

test_push_and_pull_with_skopeo_and_containerd() {
	registry_pod
	node
	mkdir -p /etc/containers
	echo '{"default":[{"type":"insecureAcceptAnything"}]}' > /etc/containers/policy.json
	skopeo --tmpdir /run copy --dest-cert-dir /run/tls --dest-creds user:secret \
		oci-archive:/run/pause.tar docker://192.0.2.1:5000/app:1 > /run/skopeo.log 2>&1 ||
		fail "push: $(cat /run/skopeo.log)"
	in_pod client skopeo --tmpdir /run copy --src-cert-dir /run/tls --src-creds user:secret \
		docker://192.0.2.1:443/app:1 oci:/run/pulled:1 > /run/skopeo.log 2>&1 ||
		fail "pull from another pod: $(cat /run/skopeo.log)"
	[ -f "/run/pulled/blobs/sha256/$(sha256sum < /run/image/config | cut -d ' ' -f 1)" ] ||
		fail "another image was pulled"
	mkdir -p /etc/containerd/certs.d/192.0.2.1:5000
	printf 'server = "https://192.0.2.1:5000"\nca = "/run/tls/ca.crt"\n[host."https://192.0.2.1:5000"]\nca = "/run/tls/ca.crt"\n' \
		> /etc/containerd/certs.d/192.0.2.1:5000/hosts.toml
	cri PullImage '{"image":{"image":"192.0.2.1:5000/app:1"}}'
	[ "$status" -ne 0 ] || fail "containerd pulls without a password"
	must_cri PullImage '{"image":{"image":"192.0.2.1:5000/app:1"},"auth":{"username":"user","password":"secret"}}'
	holds '.image_ref | startswith("sha256:") or contains("@sha256:")'
}

run_client_tests "$@"
