#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# differences.sh begin|occur|document|write - the list of deliberate differences
#
# differences.json is the list: each entry has an id, a title, a reason, the
# path of what may differ (a regular expression), and optionally the cases it is
# about, and expressions for what Go and we have there, and for the step it
# happens in ("do").  "random": in random cases, too (test/fuzz/differential).
#   begin     forget what earlier runs of the cases left
#   occur     fail when an entry was seen in none of its cases, or in one of the
#             cases it names; needs a run of all of them
#   document  fail when the table in docs/differences.md is not this list
#   write     put the list into docs/differences.md
set -euo pipefail
here=$(dirname "$(realpath "$0")")
source=$(realpath "$here/../..")
results=${CNI_BUILD_DIR:-$source/build/debug}/conformance
page=$source/docs/differences.md
mark='<!-- from here on: generated from test/conformance/differences.json -->'

# page_with_table: the page with the list after the mark
page_with_table() {
	awk -v mark="$mark" '{ print } $0 == mark { exit }' "$page"
	jq -r '.[] | "\n### \(.title)\n\n\(.reason)"' "$here/differences.json"
}

occur() {
	local missing=() name file
	while IFS= read -r name; do
		[ -f "$results/$name.json" ] || missing+=("$name")
	done < <(for file in "$here"/cases/*.json; do
		jq -r --arg topic "$(basename "$file" .json)" '.[] | "\($topic).\(.name)"' "$file"
	done)
	for file in "$results"/*.json; do
		[ -f "$file" ] && jq --arg name "$(basename "$file" .json)" '{($name): .}' "$file"
	done | jq -s 'add // {}' > "$results/all"
	jq -r --slurpfile all "$results/all" '
		($all[0] | map_values([.differences[].rule] | unique)) as $seen
		| .[] | . as $rule
		| if .cases
		  then .cases[] | select($seen[.] and ($seen[.] | index($rule.id) | not))
			| "\($rule.id): does not occur in \(.)"
		  else select([$seen[][]] | index($rule.id) | not) | "\(.id): occurs nowhere"
		  end' "$here/differences.json" > "$results/absent"
	# Without all the cases, entries without a list of cases cannot be judged.
	if [ ${#missing[@]} -gt 0 ]; then
		sed -i '/occurs nowhere$/d' "$results/absent"
	fi
	if [ -s "$results/absent" ]; then
		cat "$results/absent"
		exit 1
	fi
	if [ ${#missing[@]} -gt 0 ]; then
		echo "SKIP: ${#missing[@]} cases did not run (${missing[*]:0:3} ...); what ran is as listed"
		exit 77
	fi
	echo "$(jq length "$here/differences.json") entries, each occurs"
}

command -v jq > /dev/null || { echo "SKIP: no jq here"; exit 77; }
case ${1:-} in
begin)
	rm -rf "$results"
	mkdir -p "$results"
	bash "$here/reference.sh" || true
	;;
occur) occur ;;
document)
	page_with_table | diff -U 2 "$page" - || {
		echo "docs/differences.md is not up to date: run test/conformance/differences.sh write"
		exit 1
	}
	;;
write)
	page_with_table > "$page.new"
	mv "$page.new" "$page"
	;;
*)
	sed -n '3,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" >&2
	exit 2
	;;
esac
