#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# text.sh - SPDX lines, purpose lines, white space, and words that do not belong
. "$(dirname "$0")/common.sh"

for file in $(files '*.c' '*.h' '*.sh' '*.cmake' '*.jq' '*CMakeLists.txt' '.ci/run'); do
	head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
		finding "$file:1: no SPDX line"
done
for file in $(sources); do
	sed -n 2,3p "$file" | grep -qF "$(basename "$file") - " ||
		finding "$file:2: no line \"$(basename "$file") - purpose\""
done
for file in $(files '*.sh'); do
	sed -n 2,4p "$file" | grep -qF "$(basename "$file")" ||
		finding "$file:2: no line \"$(basename "$file") - purpose\""
done

# Generated and recorded texts keep the bytes that they have.
text=$(files '*.c' '*.h' '*.sh' '*.cmake' '*.jq' '*.md' '*.txt' '*.conflist' '.ci/run')
# shellcheck disable=SC2086 # a list of files
{
	grep -nE '[[:space:]]+$' $text || true
	# Unfinished work, and paths of single machines.
	grep -nwE '[T]ODO|[F]IXME|[X]XX' $text || true
	grep -nE '(^|[^[:alnum:]_.$}/-])/(work|home)(/|\b)' $text | grep -vE 'test/lint/text\.sh' || true
	grep -niE '\b(chat ?gpt|claude|copilot|language model)\b' $text | grep -vE 'test/lint/text\.sh' || true
	grep -nE '(deb|security|ftp[.a-z]*)\.debian\.org|registry\.npmjs|pypi\.org|proxy\.golang' $text |
		grep -vE 'test/lint/text\.sh' || true
} | findings
for file in $text; do
	[ -z "$(tail -c 1 "$file")" ] || finding "$file: no newline at the end"
done
lint_end text
