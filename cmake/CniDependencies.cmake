# SPDX-License-Identifier: Apache-2.0
# Run-time and test dependencies, all from the distribution.  A missing one
# stops the configuration with the name of the Debian package that has it.
find_package(PkgConfig)
if(NOT PkgConfig_FOUND)
	message(FATAL_ERROR "pkg-config is missing: apt-get install pkg-config")
endif()

function(cni_require target module package)
	pkg_check_modules(${target} QUIET IMPORTED_TARGET GLOBAL "${module}")
	if(NOT ${target}_FOUND)
		message(FATAL_ERROR
			"${module} is missing: apt-get install ${package}")
	endif()
endfunction()

cni_require(MNL libmnl libmnl-dev)
cni_require(JSONC json-c libjson-c-dev)
cni_require(LIBMD libmd libmd-dev)

# What the library and the plugins link: cni::mnl, cni::jsonc, cni::md.
if(CNI_STATIC)
	include(CniStatic)
else()
	add_library(cni::mnl ALIAS PkgConfig::MNL)
	add_library(cni::jsonc ALIAS PkgConfig::JSONC)
	add_library(cni::md ALIAS PkgConfig::LIBMD)
	if(BUILD_TESTING)
		cni_require(CMOCKA cmocka libcmocka-dev)
	endif()
endif()
