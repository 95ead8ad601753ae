# SPDX-License-Identifier: Apache-2.0
# pair.jq - both sides' documents as one, for differ.jq
#
# $go, $ours: each a list of the one document; $cut: end where a step fails on
# both sides, and leave the state after it out.

def cut($last):
	if $last then .[:$last] + (.[$last:$last + 1] | map(del(.state))) else . end;

$go[0] as $go | $ours[0] as $ours
| (if $cut
	then [range($go | length) | select($go[.].status != 0 and $ours[.].status != 0)][0]
	else null end) as $last
| {go: ($go | cut($last)), ours: ($ours | cut($last))}
