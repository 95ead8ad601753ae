#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# documents.sh - the commands in the documentation do what it says
#
# The blocks marked "sh run" of a page run in order, in one shell of a private
# host that stops at the first command that fails; a line "! command" must
# fail.
. "$(dirname "$0")/../support/netns.sh"

# blocks PAGE: its commands, each block preceded by its line number
blocks() {
	awk '/^```sh run$/ { inside = 1; printf "block=%d\n", NR + 1; next }
		/^```/ { inside = 0 }
		!inside { next }
		/^\t*! / {
			command = $0
			sub(/^\t*! /, "", command)
			printf "if %s; then echo \"should have failed\"; false; fi\n", command
			next
		}
		{ print }' "$1"
}

# run_page PAGE
run_page() {
	local page=$CNI_SOURCE_DIR/docs/$1 script result=0
	needs jq socat nft tcpdump conntrack
	[ "$(grep -c '^```sh run$' "$page")" -gt 0 ] || fail "$1 has no commands"
	! grep -nE '^```(sh|bash|shell|console)$' "$page" || fail "$1 has commands that no test runs"
	# shellcheck disable=SC2016 # expanded when it runs
	script='set -eEuo pipefail
		trap '\''echo "FAIL: block at line $block: $BASH_COMMAND"'\'' ERR
		cd "$CNI_SOURCE_DIR"
		'$(blocks "$page")
	CNI_PATH=$CNI_BIN_DIR CNI_RUN=$CNI_BUILD_DIR/run/cni-run bash -c "$script" > /dev/shm/page 2>&1 ||
		result=$?
	[ "$result" -eq 0 ] || { tail -n 40 /dev/shm/page; fail "docs/$1: exit $result"; }
}

test_tutorial() {
	mount -t tmpfs tmpfs /dev/shm
	run_page tutorial.md
}

test_multi_node() {
	mount -t tmpfs tmpfs /dev/shm
	run_page multi-node.md
}

run_tests "$@"
