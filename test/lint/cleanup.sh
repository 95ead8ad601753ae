#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cleanup.sh - no return before a CNI_CLEANUP() variable has a value
#
# Its release would look at whatever the stack has there, which compilers do not
# warn about.
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2046 # a list of files
awk '
	/CNI_CLEANUP\([a-z_0-9]+\)[^=]*;$/ {
		name = $NF
		gsub(/[*;]/, "", name)
		declared = FILENAME ":" FNR
		next
	}
	declared != "" && match($0, "(^|[^A-Za-z0-9_])" name "($|[^A-Za-z0-9_])") { declared = "" }
	declared != "" && /(^|[^A-Za-z0-9_])return([^A-Za-z0-9_]|$)/ {
		print declared ": " name " has no value yet at the return in line " FNR
		declared = ""
	}
	/^}/ { declared = "" }
' $(sources | grep -v '\.h$') | findings
lint_end cleanup
