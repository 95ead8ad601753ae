#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check.sh [--no-install] - build everything and run all tests
#
# All but those labelled "long": CNI_LONG=1 runs them, too.
# Prints how many tests ran, failed and were skipped, each skip with its
# reason; exits 1 when one failed.  Needs root, for network namespaces.
set -uo pipefail
cd "$(dirname "$(realpath "$0")")/../.." || exit 1

if [ "${1:-}" != --no-install ]; then
	bash test/ci/install.sh test || exit 1
fi

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
begin=$SECONDS

build() {
	echo "== build: $1"
	if ! { cmake --preset "$1" && cmake --build --preset "$1"; } > "$log/build" 2>&1; then
		grep -E 'error|Error|FAILED' "$log/build" | head -n 30
		tail -n 20 "$log/build"
		echo "tests: 0 passed, 1 failed, 0 skipped"
		exit 1
	fi
}

for preset in debug release release-static; do
	build "$preset"
done

echo "== tests"
# Emulated machines are slow enough without sanitizers.
export CNI_VM_BUILD_DIR=$PWD/build/release
# A test may need a second try on a busy machine; which ones did is printed.
without=()
[ -n "${CNI_LONG:-}" ] || without=(-LE '^long$')
ctest --preset debug -j 2 "${without[@]}" --repeat until-pass:2 --output-junit "$log/junit.xml" 2>&1 | tee "$log/ctest"
status=${PIPESTATUS[0]}

# count WORD: tests with that status in the JUnit file
count() {
	grep -c "<testcase .*status=\"$1\"" "$log/junit.xml" || true
}
passed=$(count run)
failed=$(($(count fail)))
skipped=$(($(count notrun) + $(count disabled)))
if [ "$skipped" -gt 0 ]; then
	echo "== skipped, with the reason each test printed"
	awk '/<testcase .*status="notrun"/ { match($0, /name="[^"]*"/)
			name = substr($0, RSTART + 6, RLENGTH - 7) }
		name && /[Ss][Kk][Ii][Pp]/ && !/<skipped/ { print name ": " $0; name = "" }' \
		"$log/junit.xml"
fi
again=$(sed -nE 's/.*Test +#[0-9]+: ([^ ]+) .*\*\*\*(Failed|Timeout|Exception).*/\1/p' \
	"$log/ctest" | sort -u | tr '\n' ' ')
[ -z "$again" ] || echo "== failed at least once: $again"
echo "took $((SECONDS - begin)) s"
echo "tests: $passed passed, $failed failed, $skipped skipped"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
