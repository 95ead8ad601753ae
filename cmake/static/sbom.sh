#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sbom.sh BUILD_DIR VERSION - an SPDX 2.3 document of what is linked in
#
# Source: SPDX specification 2.3, chapters 6 (document), 7 (package), 11
# (relationship).
set -euo pipefail

build=$1
version=$2
created=$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%Y-%m-%dT%H:%M:%SZ)

# package_version PACKAGE: of the unpacked package if there is one (it has the
# archive that was linked), else of the installed one.
package_version() {
	local file
	file=$(find "$build/sysroot/deb/$1" -name '*.deb' 2> /dev/null | head -n 1)
	if [ -n "$file" ]; then
		dpkg-deb -f "$file" Version
	else
		dpkg-query -W -f '${Version}' "$1"
	fi
}

# component ID NAME VERSION LICENCE
component() {
	printf '    {\n'
	printf '      "SPDXID": "SPDXRef-%s",\n' "$1"
	printf '      "name": "%s",\n' "$2"
	printf '      "versionInfo": "%s",\n' "$3"
	printf '      "downloadLocation": "NOASSERTION",\n'
	printf '      "filesAnalyzed": false,\n'
	printf '      "licenseConcluded": "NOASSERTION",\n'
	printf '      "licenseDeclared": "%s",\n' "$4"
	printf '      "copyrightText": "NOASSERTION"\n'
	printf '    }%s\n' "$5"
}

# linked ID COMMA: the suite contains that component, statically
linked() {
	printf '    {\n'
	printf '      "spdxElementId": "SPDXRef-suite",\n'
	printf '      "relationshipType": "STATIC_LINK",\n'
	printf '      "relatedSpdxElement": "SPDXRef-%s"\n' "$1"
	printf '    }%s\n' "$2"
}

libc=glibc
[ -f "$build/sysroot/complete-musl" ] && libc=musl
libc_version=$(package_version "$([ $libc = musl ] && echo musl-dev || echo libc6-dev)")
libc_licence=$([ $libc = musl ] && echo MIT || echo LGPL-2.1-or-later)

cat << HEAD
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "cni-plugins-c-$version",
  "documentNamespace": "urn:cniplugin:$version:$created",
  "creationInfo": {
    "created": "$created",
    "creators": ["Tool: sbom.sh"]
  },
  "packages": [
HEAD
component suite cni-plugins-c "$version" Apache-2.0 ,
component libmnl libmnl "$(package_version libmnl-dev)" LGPL-2.1-or-later ,
component json-c json-c "$(package_version libjson-c-dev)" MIT ,
component libmd libmd "$(package_version libmd-dev)" BSD-3-Clause ,
component libc "$libc" "$libc_version" "$libc_licence" ""
cat << MIDDLE
  ],
  "relationships": [
    {
      "spdxElementId": "SPDXRef-DOCUMENT",
      "relationshipType": "DESCRIBES",
      "relatedSpdxElement": "SPDXRef-suite"
    },
MIDDLE
linked libmnl ,
linked json-c ,
linked libmd ,
linked libc ""
cat << TAIL
  ]
}
TAIL
