#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# layers.sh - no include points upwards
#
# base <- protocol | kernel <- netfilter <- plugins; protocol and kernel do not
# know each other.  A header of include/cni belongs to the layer whose directory
# implements it (lib/<layer>/<name>*.c, or the list below).
. "$(dirname "$0")/common.sh"

# Headers without a source file of their own name.
declare -A layer_of=(
	[cleanup]=base [ascii]=base
)

# layer HEADER: the layer of cni/HEADER
layer() {
	local name=${1%.h} file layer
	if [ -n "${layer_of[$name]:-}" ]; then
		echo "${layer_of[$name]}"
		return
	fi
	for file in lib/*/"$name".c lib/*/"$name"_*.c; do
		[ -e "$file" ] || continue
		layer=${file#lib/}
		echo "${layer%%/*}"
		return
	done
	echo unknown
}

allowed() {
	case $1:$2 in
	base:base | protocol:base | protocol:protocol | kernel:base | kernel:kernel) ;;
	netfilter:base | netfilter:kernel | netfilter:netfilter | netfilter:protocol) ;;
	plugins:base | plugins:protocol | plugins:kernel | plugins:netfilter) ;;
	*) return 1 ;;
	esac
}

# check FILE LAYER: all its includes of cni/ and of other layers' private headers
check() {
	local file=$1 from=$2 line header to
	while IFS=: read -r line header; do
		case $header in
		cni/*) to=$(layer "${header#cni/}") ;;
		# A plugin that is part of another one, see cni/builtin.h.
		../*/plugin.h) continue ;;
		*/*) to=${header#*lib/} to=${to%%/*} ;;
		*) continue ;;
		esac
		allowed "$from" "$to" ||
			finding "$file:$line: $from must not include \"$header\" ($to)"
	done < <(grep -nE '^#[[:space:]]*include "' "$file" |
		sed -E 's/^([0-9]+):#[[:space:]]*include "([^"]*)".*/\1:\2/')
}

for file in $(files 'lib/*.c' 'lib/*.h'); do
	dir=${file#lib/}
	check "$file" "${dir%%/*}"
done
for file in $(files 'plugins/*.c' 'plugins/*.h'); do
	check "$file" plugins
done
for file in $(files 'include/cni/*.h'); do
	check "$file" "$(layer "$(basename "$file")")"
done
lint_end layers
