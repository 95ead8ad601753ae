#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# format.sh - clang-format 14 has nothing to change
. "$(dirname "$0")/common.sh"
tool=$(command -v clang-format-14 || command -v clang-format || true)
[ -n "$tool" ] || skip "no clang-format here"
version=$("$tool" --version | grep -oE 'version [0-9]+' | cut -d ' ' -f 2)
[ "$version" = 14 ] || skip "clang-format $version here; the tree is formatted with 14"
sources | xargs "$tool" --dry-run 2>&1 | { grep -E ': (warning|error):' || true; } | findings
lint_end format
