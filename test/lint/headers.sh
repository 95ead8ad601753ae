#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# headers.sh - every header compiles alone, and twice, with gcc and clang
. "$(dirname "$0")/common.sh"
read -r -a packages <<< "$(pkg-config --cflags libmnl json-c libmd cmocka 2> /dev/null)"

checked=0
for compiler in gcc clang; do
	command -v $compiler > /dev/null || continue
	checked=1
	for header in $(files 'include/*.h' 'lib/*.h' 'plugins/*.h' 'test/support/*.h'); do
		printf '#include "%s"\n#include "%s"\nextern int unused;\n' "$PWD/$header" "$PWD/$header" |
			$compiler -std=c17 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -Wpedantic -Werror \
				-Iinclude "-I$(dirname "$header")" -Ilib/netfilter -Ilib/kernel \
				"${packages[@]}" -x c - > /dev/null 2> build/.headers.$$ ||
			finding "$header: does not compile alone with $compiler: $(grep -m 1 error build/.headers.$$)"
		rm -f build/.headers.$$
	done
done
[ $checked = 1 ] || skip "no compiler here"
lint_end headers
