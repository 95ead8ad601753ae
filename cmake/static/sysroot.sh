#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sysroot.sh DIR [musl|glibc] - collect in DIR what a static link needs
#
# Nothing is installed on the system: packages are downloaded by apt-get and
# unpacked below DIR.  Two things are missing from a Debian 12 system:
#  - libmnl.a: Debian 12's libmnl-dev has none, Debian 13's has.  That archive
#    needs nothing of libc that is newer than glibc 2.36.
#  - musl (for the musl variant): libc archive, start files and headers.
# json-c and libmd come from the system's own -dev packages.
#
# Result: DIR/include and DIR/lib; for musl also DIR/static-pie.specs, which
# makes gcc link static position-independent executables against it.
set -euo pipefail

dir=$(realpath -m "$1")
libc=${2:-musl}
arch=$(gcc -print-multiarch)
here=$(dirname "$(realpath "$0")")

fail() {
	echo "sysroot.sh: $*" >&2
	exit 1
}

# apt_own SUITE: print options that give apt lists of its own for that suite,
# derived from the system's sources, which stay as they are.
apt_own() {
	local suite=$1 apt=$dir/apt/$1 file
	mkdir -p "$apt/parts" "$apt/lists/partial"
	for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list; do
		[ -f "$file" ] && break
	done
	case $file in
	*.sources)
		sed -e "s/^Suites:.*/Suites: $suite/" \
		    -e 's/^Types:.*/Types: deb/' "$file" |
			awk 'BEGIN { RS = ""; ORS = "\n\n" } !/security/ && !n++' \
			> "$apt/parts/own.sources"
		;;
	*)
		awk -v suite="$suite" '$1 == "deb" && !/security/ {
			$(/\[/ ? 4 : 3) = suite; print; exit
		}' "$file" > "$apt/parts/own.list"
		;;
	esac
	printf '%s\n' -q -o "Dir::Etc::sourceparts=$apt/parts" \
		-o Dir::Etc::sourcelist=/dev/null \
		-o "Dir::State::Lists=$apt/lists" -o APT::Sandbox::User=root
}

# unpack SUITE PACKAGE: download a package (SUITE "-" is the system's own
# configuration) and unpack it below DIR/unpacked/PACKAGE.
unpack() {
	local suite=$1 package=$2 deb=$dir/deb/$2
	local -a options=(-q)
	[ -d "$dir/unpacked/$package" ] && return
	rm -rf "$deb"
	mkdir -p "$deb"
	if [ "$suite" != - ]; then
		mapfile -t options < <(apt_own "$suite")
		apt-get "${options[@]}" update > "$deb/log" 2>&1 ||
			fail "cannot read the package lists of $suite: $(tail -n 1 "$deb/log")"
	fi
	(cd "$deb" && apt-get "${options[@]}" download "$package") >> "$deb/log" 2>&1 ||
		fail "cannot download $package: $(tail -n 1 "$deb/log")"
	dpkg -x "$deb"/*.deb "$dir/unpacked/$package"
}

# archive NAME PACKAGE: put NAME.a into DIR/lib, from the system or, where its
# -dev package has no archive, from Debian 13.
archive() {
	local name=$1 package=$2 file=/usr/lib/$arch/$1.a
	if [ ! -f "$file" ]; then
		unpack trixie "$package"
		file=$dir/unpacked/$package/usr/lib/$arch/$name.a
	fi
	[ -f "$file" ] || fail "$package has no $name.a"
	cp "$file" "$dir/lib/"
}

headers_of_musl() {
	local musl=$1 entry
	cp -r "$musl/usr/include/$arch/." "$dir/include/" 2> /dev/null || true
	cp -r "$musl/usr/include/${arch%-gnu}-musl/." "$dir/include/"
	# The kernel's and the libraries' headers, but none of glibc's.
	for entry in linux asm-generic json-c libmnl sha2.h; do
		[ -e "/usr/include/$entry" ] || fail "/usr/include/$entry is missing: apt-get install libmnl-dev libjson-c-dev libmd-dev"
		ln -sfn "/usr/include/$entry" "$dir/include/$entry"
	done
	ln -sfn "/usr/include/$arch/asm" "$dir/include/asm"
}

make_musl() {
	local musl lib
	if [ -f "/usr/lib/${arch%-gnu}-musl/libc.a" ]; then
		musl=
	else
		unpack - musl-dev
		musl=$dir/unpacked/musl-dev
	fi
	lib=$musl/usr/lib/${arch%-gnu}-musl
	[ -f "$lib/rcrt1.o" ] || fail "musl-dev has no start file for static PIE"
	headers_of_musl "$musl"
	cp "$lib"/libc.a "$lib"/rcrt1.o "$lib"/crti.o "$lib"/crtn.o "$dir/lib/"
	sed "s|@DIR@|$dir|g" "$here/static-pie.specs.in" > "$dir/static-pie.specs"
}

rm -rf "${dir:?}/include" "${dir:?}/lib"
mkdir -p "$dir/include" "$dir/lib" "$dir/deb" "$dir/unpacked"
archive libmnl libmnl-dev
archive libjson-c libjson-c-dev
archive libmd libmd-dev
if [ "$libc" = musl ]; then
	make_musl
fi
touch "$dir/complete-$libc"
