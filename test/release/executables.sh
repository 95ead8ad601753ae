#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# executables.sh - hardening, independence and reproducibility of the release
. "$(dirname "$0")/common.sh"

release_build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in "${plugins[@]}"; do
	file=$build/bin/$name
	readelf -lW "$file" > "$work/segments"
	readelf -dW "$file" > "$work/dynamic"
	readelf -hW "$file" | grep 'Type: *DYN' > /dev/null || fail "$name is not position independent"
	! grep -q INTERP "$work/segments" || fail "$name has an interpreter"
	! grep -q NEEDED "$work/dynamic" || fail "$name needs shared libraries"
	grep -q GNU_RELRO "$work/segments" || fail "$name has no RELRO"
	grep -Eq 'BIND_NOW|NOW' "$work/dynamic" || fail "$name binds lazily"
	grep 'GNU_STACK' "$work/segments" | grep -v 'E ' > /dev/null || fail "$name has an executable stack"
	! readelf -SW "$file" | grep '\.symtab' > /dev/null || fail "$name is not stripped"
	# Names of functions are in the debug file.
	debug=$build/debug/$name.debug
	nm "$debug" > "$work/symbols"
	grep -q ' __stack_chk_fail$' "$work/symbols" || fail "$name has no stack protector"
	grep -q ' main$' "$work/symbols" || fail "$debug is no debug file of $name"
done

# FORTIFY: a write that does not fit its buffer ends the process.
cat > "$work/overflow.c" << 'C'
int main(int argc, char **argv)
{
	char small[4];

	memset(small, argc, (size_t)argc * 8);
	return small[0] && argv ? 0 : 1;
}
C
gcc -O2 -fPIE -D_GNU_SOURCE "-specs=$build/sysroot/static-pie.specs" \
	-include "$source_dir/cmake/static/fortify.h" \
	"$work/overflow.c" -o "$work/overflow" 2> /dev/null ||
	fail "the fortified program does not build"
status=0
("$work/overflow") > /dev/null 2>&1 || status=$?
[ $status -ge 128 ] || fail "an overflow is not caught (exit status $status)"

# Nothing of the system is needed: an empty root directory will do.
mkdir "$work/root"
cp "${plugins[@]/#/$build/bin/}" "$work/root/"
for name in "${plugins[@]}"; do
	answer=$(CNI_COMMAND=VERSION chroot "$work/root" "/$name") ||
		fail "$name does not run in an empty root directory"
	[[ $answer == *'"1.1.0"'* ]] || fail "$name answers $answer"
done

total=$(cat "${plugins[@]/#/$build/bin/}" | wc -c)
echo "size of ${plugins[*]} together: $total bytes"
[ "$total" -lt 1500000 ] || fail "the executables have grown to $total bytes"

# The same sources give the same bytes, wherever they are built.
release_build "$work/again"
for name in "${plugins[@]}"; do
	cmp "$build/bin/$name" "$work/again/bin/$name" ||
		fail "$name differs when it is built again"
done
