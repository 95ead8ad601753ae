#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# harness.sh - the private hosts of test/support/netns.sh are what they claim
. "$(dirname "$0")/../../support/netns.sh"

test_a_host_is_empty_and_its_own() {
	[ "$(ip -j link | jq -r '.[].ifname')" = lo ]
	[ "$(ls /run/netns /var/lib/cni)" = "$(printf '/run/netns:\n\n/var/lib/cni:')" ]
	[ "$$" -lt 20 ]
}

test_pods_and_the_outside_reach_the_host() {
	outside
	pod red
	ip link add v0 type veth peer name eth0 netns red
	ip address add 10.0.0.1/24 dev v0
	ip link set v0 up
	ip -n red address add 10.0.0.2/24 dev eth0
	ip -n red link set eth0 up
	[ "$(address red)" = 10.0.0.2 ]
	reach red 10.0.0.1
	reach - 10.0.0.2 192.0.2.2 2001:db8::2
	unreachable red 192.0.2.2
}

test_servers_answer_with_the_peers_address() {
	needs socat
	outside
	local kind
	for kind in tcp udp; do
		serve - ${kind}4 80
		serve - ${kind}6 80
		[ "$(ask outside ${kind}4 192.0.2.1 80)" = 192.0.2.2 ]
		[[ $(ask outside ${kind}6 2001:db8::1 80) == *2001* ]]
		[ -z "$(ask outside ${kind}4 192.0.2.1 81)" ]
	done
}

test_a_failing_command_fails_the_test() {
	cat > /run/broken.sh <<- END
		. "$CNI_SOURCE_DIR/test/support/netns.sh"
		test_broken() { false; }
		test_refuses() { fail "on purpose"; }
		test_unable() { skip "on purpose"; }
		test_fine() { true; }
		run_tests "\$@"
	END
	unset CNI_TEST_FUNCTION
	# /run is hidden by the tmpfs of the host inside.
	cp /run/broken.sh /tmp/cni-broken-$$.sh
	local result=0
	bash /tmp/cni-broken-$$.sh > /run/out 2>&1 || result=$?
	rm -f /tmp/cni-broken-$$.sh
	[ $result -eq 1 ]
	grep -q 'test_broken: FAILED' /run/out
	grep -q 'test_refuses: FAILED' /run/out
	grep -q 'test_unable: skipped' /run/out
	grep -q 'test_fine: ok' /run/out
}

run_tests "$@"
