# SPDX-License-Identifier: Apache-2.0
# differ.jq - what differs between two documents, and the rule that allows it
#
# Input: {go, ours}; $rules: differences.json; $case: TOPIC.NAME;
# $version: the cniVersion of this run.
# Output: [{version, path, go, ours, rule}], rule null where none allows it.

def leaves:
	[paths(type | IN("object", "array") | not)] + [paths(. == {} or . == [])];

def allows($path; $go; $ours; $do):
	(if has("cases")
	 then (.cases | index($case)) != null or (.random and ($case | startswith("random.")))
	 else true end)
	and (if has("do") then (.do as $pattern | $do | test($pattern)) else true end)
	and (.path as $pattern | $path | test("^(?:\($pattern))$"))
	and (if has("go") then (.go as $pattern | $go | tojson | test($pattern)) else true end)
	and (if has("ours") then (.ours as $pattern | $ours | tojson | test($pattern)) else true end);

def value($path): try getpath($path) catch null;

.go as $go | .ours as $ours
| [($go | leaves) + ($ours | leaves) | unique[]
	| . as $path
	| {version: $version, step: .[0], path: (map(tostring) | join(" > ")), go: ($go | value($path)), ours: ($ours | value($path))}
	| select(.go != .ours)
	# Members of a container that one side has are leaves of their own.
	| select([.go, .ours] | all(type | IN("object", "array") | not)
		or ([.go, .ours] | any(. == null)) and ([.go, .ours] | any(. == {} or . == [])))
	| .rule = (. as $found
		| first($rules[] | select(allows($found.path; $found.go; $found.ours; $go[$found.step].do // "")) | .id) // null)]
