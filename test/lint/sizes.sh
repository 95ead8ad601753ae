#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sizes.sh - files of at most 400 lines, functions of at most 70
#
# test/lint/sizes.allow lists exceptions: FILE or FILE:FUNCTION, a tab, the
# reason.  One that is not needed any more is a finding, too.
. "$(dirname "$0")/common.sh"
file_limit=400 function_limit=70
allow=test/lint/sizes.allow

too_big() {
	local file
	for file in $(sources); do
		awk -v file_limit=$file_limit -v function_limit=$function_limit '
			# Kernel style: braces of a function stand alone in column 1.
			/^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
			/^{/ { start = FNR }
			/^}/ && start {
				if (FNR - start - 1 > function_limit)
					printf "%s:%s %d\n", FILENAME, name, FNR - start - 1
				start = 0
			}
			END { if (FNR > file_limit) printf "%s %d\n", FILENAME, FNR }' "$file"
	done
}

declare -A reasons=()
while IFS=$'\t' read -r what reason; do
	case $what in '' | '#'*) continue ;; esac
	[ -n "$reason" ] || finding "$allow: $what has no reason"
	reasons[$what]=$reason
done < "$allow"
while read -r what lines; do
	if [ -n "${reasons[$what]:-}" ]; then
		unset "reasons[$what]"
	else
		finding "$what: $lines lines"
	fi
done < <(too_big)
for what in "${!reasons[@]}"; do
	finding "$allow: $what is within the limits"
done

sources | xargs cat | awk '
	/^{/ { start = NR }
	/^}/ && start { lengths[NR - start - 1]++; count++; start = 0 }
	END {
		for (n = 0; n < 500; n++) {
			seen += lengths[n]
			if (!p50 && seen >= count / 2) p50 = n
			if (!p90 && seen >= count * 0.9) { p90 = n; break }
		}
		printf "%d functions, lines p50 %d, p90 %d\n", count, p50, p90
	}'
lint_end sizes
