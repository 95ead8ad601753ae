#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# differences.sh begin|occur|document|write - the list of deliberate differences
#
# differences.json is the list: each entry has an id, a title, a reason, the
# path of what may differ (a regular expression), and optionally the cases it is
# about, and expressions for what Go and we have there, and for the step it
# happens in ("do").  "until": the last version of CNI whose Go plugins differ
# (only older ones do).  "random": in random cases, too (test/fuzz/differential).
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

# recorded: what each case of the table left, by name; null when nothing
recorded() {
	local file name
	for file in "$here"/cases/*.json; do
		jq -r --arg topic "$(basename "$file" .json)" '.[] | "\($topic).\(.name)"' "$file"
	done | while IFS= read -r name; do
		if [ -s "$results/$name.json" ]; then
			jq --arg name "$name" '{($name): .}' "$results/$name.json"
		else
			jq -n --arg name "$name" '{($name): null}'
		fi
	done | jq -s add
}

# What a case has not shown is missing only if it ran with all its versions,
# beside the newest Go plugins: older ones lack what some entries are about.
occur() {
	local newest=1.1.0 missing
	mkdir -p "$results"
	recorded > "$results/all"
	jq -r --arg newest "$newest" --slurpfile all "$results/all" '
		def whole($until): .whole and .reference == ($until // $newest);
		$all[0] as $all
		| ($all | map_values([.differences[]?.rule] | unique)) as $seen
		| ([$all[] | whole(null)] | all) as $everything
		| .[] | . as $rule
		| if .cases
		  then .cases[] | . as $name
			| if $all | has($name) | not then "\($rule.id): there is no case \($name)"
			  elif ($all[$name] | whole($rule.until)) and ($seen[$name] | index($rule.id) | not)
			  then "\($rule.id): does not occur in \($name)" else empty end
		  elif $everything and ([$seen[][]] | index($rule.id) | not)
		  then "\(.id): occurs nowhere" else empty end' \
		"$here/differences.json" > "$results/absent"
	if [ -s "$results/absent" ]; then
		cat "$results/absent"
		exit 1
	fi
	jq -e 'any(.[].differences[]?; .rule) or any(.[]; . == null)' "$results/all" > /dev/null || {
		echo "all cases ran, and nothing differed: this is no comparison"
		exit 1
	}
	missing=$(jq -r '[to_entries[] | select(.value == null) | .key] |
		if length > 0 then "\(length) cases did not run (\(.[:3] | join(", ")) ...)" else empty end' "$results/all")
	[ -z "$missing" ] || { echo "SKIP: $missing; what ran is as listed"; exit 77; }
	jq -r --arg newest "$newest" --slurpfile rules "$here/differences.json" '
		[.[].differences[]?.rule] | unique as $seen
		| "\($seen | length) of \($rules[0] | length) entries occur"' "$results/all"
	jq -r --arg newest "$newest" '
		[.[] | select(.skipped)] as $skipped | [.[] | select(.reference != $newest)] as $old
		| if $skipped + $old == [] then "all cases ran with all their versions"
		  else "not all can: \($skipped | length) cases skipped, Go plugins of CNI \([.[].reference][0])" end' "$results/all"
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
