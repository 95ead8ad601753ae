# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# common.sh - real CNI clients from Debian packages, in private hosts
#
# A client's test sources this file instead of test/support/netns.sh, fetches
# its packages in prepare(), and ends with run_client_tests "$@".  Packages are
# downloaded by apt-get and unpacked below build/clients, where they stay for
# the next run; nothing is installed.  What the system's package sources do not
# have skips the test, with the reason.
#
# Plugins under test: CNI_BIN_DIR; when that is the debug build (slow to start:
# AddressSanitizer) and an up-to-date static release build exists, that one.
# shellcheck source=test/support/netns.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/netns.sh"

CLIENTS=${CNI_CLIENTS_DIR:-$CNI_SOURCE_DIR/build/clients}
# shellcheck disable=SC2034 # for those who source this
EXAMPLES=$CNI_SOURCE_DIR/conf-examples
PLUGINS=/run/plugins
# One name for each run: PID namespaces are numbered.
CGROUP=cni-$(readlink /proc/self/ns/pid | tr -dc 0-9)
CLIENT_LOG=/run/client.log

# choose_plugins: set CNI_BIN_DIR to the build to test
choose_plugins() {
	local static=$CNI_SOURCE_DIR/build/release-static/bin oldest
	[ "$CNI_BIN_DIR" = "$CNI_SOURCE_DIR/build/debug/bin" ] || return 0
	[ -x "$static/portmap" ] || return 0
	# shellcheck disable=SC2012 # our own names
	oldest=$(ls -t "$static"/* | tail -n 1)
	[ -z "$(find "$CNI_SOURCE_DIR"/{lib,include,plugins} -name '*.[ch]' \
		-newer "$oldest" -print -quit)" ] || return 0
	export CNI_BIN_DIR=$static
}

# ---- packages ----

# sources SUITE TYPE: package sources of our own in $CLIENTS/apt, made from the
# system's; SUITE "-" leaves their suites.  TYPE: deb or deb-src.  Sets the
# array apt_options.
sources() {
	local suite=$1 type=$2 apt=$CLIENTS/apt/$1-$2 file suites='&'
	[ "$suite" = - ] || suites="Suites: $suite"
	mkdir -p "$apt/parts" "$apt/lists/partial"
	for file in /etc/apt/sources.list.d/debian.sources \
		/etc/apt/sources.list.d/*.sources /etc/apt/sources.list; do
		[ -f "$file" ] && break
	done
	case $file in
	*.sources)
		awk 'BEGIN { RS = ""; ORS = "\n\n" } !/-security/ && !n++' "$file" |
			sed -e "s/^Types:.*/Types: $type/" \
				-e "s/^Suites:.*/$suites/" > "$apt/parts/own.sources"
		;;
	*)
		awk -v suite="$suite" -v type="$type" '$1 == "deb" && !/security/ {
			$1 = type
			if (suite != "-") $(/\[/ ? 4 : 3) = suite
			print; exit
		}' "$file" > "$apt/parts/own.list"
		;;
	esac
	apt_options=(-q -y -o "Dir::Etc::sourceparts=$apt/parts"
		-o Dir::Etc::sourcelist=/dev/null
		-o "Dir::State::Lists=$apt/lists" -o APT::Sandbox::User=root
		-o Debug::NoLocking=1)
	[ -n "$(find "$apt/lists" -maxdepth 1 -type f -size +100k -mmin -600 -print -quit)" ] ||
		{ apt-get "${apt_options[@]}" update > "$apt/log" 2>&1 &&
			touch "$apt"/lists/*; } ||
		skip "cannot read the package lists of $suite ($type): $(tail -n 1 "$apt/log")"
}

# unpacked SET SUITE PACKAGE...: unpack packages into $CLIENTS/SET/root
#
# SUITE "-": the system's own, with what they depend on and the system lacks;
# another suite: only the packages named.
unpacked() {
	local set=$CLIENTS/$1 suite=$2 deb=$CLIENTS/$1/deb
	local -a how apt_options
	shift 2
	[ "$(cat "$set/complete" 2> /dev/null)" != "$*" ] || return 0
	rm -rf "$set"
	mkdir -p "$deb/partial" "$set/root"
	sources "$suite" deb
	how=(download)
	[ "$suite" != - ] || how=(--no-install-recommends --download-only
		-o "Dir::Cache::archives=$deb" install)
	(cd "$deb" && apt-get "${apt_options[@]}" "${how[@]}" "$@") > "$set/log" 2>&1 ||
		skip "cannot download $*: $(grep '^E:' "$set/log" | head -n 1)"
	for deb in "$deb"/*.deb; do
		[ ! -f "$deb" ] || dpkg -x "$deb" "$set/root"
	done
	rm -rf "$set/deb"
	printf '%s' "$*" > "$set/complete"
}

# source_archive SUITE PACKAGE: the upstream archive of a source package, in
# $CLIENTS/src.  apt-get fails when a mirror lacks the packaging beside it;
# the archive is enough.  Prints its path.
source_archive() {
	local archive src=$CLIENTS/src/$1
	local -a apt_options
	mkdir -p "$src"
	archive=$(find "$src" -name "$2_*.orig.tar.*" ! -name '*.asc' -print -quit)
	if [ -z "$archive" ]; then
		sources "$1" deb-src
		(cd "$src" && apt-get "${apt_options[@]}" source --download-only "$2") > "$src/log" 2>&1 || true
		archive=$(find "$src" -name "$2_*.orig.tar.*" ! -name '*.asc' -print -quit)
	fi
	[ -n "$archive" ] || skip "cannot download the source of $2 from $1: $(grep '^E:' "$src/log" | head -n 1)"
	printf '%s\n' "$archive"
}

# go_program GO ARCHIVE IMPORT PACKAGE OUTPUT [FILE.go]: build PACKAGE of the Go
# tree in ARCHIVE, which programs import as IMPORT, with the Go unpacked as the
# set GO.  FILE.go: a program of ours, in the place of PACKAGE's own.
go_program() {
	local go gopath source
	[ ! -x "$5" ] || return 0
	go=$(find "$CLIENTS/$1/root/usr/lib" -maxdepth 1 -name 'go-*' -print -quit)
	gopath=$(mktemp -d "$CLIENTS/gopath.XXXXXX")
	source=$gopath/src/$3
	mkdir -p "$source" "${5%/*}"
	tar -xf "$2" --strip-components=1 -C "$source"
	[ $# -lt 6 ] || cp "$6" "$source/$4/${4##*/}.go"
	# Minutes, for the kubelet, of a machine that others may use too.
	(cd "$source" && exec nice -n 10 env GOROOT="$go" GOPATH="$gopath" GO111MODULE=off \
		CGO_ENABLED=0 GOTOOLCHAIN=local GOCACHE="$CLIENTS/go-cache" \
		GOFLAGS=-p=2 "$go/bin/go" build -ldflags='-s -w' -o "$5.new" "./$4") ||
		fail "${4##*/} does not build"
	mv "$5.new" "$5"
	rm -rf "$gopath"
}

# ---- inside a private host ----

# plugins_alone: make $PLUGINS, with our four executables and nothing else
plugins_alone() {
	mkdir -p "$PLUGINS"
	cp "$CNI_BIN_DIR"/{bridge,host-local,portmap,loopback} "$PLUGINS/"
	export CNI_PATH=$PLUGINS
}

# lay_over SET...: show the sets' unpacked packages in /usr and /etc
lay_over() {
	local set dir below
	mkdir -p /run/over
	mount -t tmpfs tmpfs /run/over
	mkdir -p /run/over/{usr,etc}/{upper,work}
	for dir in usr etc; do
		below=/$dir
		for set in "$@"; do
			mkdir -p "$CLIENTS/$set/root/$dir"
			below=$CLIENTS/$set/root/$dir:$below
		done
		# Writable, so that a test can configure its client the usual way.
		mount -t overlay overlay -o "lowerdir=$below,upperdir=/run/over/$dir/upper,workdir=/run/over/$dir/work" "/$dir"
	done
	hash -r
}

# busybox SET: path of the static busybox that came with the set
busybox() {
	local path=$CLIENTS/$1/root/bin/busybox
	[ -x "$path" ] || path=/bin/busybox
	printf '%s' "$path"
}

# needs_cgroups: skip where no controller is mounted
needs_cgroups() {
	[ -n "$(ls /sys/fs/cgroup 2> /dev/null)" ] ||
		skip "no cgroups are mounted on this machine"
}

# kill_all: all processes of this host but the test itself, which is process 1
# of a PID namespace that holds nothing else
kill_all() {
	[ $$ -eq 1 ] || fail "not in a PID namespace of its own"
	kill -9 -1 2> /dev/null || true
}

# leave: end the processes of the sandboxes before the namespace ends them, so
# that their cgroups are empty and can go
leave() {
	local result=$? name
	[ "$result" -eq 0 ] || [ ! -f "$CLIENT_LOG" ] || tail -n 15 "$CLIENT_LOG" | cut -c 1-400 >&2
	exec 2> /dev/null # "Killed"
	kill_all
	for name in /sys/fs/cgroup/*/"$CGROUP" /sys/fs/cgroup/"$CGROUP"; do
		# What was killed may take a moment to leave its cgroup.
		for _ in {1..50}; do
			[ -d "$name" ] || break
			find "$name" -depth -type d -exec rmdir {} \; || true
			[ ! -d "$name" ] || sleep 0.05
		done
	done
	exit "$result"
}

# nft_elements: all elements of sets and maps but those that expire by
# themselves (the addresses of this machine that packets came for), a line each
nft_elements() {
	nft -j list ruleset | jq -c '.nftables[] | (.map // .set // empty)
		| .name as $name | (.elem // [])[]
		| select([.. | objects | has("expires")] | any | not) | [$name, .]'
}

# nothing_left BRIDGE NETWORK: no pod's interface, lease, rule or map element
nothing_left() {
	local left
	left=$(ip -j link show master "$1" 2> /dev/null | jq -r '.[].ifname' || true)
	[ -z "$left" ] || fail "interfaces left on $1: $left"
	left=$(find "/var/lib/cni/networks/$2" -name '[0-9a-f]*[.:]*' 2> /dev/null || true)
	[ -z "$left" ] || fail "leases left: $left"
	left=$(iptables-save -t nat 2> /dev/null | grep -E 'CNI-(DN-|[0-9a-f]{24})' || true)
	[ -z "$left" ] || fail "iptables rules left: $left"
	left=$(nft_elements)
	[ -z "$left" ] || fail "nf_tables elements left: $left"
}

# run_client_tests [FUNCTION...]: prepare(), then as run_tests
run_client_tests() {
	if [ -z "${CNI_TEST_FUNCTION:-}" ]; then
		[ "$(id -u)" -eq 0 ] || skip "needs root"
		needs apt-get dpkg
		choose_plugins
		printf 'plugins: %s\n' "$CNI_BIN_DIR"
		mkdir -p "$CLIENTS"
		exec 8> "$CLIENTS/lock"
		flock 8
		prepare
		exec 8>&-
		printf 'packages ready after %s s\n' "$SECONDS"
	fi
	run_tests "$@"
}
