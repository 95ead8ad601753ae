# SPDX-License-Identifier: Apache-2.0
# plan.jq - one case of the table as shell commands for compare.sh
#
# Input: the cases of a topic; $name: the case; $version: its cniVersion, or
# "@absent" for a configuration without one.  The same text as any member's value
# leaves that member out.

def step($case):
	if type == "string" then {do: .} else . end
	| . as $step
	| if .sh then "run_shell \(.sh | @sh)"
	  else
		(.do | split(" ")) as $words
		| (($case.conf // {}) * (.conf // {})) as $conf
		| ({cniVersion: $version, name: "net1", type: ($case.plugin // "bridge")} + $conf
			| with_entries(select(.value != "@absent"))) as $config
		| [
			"run_step",
			$words[0],
			(.plugin // $case.plugin // "bridge"),
			($words[1] // "-"),
			($words[2] // "eth0"),
			(if has("stdin") then .stdin else ($config | tojson) end),
			(if has("prev") then .prev elif has("stdin") then false
			 else $words[0] == "CHECK"
				or ($words[0] == "DEL" and ($version | IN("0.4.0", "1.0.0", "1.1.0"))) end
				| tostring),
			(($case.env // {}) + (.env // {}) | to_entries[]
				| if .value == null then "-\(.key)" else "\(.key)=\(.value)" end)
		] | map(@sh) | join(" ")
	  end;

.[] | select(.name == $name) as $case
| $case.steps[] | step($case)
