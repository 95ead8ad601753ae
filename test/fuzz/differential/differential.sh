#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# differential.sh host_local|bridge - random networks through the Go plugins and ours
#
# CNI_DIFFERENTIAL_COUNT: how many (default: some seconds' worth);
# CNI_DIFFERENTIAL_SEED: which ones (default 1); CNI_DIFFERENTIAL_ONLY: only the
# case of this number, shown step by step.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
source=$(realpath "$here/../../..")
bin=${CNI_BIN_DIR:-$source/build/debug/bin}

command -v python3 > /dev/null || { echo "SKIP: no python3 here"; exit 77; }
reference=$(bash "$source/test/conformance/reference.sh") || { echo "SKIP: $reference"; exit 77; }
generation=$(bash "$source/test/conformance/reference.sh" generation)
case ${1:-} in
host_local) count=120 ;;
bridge) count=8 ;;
*)
	sed -n '3,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" >&2
	exit 2
	;;
esac
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/$1.py" "$reference" "$bin" "$generation" \
	"${CNI_DIFFERENTIAL_COUNT:-$count}" "${CNI_DIFFERENTIAL_SEED:-1}" ${CNI_DIFFERENTIAL_ONLY:-}
