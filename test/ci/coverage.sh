#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# coverage.sh [--more|--report] [CTEST-ARGUMENT...] - lines and branches that the tests run
#
# Builds the preset "coverage", runs the unit, netns and e2e tests and those of
# failing system calls (or what the arguments select), and prints for each file
# of lib and plugins the share of its lines and branches that ran. --more adds to
# what earlier runs did, --report only prints.  CNI_COVERAGE_MIN: fail when less
# than that percentage of all lines ran (default 90 for a whole run).
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
build=$PWD/build/coverage
mode=all
case ${1:-} in
--more | --report)
	mode=${1#--}
	shift
	;;
esac
min=${CNI_COVERAGE_MIN:-$([ $# -gt 0 ] || echo 90)}

# run_tests [CTEST-ARGUMENT...]: with plugins that count, not those of a release
run_tests() {
	export CNI_FAULT_BIN_DIR=$build/bin
	# Killed processes count nothing, and valgrind has plugins of its own.
	[ $# -gt 0 ] || set -- -R '^(unit|netns|e2e)_|^fault_(fail|delegates|host_local|security)' -E memcheck
	ctest --preset coverage -j 2 "$@" 2>&1 | grep --line-buffered -E 'Passed|Failed|\*\*\*|tests passed' || true
}

if [ "$mode" != report ]; then
	{ cmake --preset coverage && cmake --build --preset coverage; } > "$build.log" 2>&1 || {
		tail -n 20 "$build.log"
		exit 1
	}
	[ "$mode" = more ] || find "$build" -name '*.gcda' -delete
	run_tests "$@"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$build/lib" "$build/plugins" -name '*.gcno' > "$work/notes"
while IFS= read -r note; do
	gcov --json-format --branch-probabilities --stdout "$note" 2> "$work/complaints"
done < "$work/notes" | jq -c --arg root "$PWD/" '
	.current_working_directory as $dir | .files[]
	| .file |= (if startswith("/") then . else "\($dir)/\(.)" end | ltrimstr($root))
	| select(.file | test("^(lib|plugins)/"))
	| {file, lines: [.lines[] | {line: .line_number, count, branches: [.branches[].count]}]}' > "$work/files"
jq -rs '
	def percent($of): if $of == 0 then 100 else 1000 * . / $of | floor / 10 end;
	def row($name; $l; $ln; $b; $bn): "\($l | percent($ln))\t\($ln)\t\($b | percent($bn))\t\($bn)\t\($name)";
	group_by(.file) | map({file: .[0].file}
		+ ([.[].lines[]] | group_by(.line) | {
			lines: length, ran: map(select(any(.count > 0))) | length,
			branches: [.[][0].branches[]] | length, taken: [.[][0].branches[] | select(. > 0)] | length}))
	| . as $files
	| ("line %\tlines\tbranch %\tbranches\tfile"),
	  ($files[] | row(.file; .ran; .lines; .taken; .branches)),
	  (("lib/", "plugins/", "") as $under | $files | map(select(.file | startswith($under)))
		| row(if $under == "" then "total" else $under end; map(.ran) | add; map(.lines) | add;
			map(.taken) | add; map(.branches) | add))
	' "$work/files" | tee "$build.txt" | column -t -s "$(printf '\t')"
[ -z "$min" ] || awk -v min="$min" '$5 == "total" && $1 < min { print "less than " min " % of the lines ran"; exit 1 }' "$build.txt"
