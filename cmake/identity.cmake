# SPDX-License-Identifier: Apache-2.0
# identity.cmake - what an executable is made of, as a build id
#
#   cmake -DSOURCES=list -DSALT=text -DHEADER=file -DFLAGS=file -P identity.cmake
#
# Writes a header with the id and a linker response file that gives it to an
# executable.  SOURCES is a file that names one source in each line; SALT is
# whatever else decides what is built.  Paths are not part of it, so that the
# same sources give the same bytes everywhere.
file(STRINGS "${SOURCES}" sources)
set(sums "${SALT}")
foreach(source IN LISTS sources)
	file(SHA256 "${source}" sum)
	string(APPEND sums "\n${sum}")
endforeach()
string(SHA256 id "${sums}")
string(SUBSTRING "${id}" 0 40 id)
string(REGEX REPLACE "(..)" "0x\\1, " bytes "${id}")
file(CONFIGURE OUTPUT "${HEADER}" CONTENT
	"/* SPDX-License-Identifier: Apache-2.0 */\n#define HL_BUILD_ID { ${bytes}}\n")
file(CONFIGURE OUTPUT "${FLAGS}" CONTENT "--build-id=0x${id}\n")
