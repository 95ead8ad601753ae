#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# spelling.sh - codespell finds nothing in documentation, comments and texts
#
# test/lint/words.txt: what it takes for a mistake and is none.
. "$(dirname "$0")/common.sh"
needs codespell
mapfile -t pages < <(files '*.md' '*.[ch]' '*.sh' '*.bash' '*.cmake' '*.json' '*.conflist' '*.txt' |
	grep -vE '^test/(fuzz/corpus|conformance/captures)/|/words\.txt$')
# It must know a mistake when it sees one.
! echo 'recieve' | codespell - > /dev/null || finding "codespell finds no mistakes here"
codespell --ignore-words test/lint/words.txt "${pages[@]}" | findings || true
lint_end spelling
