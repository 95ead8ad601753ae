#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs.sh - JSON blocks parse, links lead somewhere, examples are used
. "$(dirname "$0")/common.sh"
needs jq
block=$(mktemp)
trap 'rm -f "$lint_findings" "$block"' EXIT

# json_blocks PAGE: each ```json block, preceded by a line "@LINE"
json_blocks() {
	awk '/^ *```json *$/ { print "@" NR; inside = 1; next }
		/^ *```/ { if (inside) print "@"; inside = 0 }
		inside' "$1"
}

check_blocks() {
	local page=$1 line start=
	while IFS= read -r line; do
		case $line in
		@)
			# A document, or members to be put into one.
			jq -e . "$block" > /dev/null 2>&1 ||
				{ echo '{'; cat "$block"; echo '}'; } | jq -e . > /dev/null 2>&1 ||
				finding "$page:$start: this block is no JSON document"
			;;
		@*)
			start=${line#@}
			: > "$block"
			;;
		*) printf '%s\n' "$line" >> "$block" ;;
		esac
	done < <(json_blocks "$page")
}

# anchors PAGE: what its headings are called in links
anchors() {
	sed -nE 's/^#+ +//p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}

check_links() {
	local page=$1 line link path
	while IFS=: read -r line link; do
		case $link in
		http://* | https://* | mailto:*) continue ;;
		esac
		path=${link%%#*}
		if [ -z "$path" ]; then
			path=$page
		else
			path=$(dirname "$page")/$path
		fi
		if [ ! -e "$path" ]; then
			finding "$page:$line: $link leads nowhere"
		elif [[ $link == *#* ]] && ! anchors "$path" | grep -qxF -- "${link#*#}"; then
			finding "$page:$line: $path has no heading #${link#*#}"
		fi
	done < <(awk '/^ *```/ { inside = !inside } !inside { print NR ":" $0 }' "$page" |
		grep -oE '^[0-9]+:|\]\([^) ]+\)' |
		awk '/^[0-9]+:$/ { n = $0; next } { gsub(/^\]\(|\)$/, ""); print n $0 }')
}

# Each error code is on the page about them, and no others are.
codes_of_header() { sed -nE 's/^\tCNI_CODE_[A-Z_]+ = ([0-9]+),.*/\1/p' include/cni/error.h | sort -n; }
codes_of_page() { sed -nE 's/^\| ([0-9]+) \|.*/\1/p' docs/errors.md | sort -n; }
[ "$(codes_of_header | wc -l)" -ge 20 ] || finding "include/cni/error.h: no codes found"
diff <(codes_of_header) <(codes_of_page) > "$block" ||
	finding "docs/errors.md: other codes than include/cni/error.h: $(< "$block")"

# check_commands PAGE: blocks of commands are run by a test
check_commands() {
	local page=$1
	{ grep -nE '^ *```(sh|bash|shell|console) *$' "$page" || true; } | while IFS=: read -r line _; do
		echo "$page:$line: no test runs this block: \"sh run\", or indent it"
	done | findings
	if grep -q '^```sh run$' "$page"; then
		grep -qF "run_page $(basename "$page")" test/clients/documents.sh ||
			finding "$page: test/clients/documents.sh does not run it"
	fi
}

for page in $(files '*.md'); do
	check_commands "$page"
	check_blocks "$page"
	check_links "$page"
done
for example in $(files 'conf-examples/*'); do
	case $example in
	*.conflist)
		jq -e '.name and .cniVersion and (.plugins | length > 0) and all(.plugins[]; .type)' \
			"$example" > /dev/null 2>&1 || finding "$example: no valid list of plugins"
		;;
	esac
	# test/clients/cnitool.sh runs every list that is complete.
	case $example in
	*.conflist) grep -qF '"$EXAMPLES"/*.conflist' test/clients/cnitool.sh && continue ;;
	*.in) grep -qF "$(basename "$example")" docs/multi-node.md && continue ;;
	esac
	grep -rqF --include='*.sh' --include='*.c' --include='CMakeLists.txt' --include='*.mjs' \
		--include='*.js' "$(basename "$example")" test ||
		finding "$example: no test uses it"
done
lint_end docs
