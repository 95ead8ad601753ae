#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# man.sh - write manual pages from what the programs and headers say themselves
#
#	man.sh plugin EXECUTABLE SOURCE_DIR > NAME.8
#	man.sh library SOURCE_DIR VERSION EXECUTABLE > cniplugin.3
#
# The text of --help is the one source for keys, types, defaults and files; the
# headings are the same on every page.
set -euo pipefail

# roff: protect text from being taken for requests
roff() {
	sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\\([.']\\)/\\\\\\&\\1/"
}

# example FILE: a file as an example
example() {
	printf '.PP\n.nf\n.RS 4\n'
	roff < "$1"
	printf '.RE\n.fi\n'
}

# sections: lines "Words:" become headings; the rest is kept as it is
sections() {
	local line open=
	while IFS= read -r line; do
		if [[ $line =~ ^[A-Z][A-Za-z\ ]*:$ ]]; then
			[ -z "$open" ] || printf '.fi\n'
			printf '.SH %s\n.nf\n' "$(roff <<< "${line%:}" | tr '[:lower:]' '[:upper:]')"
			open=1
		else
			roff <<< "$line"
		fi
	done
	printf '.fi\n'
}

# heading PAGE_NAME SECTION VERSION SUMMARY
heading() {
	printf '.\\" SPDX-License-Identifier: Apache-2.0\n'
	printf '.TH %s %s "" "cni\\-plugins\\-c %s" "CNI plugins"\n' "$(roff <<< "${1^^}")" "$2" "$(roff <<< "$3")"
	printf '.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.nf\n' "$(roff <<< "$1")" "$(roff <<< "$4")"
}

errors() {
	printf '.SH ERRORS\nAn error object has code, msg and details.  The codes are listed in errors.md of\nthe documentation.\n'
}

# see_also PAGE_NAME: the other pages
see_also() {
	local page
	printf '.SH SEE ALSO\n'
	for page in 'bridge 8cni' 'host-local 8cni' 'loopback 8cni' 'portmap 8cni' 'cniplugin 3'; do
		[ "${page% *}" = "$1" ] || printf '.BR %s (%s),\n' "$(roff <<< "${page% *}")" "${page#* }"
	done
	printf '.BR ip (8),\n.BR nft (8)\n'
}

plugin_page() {
	local program=$1 source=$2 name summary version help list
	name=$(basename "$program")
	help=$("$program" --help)
	summary=$(head -n 1 <<< "$help" | sed "s/^$name - //")
	version=$("$program" --version | sed -n '1s/.* v//p')
	heading "$name" 8cni "$version" "$summary"
	sed -n '/^Usage:/,/^$/{/^Usage:/d;/^$/d;s/^  //;p}' <<< "$help" | roff
	# What follows the usage, up to the identity at the end.
	printf '.fi\n.SH DESCRIPTION\n.nf\n'
	awk '/^Usage:/ { skip = 1 } skip && /^$/ { skip = 0; body = 1; next }
		body && /^CNI .* plugin v/ { exit } body { print }' <<< "$help" | sections
	errors
	case $name in
	bridge | host-local) list=bridge.conflist ;;
	portmap) list=hostports.conflist ;;
	*) list=loopback.conf ;;
	esac
	printf '.SH EXAMPLES\n%s:\n' "$(roff <<< "$list")"
	example "$source/conf-examples/$list"
	see_also "$name"
}

# What --help of every plugin says of keys, environment and exit status is the
# library's.
library_page() {
	local source=$1 version=$2 program=$3 header
	heading cniplugin 3 "$version" "library for writing CNI plugins in C"
	printf '#include <cni/skel.h>\n\n'
	# shellcheck disable=SC2016 # shown, not expanded
	printf 'cc plugin.c $(pkg\\-config \\-\\-cflags \\-\\-libs cniplugin)\n.fi\n'
	printf '.SH DESCRIPTION\nEvery function is documented in its header, with parameters, ownership and\nthe errors a caller may act on.\n'
	for header in "$source"/include/cni/*.h; do
		printf '.TP\n.B <cni/%s>\n' "$(basename "$header" | roff)"
		sed -n "s|^ \* $(basename "$header") - ||p" "$header" | head -n 1 | roff
	done
	printf '.SH CONFIGURATION KEYS\nThose of a plugin are its own; cni_check_keys() knows the others.\n'
	"$program" --help | awk '/^Keys of every plugin:/ { body = 1 } /^CNI .* plugin v/ { exit } body' | sections
	errors
	printf '.SH EXAMPLES\nexamples/tuning.c:\n'
	example "$source/examples/tuning.c"
	see_also cniplugin
}

case ${1:-} in
plugin) plugin_page "$2" "$3" ;;
library) library_page "$2" "$3" "$4" ;;
*)
	echo "usage: man.sh plugin EXECUTABLE SOURCE_DIR | library SOURCE_DIR VERSION EXECUTABLE" >&2
	exit 2
	;;
esac
