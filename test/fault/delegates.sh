#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# delegates.sh - an IPAM plugin that hangs, dies or talks nonsense
#
# Whatever it does: the bridge plugin ends in bounded time with one error that
# says what happened, the IPAM plugin is told to DEL after an ADD that failed,
# and nothing of the attachment is left.
# shellcheck source=../support/netns.sh
. "$(dirname "$0")/../support/netns.sh"

needs jq

PLUGINS=/run/plugins
VERBS=/run/verbs
GOOD='{"cniVersion":"1.1.0","ips":[{"address":"10.41.0.2/24","gateway":"10.41.0.1"}]}'

# delegate BODY: the IPAM plugin "strange", a script; it logs its verbs, and
# does BODY for ADD (for all verbs when it says so)
delegate() {
	mkdir -p "$PLUGINS"
	printf '#!/bin/bash\necho "$CNI_COMMAND" >> %s\n%s\n' "$VERBS" "$1" \
		> "$PLUGINS/strange"
	chmod 755 "$PLUGINS/strange"
	rm -f "$VERBS"
}

# config [MEMBERS]: the network, on stdout
config() {
	printf '{"cniVersion":"1.1.0","name":"strange","type":"bridge",%s
		"bridge":"cni-s0","isGateway":true,"ipMasq":true,
		"ipMasqBackend":"nftables","ipam":{"type":"strange"}}' "${1:-}"
}

no_delegate() { ! pgrep -f '^sleep 100|^yes|/strange' > /run/left; }

# nothing_left: no port, no address, no interface in the pod, no process
nothing_left() {
	[ -z "$(ip -o link show type veth)" ] || fail "a veth is left"
	[ -z "$(ip -n p -o link show | grep -v ' lo: ')" ] || fail "the pod has an interface"
	[ -z "$(nft list ruleset | grep elements)" ] || fail "rules are left"
	# Killed it is before the plugin ends; being reaped may take a moment.
	eventually 1 no_delegate
}

# add_refused CODE TEXT SECONDS [MEMBERS]: ADD says so in time; DEL was issued
add_refused() {
	local start=${EPOCHREALTIME/[.,]/} code=$1 text=$2
	CNI_PATH=$PLUGINS refused "$code" "$text" ADD bridge p < <(config "${4:-}")
	[ $((${EPOCHREALTIME/[.,]/} - start)) -lt $(($3 * 1000000)) ] ||
		fail "took $((${EPOCHREALTIME/[.,]/} - start)) us"
	jq -es length <<< "$answer" | grep -qx 1 || fail "more than one document"
	[ "$(sort "$VERBS" | uniq | paste -sd ' ')" = "ADD DEL" ] ||
		fail "the delegate was called for: $(paste -sd ' ' "$VERBS")"
	[ "$(tail -n 1 "$VERBS")" = DEL ] || fail "DEL was not the last call"
	nothing_left
}

# blamed: the error names the plugin that is at fault
blamed() {
	holds '.details | test("^plugin \"strange\" on ADD(, at byte [0-9]+)?$")'
}

ON_ADD='[ "$CNI_COMMAND" = ADD ] || exit 0'
SHORT='"delegateTimeoutSeconds":1,'

test_one_that_behaves() {
	pod p
	delegate "$ON_ADD; cat > /dev/null; echo '$GOOD'"
	CNI_PATH=$PLUGINS must ADD bridge p < <(config)
	[ "$(address p)" = 10.41.0.2 ]
	CNI_PATH=$PLUGINS must DEL bridge p < <(config)
	[ "$(paste -sd ' ' "$VERBS")" = "ADD DEL" ]
	nothing_left
}

test_hangs() {
	pod p
	delegate "$ON_ADD; exec sleep 100"
	add_refused 132 strange 4 "$SHORT"
}

test_hangs_ignoring_signals_with_a_child_that_holds_its_output() {
	pod p
	delegate "$ON_ADD; trap '' TERM INT HUP; sleep 3 & sleep 100"
	add_refused 132 strange 6 "$SHORT"
}

test_answers_and_leaves_a_child_that_holds_its_output() {
	pod p
	delegate "$ON_ADD; cat > /dev/null; echo '$GOOD'; sleep 3 & exit 0"
	local start=${EPOCHREALTIME/[.,]/}
	CNI_PATH=$PLUGINS cni ADD bridge p < <(config "$SHORT")
	[ $((${EPOCHREALTIME/[.,]/} - start)) -lt 5000000 ] || fail "waits for the child"
	CNI_PATH=$PLUGINS must DEL bridge p < <(config)
	nothing_left
}

test_hangs_in_every_verb() {
	pod p
	delegate 'exec sleep 100'
	add_refused 132 strange 5 "$SHORT"
}

test_hangs_in_del() {
	local start
	pod p
	delegate "[ \"\$CNI_COMMAND\" != DEL ] || exec sleep 100; cat > /dev/null; echo '$GOOD'"
	CNI_PATH=$PLUGINS must ADD bridge p < <(config "$SHORT")
	start=${EPOCHREALTIME/[.,]/}
	CNI_PATH=$PLUGINS refused 132 strange DEL bridge p < <(config "$SHORT")
	[ $((${EPOCHREALTIME/[.,]/} - start)) -lt 4000000 ]
	# Everything but the address is gone; the runtime will ask again.
	nothing_left
}

test_dies_of_a_signal() {
	pod p
	delegate "$ON_ADD; kill -SEGV \$\$"
	add_refused 0 'signal: segmentation fault' 2
	blamed
}

test_exits_without_output() {
	pod p
	delegate "$ON_ADD; exit 0"
	add_refused 6 'unexpected end of JSON input' 2
	blamed
}

test_fails_without_output() {
	pod p
	delegate "$ON_ADD; echo 'out of cheese' >&2; exit 3"
	add_refused 0 'out of cheese' 2
	blamed
}

test_fails_with_its_own_code() {
	pod p
	delegate "$ON_ADD; echo '{\"code\":123,\"msg\":\"no more\",\"details\":\"pool\"}'; exit 1"
	add_refused 123 'no more' 2
	holds '.details == "pool"'
}

test_fails_with_half_an_error() {
	pod p
	delegate "$ON_ADD; printf '{\"code\":123,\"ms'; exit 1"
	add_refused 0 'error parsing its diagnostic message' 2
	blamed
}

test_prints_garbage() {
	pod p
	delegate "$ON_ADD; head -c 4000 /dev/urandom; exit 0"
	add_refused 6 'failed to unmarshal raw result' 2
	blamed
}

test_prints_half_a_result() {
	pod p
	delegate "$ON_ADD; printf '%s' '${GOOD%\}]*}'; exit 0"
	add_refused 6 'unexpected end of JSON input' 2
	blamed
}

test_prints_two_results() {
	pod p
	delegate "$ON_ADD; echo '$GOOD$GOOD'"
	add_refused 6 'after top-level value' 2
	blamed
}

test_prints_megabytes() {
	pod p
	delegate "$ON_ADD; head -c 50000000 /dev/zero | tr '\\0' x; exit 0"
	add_refused 5 'plugin "strange" printed more than 1048576 bytes on ADD and was killed' 5
}

test_prints_for_ever() {
	pod p
	delegate "$ON_ADD; exec yes"
	add_refused 5 'plugin "strange" printed more than 1048576 bytes on ADD and was killed' 5
}

test_prints_megabytes_of_complaints() {
	pod p
	delegate "$ON_ADD; head -c 20000000 /dev/zero | tr '\\0' x >&2; exit 1"
	add_refused 0 'netplugin failed: "xxxx' 5
	blamed
	[ "$(stat -c %s /run/cni.out)" -lt 8192 ] || fail "the error is long"
}

test_does_not_read_its_input() {
	pod p
	delegate "$ON_ADD; exec < /dev/null; echo '$GOOD'"
	# More than a pipe holds.
	CNI_PATH=$PLUGINS must ADD bridge p \
		< <(config "\"x\":\"$(head -c 200000 /dev/zero | tr '\0' x)\",")
	CNI_PATH=$PLUGINS must DEL bridge p < <(config)
	nothing_left
}

test_answers_an_unknown_version() {
	pod p
	delegate "$ON_ADD; echo '${GOOD/1.1.0/9.9.9}'"
	add_refused 999 'unsupported CNI result version "9.9.9"' 2
	blamed
}

test_answers_bad_addresses() {
	local address
	pod p
	for address in 10.41.0.2 10.41.0.2/33 ::1/129 '' 10.41.0.256/24; do
		delegate "$ON_ADD; echo '{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"$address\"}]}'"
		add_refused 6 '"address"' 2
		blamed
	done
}

test_answers_no_addresses() {
	pod p
	delegate "$ON_ADD; echo '{\"cniVersion\":\"1.1.0\",\"ips\":[]}'"
	add_refused 999 'missing IP config' 2
}

test_cannot_be_executed() {
	pod p
	delegate ''
	chmod 644 "$PLUGINS/strange"
	CNI_PATH=$PLUGINS refused 0 '/run/plugins/strange: Permission denied' ADD bridge p < <(config)
	nothing_left
}

test_is_not_there() {
	pod p
	mkdir -p "$PLUGINS"
	CNI_PATH=$PLUGINS refused 999 'failed to find plugin "strange"' ADD bridge p < <(config)
	nothing_left
}

test_gets_no_descriptors_but_the_three() {
	pod p
	delegate "$ON_ADD; ls /proc/self/fd > /run/fds; cat > /dev/null; echo '$GOOD'"
	CNI_PATH=$PLUGINS must ADD bridge p 7< /etc/passwd < <(config)
	# ls has its own for the directory; 7 is what the runtime passed on.
	[ "$(grep -vx -e 0 -e 1 -e 2 -e 3 /run/fds | paste -sd ' ')" = "" ] ||
		fail "descriptors of the delegate: $(paste -sd ' ' /run/fds)"
	CNI_PATH=$PLUGINS must DEL bridge p < <(config)
}

run_tests "$@"
