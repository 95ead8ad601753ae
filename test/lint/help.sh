#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# help.sh - --help, --check-config, the manual pages and docs/ agree
#
#	help.sh [write]
#
# `write` makes the golden files anew, after a deliberate change of --help.
. "$(dirname "$0")/common.sh"
needs jq
bin=${CNI_BIN_DIR:-build/debug/bin}
plugins=(bridge host-local loopback portmap)
[ -x "$bin/bridge" ] || skip "the plugins are not built in $bin"
work=$(mktemp -d)
trap 'rm -rf "$work" "$lint_findings"' EXIT

# Of the version only that it is there.
golden() { "$bin/$1" --help | sed -E 's/^(CNI .* plugin v).*/\1VERSION/'; }

if [ "${1:-}" = write ]; then
	for plugin in "${plugins[@]}"; do golden "$plugin" > "test/lint/golden/help-$plugin.txt"; done
	exit
fi

# keys_of_help PLUGIN: names at the margin of the sections about keys
keys_of_help() {
	"$bin/$1" --help | awk '
		/^[A-Z].*:$/ { keys = /^(Configuration keys|Keys of)/ }
		keys && /^  [^ ,]+(, [^ ,]+)*(  |$)/ {
			sub(/^  /, ""); sub(/  .*/, ""); gsub(/, /, "\n"); print
		}' | sort -u
}

# keys_of_page PLUGIN: names in the first cell of the tables below "## Keys"
keys_of_page() {
	awk '/^## / { keys = /^## Keys/ } keys && /^\| `/ { split($0, cell, "|"); print cell[2] }' \
		"docs/$1.md" | grep -oE '`[^`]+`' | tr -d '`' | sort -u
}

for plugin in "${plugins[@]}"; do
	page=docs/$plugin.md
	golden "$plugin" | diff -u "test/lint/golden/help-$plugin.txt" - > "$work/diff" ||
		finding "$plugin --help differs from test/lint/golden/help-$plugin.txt: $(< "$work/diff")"
	keys_of_help "$plugin" > "$work/help"
	keys_of_page "$plugin" > "$work/page"
	[ "$(wc -l < "$work/help")" -ge 4 ] || finding "$plugin --help: no keys found"
	while IFS= read -r key; do
		finding "$page: --help has \"$key\", the table of keys has not"
	done < <(comm -23 "$work/help" "$work/page")
	while IFS= read -r key; do
		finding "$page: the table of keys has \"$key\", --help has not"
	done < <(comm -13 "$work/help" "$work/page")
	bash cmake/man.sh plugin "$bin/$plugin" . > "$work/$plugin.8"
done
bash cmake/man.sh library . 1.0 "$bin/loopback" > "$work/cniplugin.3"

# The same headings on every page.
for page in "$work"/*.[38]; do
	diff <(grep '^\.SH' "$work/bridge.8") <(grep '^\.SH' "$page") > "$work/diff" ||
		finding "${page##*/}: other headings than bridge.8: $(< "$work/diff")"
done

# checks PLUGIN FILE: does the plugin, or one whose code it has, occur in it?
checks() {
	jq -e --arg plugin "$1" '[.. | objects | .type?] | index($plugin) or
		($plugin == "bridge" and index("host-local"))' "$2" > /dev/null
}

for example in conf-examples/loopback.conf conf-examples/*.conflist conf-examples/*.in; do
	[[ $example != *.in ]] || {
		sed 's|@[A-Z6_]*CIDR@|10.1.0.0/24|' "$example" > "$work/example"
		example=$work/example
	}
	checked=
	for plugin in "${plugins[@]}"; do
		if "$bin/$plugin" --check-config "$example" > "$work/out" 2>&1; then
			checked=1
		elif ! grep -q 'nothing of type' "$work/out"; then
			finding "$plugin --check-config: $(< "$work/out")"
		elif checks "$plugin" "$example"; then
			finding "$example: $plugin has not found its part"
		fi
	done
	[ "$checked" ] || finding "$example: no plugin checks it"
done

# misspelt KEY: its last letter doubled, of long ones the second left out
misspelt() {
	if [ ${#1} -gt 4 ]; then echo "${1:0:1}${1:2}"; else echo "$1${1: -1}"; fi
}

for plugin in "${plugins[@]}"; do
	for key in $(keys_of_help "$plugin" | grep -v '\.'); do
		[ "$key" != name ] || continue
		jq -n --arg key "$(misspelt "$key")" --arg type "$plugin" '
			{ cniVersion: "1.0.0", name: "n" } + if $type == "host-local"
			then { type: "other", ipam: ({ type: $type, subnet: "10.1.0.0/24" } + { ($key): 1 }) }
			else { type: $type, ($key): 1 } end' > "$work/conf"
		case $plugin:$key in
		host-local:cniVersion | host-local:log*) continue ;;
		esac
		"$bin/$plugin" --check-config "$work/conf" > "$work/out" 2>&1 &&
			finding "$plugin --check-config takes $(< "$work/conf")"
		grep -qF "did you mean \"$key\"?" "$work/out" ||
			finding "$plugin --check-config: no suggestion for \"$(misspelt "$key")\": $(< "$work/out")"
	done
done

# What is wrong, and the text that says so.
while IFS='|' read -r plugin members text; do
	printf '{ "cniVersion": "1.0.0", "name": "n", "type": "%s", %s }' "$plugin" "$members" > "$work/conf"
	status=0
	"$bin/$plugin" --check-config "$work/conf" > "$work/out" 2>&1 || status=$?
	[ $status -eq 1 ] || finding "$plugin --check-config: exit status $status for $members"
	grep -qF -- "$text" "$work/out" || finding "$plugin --check-config $members: $(< "$work/out")"
done << 'END'
bridge|"mtu": 67|invalid mtu 67
bridge|"mtu": "1500"|"mtu"
bridge|"vlan": 4095|invalid VLAN ID 4095
bridge|"vlanTrunk": [{"minId": 1, "maxID": 2, "ids": 3}]|vlanTrunk: unknown key "ids", did you mean "id"?
bridge|"dns": {"nameserver": []}|did you mean "nameservers"?
bridge|"isolation": "all"|"all" is not
bridge|"ipam": {"type": "host-local", "subnet": "10.1.0.0/24", "gatway": "10.1.0.1"}|did you mean "gateway"?
bridge|"ipam": {"type": "host-local", "ranges": [[{"subnet": "10.1.0.0/33"}]]}|10.1.0.0/33
bridge|"ipam": {"type": 1}|"ipam"
bridge|"delegateTimeoutSeconds": 0|"delegateTimeoutSeconds"
bridge|"capabilities": []|must be an object, not array
bridge|"logLevel": "loud"|"logLevel"
bridge|"logFile": "cni.log"|absolute path
bridge|"capabilities": {"macs": true}|did you mean "mac"?
portmap|"capabilities": {"portMapping": true}|did you mean "portMappings"?
portmap|"capabilities": {"portMappings": "yes"}|expected true or false
portmap|"markMasqBit": 32|between 0 and 31
portmap|"onConflict": "ignore"|onConflict must be
portmap|"snat": 1|"snat"
loopback|"mtu": 1500|unknown key "mtu"
END
lint_end help
