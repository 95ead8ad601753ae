#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck.sh - cppcheck has nothing to say
. "$(dirname "$0")/common.sh"
needs cppcheck
# Unknown macros of the headers of libraries stay unknown: they are not ours.
{ cppcheck --quiet --enable=warning,performance,portability --std=c11 \
	--inline-suppr --library=posix --suppressions-list=test/lint/cppcheck.suppress \
	-D_GNU_SOURCE -D__x86_64__ '-DCNI_FULL_VERSION="1"' '-DCNI_SOURCE_DIR="/"' -Iinclude -Itest/support --template='{file}:{line}: {id}: {message}' \
	-j 2 lib plugins test 2>&1 || true; } | findings
lint_end cppcheck
