#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts.sh - shellcheck has nothing to say
. "$(dirname "$0")/common.sh"
needs shellcheck
{ scripts | xargs shellcheck -S warning -f gcc || true; } | findings
lint_end scripts
