#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# analyzer.sh - gcc's static analyzer has nothing to say
#
# Each file of the library and the plugins is compiled with -fanalyzer, as the
# build directory's compile_commands.json compiles it, but without sanitizers
# and optimisation, which change what the analyzer sees.  What it gets wrong is
# in analyzer.suppress; a line there that suppresses nothing is a finding, too.
. "$(dirname "$0")/common.sh"
needs gcc jq
version=$(gcc -dumpversion | cut -d . -f 1)
[ "$version" = 12 ] || skip "gcc $version here; what is false is known for 12"
commands=${CNI_BUILD_DIR:-build/debug}/compile_commands.json
[ -f "$commands" ] || skip "no $commands"

work=$(mktemp -d)
trap 'rm -rf "$work" "$lint_findings"' EXIT
jq -r '.[] | select(.file | test("/(lib|plugins)/[^/]+/[^/]+\\.c$"))
	| .command | sub("^\\S+ "; "gcc ") | sub(" -o \\S+ -c "; " -S -o /dev/null ")
	| gsub(" (-Werror|-fsanitize=\\S+|-fno-sanitize\\S+|-O\\S|-W\\S+|--coverage)"; "")
	| . + " -O0 -fanalyzer"' "$commands" > "$work/commands"
[ -s "$work/commands" ] || skip "$commands names no source of lib or plugins"
# A log each: two compilers that write to one file at a time mix their lines.
awk -v work="$work" '{ print $0 " 2> " work "/log." NR }' "$work/commands" |
	xargs -d '\n' -P 2 -n 1 bash -c || {
	grep -h -E 'error: ' "$work"/log.* | head -n 20
	exit 1
}
sed -nE "/(warning|error): /{s,^$PWD/,,;p}" "$work"/log.* | sort -u > "$work/found"

# Lines "FILE OPTION" after a comment with the reason.
while read -r file option; do
	case $file in
	'' | \#*) continue ;;
	esac
	grep -q "^$file:.*\[-Wanalyzer-$option\]" "$work/found" ||
		finding "test/lint/analyzer.suppress: $file $option: suppresses nothing"
	sed -i "\\,^$file:.*\\[-Wanalyzer-$option\\],d" "$work/found"
done < test/lint/analyzer.suppress
findings < "$work/found"
echo "$(wc -l < "$work/commands") files"
lint_end analyzer
