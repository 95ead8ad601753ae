# SPDX-License-Identifier: Apache-2.0
# Packages, made by `cmake --build --preset release-static --target package`:
#  - cni-plugins-c DEB: the plugins in CNI_PLUGIN_DIR (default /opt/cni/bin)
#  - libcniplugin-dev DEB: headers, archive, pkg-config file (not from a
#    static build, whose archive is for another libc)
#  - TGZ in the layout of the upstream release: the executables at its top,
#    to be unpacked in /opt/cni/bin
# plus, by the target `release`, an SBOM and SHA256SUMS beside them.
set(CPACK_PACKAGE_NAME "cni-plugins-c")
set(CPACK_PACKAGE_VENDOR "The cniplugin authors")
set(CPACK_PACKAGE_CONTACT "The cniplugin authors <maintainers@invalid>")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}~rc.1")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX "/usr")
set(CPACK_STRIP_FILES OFF)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR "DEB")
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_SET_DESTDIR OFF)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME "DEB-DEFAULT")
set(CPACK_DEBIAN_PACKAGE_SECTION "net")
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "https://www.cni.dev/")

set(CPACK_DEBIAN_PLUGINS_PACKAGE_NAME "cni-plugins-c")
set(CPACK_DEBIAN_PLUGINS_PACKAGE_SECTION "net")
set(CPACK_COMPONENT_PLUGINS_DESCRIPTION
	"Replacements in C for the plugins bridge, host-local, portmap and loopback
of the containernetworking project.")
# Debian's package of the Go plugins has the same file names only when both
# are put into /usr/lib/cni.
if(CNI_PLUGIN_DIR STREQUAL "/usr/lib/cni")
	set(CPACK_DEBIAN_PLUGINS_PACKAGE_CONFLICTS
		"containernetworking-plugins")
	set(CPACK_DEBIAN_PLUGINS_PACKAGE_REPLACES
		"containernetworking-plugins")
endif()

set(CPACK_DEBIAN_DEV_PACKAGE_NAME "libcniplugin-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION "libdevel")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libmnl-dev, libjson-c-dev, libmd-dev")
set(CPACK_COMPONENT_DEV_DESCRIPTION "Library for writing CNI plugins in C")
if(CNI_STATIC)
	set(CPACK_COMPONENTS_ALL plugins)
else()
	set(CPACK_DEBIAN_PLUGINS_PACKAGE_SHLIBDEPS ON)
	set(CPACK_COMPONENTS_ALL plugins dev)
endif()
include(CPack)

if(CNI_STATIC)
	add_custom_target(release
		COMMAND "${PROJECT_SOURCE_DIR}/cmake/static/release.sh"
			"${PROJECT_BINARY_DIR}" "${CNI_FULL_VERSION}"
		DEPENDS bridge host-local portmap loopback manuals
		WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
		VERBATIM)
endif()
