#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts.sh - scripts can be run as documented, shellcheck has nothing to say
. "$(dirname "$0")/common.sh"
while IFS= read -r script; do
	case $(head -n 1 "$script") in
	'#!'*) [ -x "$script" ] || finding "$script:1: not executable" ;;
	*) [ ! -x "$script" ] || finding "$script:1: executable, but names no interpreter" ;;
	esac
done < <(scripts)
needs shellcheck
{ scripts | xargs shellcheck -S warning -f gcc || true; } | findings
lint_end scripts
