# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# common.sh - what the checks of the source tree share
#
# A check prints each finding as FILE:LINE: TEXT and ends with lint_end.
set -euo pipefail
cd "${CNI_SOURCE_DIR:-$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")}"
lint_findings=$(mktemp)
trap 'rm -f "$lint_findings"' EXIT

# files PATTERN...: tracked files, and new ones that are not ignored
files() {
	if [ -e .git ] && command -v git > /dev/null; then
		git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@" |
			while IFS= read -r name; do [ ! -f "$name" ] || echo "$name"; done
	else
		local pattern
		for pattern; do
			find . -path ./build -prune -o -type f -name "$pattern" -print
		done | sed 's,^\./,,'
	fi | sort -u
}

sources() { files '*.c' '*.h'; }

scripts() { files '*.sh' '.ci/run'; }

# skip REASON...
skip() {
	printf 'SKIP: %s\n' "$*"
	exit 77
}

# needs PROGRAM...
needs() {
	local program
	for program; do
		command -v "$program" > /dev/null || skip "no $program here"
	done
}

# finding TEXT...: something to be mended
finding() {
	printf '%s\n' "$*" | tee -a "$lint_findings"
}

# findings: every line of standard input is one
findings() {
	tee -a "$lint_findings"
}

# lint_end WHAT: pass unless something was found
lint_end() {
	if [ -s "$lint_findings" ]; then
		printf '%s: %s findings\n' "$1" "$(wc -l < "$lint_findings")"
		exit 1
	fi
	printf '%s: clean\n' "$1"
}
