#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# man.sh - write manual pages from what the programs and headers say themselves
#
#	man.sh plugin EXECUTABLE SOURCE_DIR > NAME.8
#	man.sh library SOURCE_DIR VERSION > cniplugin.3
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

plugin_page() {
	local program=$1 source=$2 name summary version help other
	name=$(basename "$program")
	help=$("$program" --help)
	summary=$(head -n 1 <<< "$help" | sed "s/^$name - //")
	version=$("$program" --version | sed -n '1s/.* v//p')
	printf '.\\" SPDX-License-Identifier: Apache-2.0\n'
	printf '.TH %s 8 "" "cni\\-plugins\\-c %s" "CNI plugins"\n' "$(roff <<< "${name^^}")" "$(roff <<< "$version")"
	printf '.SH NAME\n%s \\- %s\n' "$(roff <<< "$name")" "$(roff <<< "$summary")"
	printf '.SH SYNOPSIS\n.nf\n'
	sed -n '/^Usage:/,/^$/{/^Usage:/d;/^$/d;s/^  //;p}' <<< "$help" | roff
	printf '.fi\n.SH DESCRIPTION\n.nf\n'
	# What follows the usage, up to the identity at the end.
	awk '/^Usage:/ { skip = 1 } skip && /^$/ { skip = 0; body = 1; next }
		body && /^CNI .* plugin v/ { exit } body { print }' <<< "$help" | roff
	printf '.fi\n.SH ENVIRONMENT\n'
	printf '.TP\n.B CNI_COMMAND\nADD, CHECK, DEL, GC, STATUS or VERSION.\n'
	printf '.TP\n.B CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_ARGS, CNI_PATH\n'
	printf 'As the CNI specification says.\n'
	printf '.TP\n.B CNI_LOG_LEVEL\noff (default), error, info or debug: one line for each step on stderr, or\nin the file that the configuration names as logFile.\n'
	printf '.SH EXIT STATUS\n0; 1 after an error object was printed on stdout; 2 for a bad command line.\n'
	printf '.SH ERRORS\nThe codes of error objects are listed in errors.md of the documentation.\n'
	if [ -f "$source/conf-examples/$name.conflist" ]; then
		printf '.SH EXAMPLES\nA network configuration list:\n'
		example "$source/conf-examples/$name.conflist"
	fi
	printf '.SH SEE ALSO\n'
	for other in bridge host-local loopback portmap; do
		[ "$other" = "$name" ] || printf '.BR %s (8),\n' "$(roff <<< "$other")"
	done
	printf '.BR cniplugin (3),\n.BR ip (8),\n.BR nft (8)\n'
}

library_page() {
	local source=$1 version=$2 header
	printf '.\\" SPDX-License-Identifier: Apache-2.0\n'
	printf '.TH CNIPLUGIN 3 "" "cni\\-plugins\\-c %s" "CNI plugins"\n' "$(roff <<< "$version")"
	printf '.SH NAME\ncniplugin \\- library for writing CNI plugins in C\n'
	printf '.SH SYNOPSIS\n.nf\n#include <cni/skel.h>\n\n'
	# shellcheck disable=SC2016 # shown, not expanded
	printf 'cc plugin.c $(pkg\\-config \\-\\-cflags \\-\\-libs cniplugin)\n.fi\n'
	printf '.SH DESCRIPTION\nEvery function is documented in its header, with parameters, ownership and\nthe errors a caller may act on.\n'
	for header in "$source"/include/cni/*.h; do
		printf '.TP\n.B <cni/%s>\n' "$(basename "$header" | roff)"
		sed -n "s|^ \* $(basename "$header") - ||p" "$header" | head -n 1 | roff
	done
	printf '.SH SEE ALSO\n.BR bridge (8),\n.BR host\\-local (8),\n.BR loopback (8),\n.BR portmap (8)\n'
}

case ${1:-} in
plugin) plugin_page "$2" "$3" ;;
library) library_page "$2" "$3" ;;
*)
	echo "usage: man.sh plugin EXECUTABLE SOURCE_DIR | library SOURCE_DIR VERSION" >&2
	exit 2
	;;
esac
