#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tidy.sh - clang-tidy has nothing to say (.clang-tidy)
#
# In a build directory of its own, because clang-tidy needs clang's command
# lines.  Files whose text, headers and settings have not changed since they
# were found clean are not looked at again.
. "$(dirname "$0")/common.sh"
needs clang clang-tidy cmake
version=$(clang-tidy --version | grep -oE 'version [0-9]+' | cut -d ' ' -f 2)
[ "$version" = 14 ] || skip "clang-tidy $version here; the settings are for 14"

build=${CNI_BUILD_DIR:-build/debug}/tidy
clean=$build/clean
mkdir -p "$clean"
CC=clang cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
	-DCMAKE_EXPORT_COMPILE_COMMANDS=ON > "$build/log" 2>&1 &&
	cmake --build "$build" --target host-local-identity >> "$build/log" 2>&1 || {
	tail -n 5 "$build/log"
	exit 1
}
# A stamp for all that a file's verdict can depend on.
common=$({ files '*.h' '*.clang-tidy' | xargs cat; } | sha256sum | cut -c 1-16)
export build clean common
# shellcheck disable=SC2016 # for the shell started by xargs
sed -nE 's/^ *"file": "(.*)".*/\1/p' "$build/compile_commands.json" | sort -u |
	grep -v "^$(realpath "$build")/" |
	xargs -P 2 -n 1 bash -c '
		stamp=$clean/$(cat "$0" | sha256sum | cut -c 1-16)-$common
		[ -e "$stamp" ] && exit 0
		out=$(clang-tidy -p "$build" --quiet "$0" 2> /dev/null)
		[ -z "$out" ] && : > "$stamp"
		[ -z "$out" ] || printf "%s\n" "$out"' > "$build/findings"
{ grep -E '(warning|error):' "$build/findings" || true; } | sed "s,^$PWD/,," | sort -u | findings
lint_end tidy
