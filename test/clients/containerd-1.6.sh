#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd-1.6.sh - sandboxes of containerd 1.6 (Debian 12), over CRI
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/sandboxes.bash"
# shellcheck disable=SC2034 # all for containerd.bash
SETS=(containerd) IMPORT=() CONFIG=config_1 CONFLIST=containerd-1.0.conflist

prepare() {
	unpacked containerd - containerd runc busybox-static python3-grpcio
}

run_client_tests "$@"
