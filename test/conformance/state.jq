# SPDX-License-Identifier: Apache-2.0
# state.jq - what a host recorded (compare.sh) as a document to be compared
#
# Input, slurped, per step: {do, status, answer, namespaces: {NAME: {addresses:
# `ip -j -d address`, routes4, routes6: `ip -j -d route show table all`, vlans:
# `bridge -j vlan`, sysctls}}, leases: {FILE: ...}}; texts are in base64.  The
# state gets telling keys, so that two of them can be compared member by member.
# Left out: indexes, counters, timers, what the kernel derives by itself (the
# local table, multicast and link-local routes and addresses), and what follows
# with a delay (operstate).
include "mask";

# `ip` prints an empty {} for links of other families.
def links:
	[.[] | select(.ifname)] | map({
		key: .ifname,
		value: {
			flags: (.flags - ["LOWER_UP", "M-DOWN", "NO-CARRIER"] | sort),
			mtu, master,
			address, txqlen, promiscuity, group,
			kind: .linkinfo.info_kind,
			bridge: (.linkinfo.info_data // {} | {vlan_filtering, stp_state}),
			port: (.linkinfo.info_slave_data // {}
				| {hairpin, isolated, learning, flood, guard, state}),
			addresses: ([.addr_info[]? | select(.local)
				| select(.scope != "link" or .family != "inet6") | {
				key: "\(.local)/\(.prefixlen)",
				value: {broadcast, scope, nodad, peer: .address,
					permanent: (.valid_life_time == 4294967295)}
			}] | from_entries)
		}
	}) | from_entries;

def routes:
	[.[] | select((.type // "unicast") | IN("unicast", "blackhole", "prohibit", "unreachable"))
		| select(.table != "local")
		| select((.dst // "") | test("^(fe80|ff00)::") | not)]
	| map({
		key: ([.dst, (.gateway // .via.host // empty | "via \(.)"),
			"dev \(.dev // "-")", "table \(.table // "main")",
			(.metric // empty | "metric \(.)")] | join(" ")),
		value: {type, protocol, scope, prefsrc, metrics: .metrics,
			nexthops: [.nexthops[]? | {gateway, dev, weight}]}
	}) | from_entries;

def vlans:
	map({key: .ifname, value: [.vlans[] | "\(.vlan)-\(.vlanEnd // .vlan) \(.flags // [] | join(","))"]})
	| from_entries;

def sysctls:
	split("\n") | map(select(length > 0) | capture("^(?<key>[^:]*):(?<value>.*)$"))
	| map(select(.key | contains("/default/") | not)) | from_entries;

# Members that are null say nothing.
def compact:
	walk(if type == "object" then with_entries(select(.value != null)) else . end);

map({
	do, status,
	# Up to 1.1.1 the Go plugins print an empty dns in 1.x results, too.
	text: (.answer | @base64d
		| if test("\"cniVersion\": \"1\\.") then sub(",\\s*\"dns\": \\{\\}"; "") else . end),
	state: ((.namespaces | map_values({
		links: (.addresses | links),
		routes: (.routes4 + .routes6 | routes),
		vlans: (.vlans | vlans),
		sysctls: (.sysctls | @base64d | sysctls)
	} | compact)) + {leases: (.leases | map_values(@base64d))})
} | .answer = (.text | (try fromjson catch null)
		| if type == "object" then del(.msg, .details) else . end)
	| if .status != 0 then del(.text) else . end
	| {do, status, answer, text, state})
| masked($keep)
