# SPDX-License-Identifier: Apache-2.0
# Static builds: one hardened static PIE per plugin, for hosts that have none
# of our libraries.  pkg-config would silently fall back to a shared library
# where an archive is missing, so archives are named by path.
#
# musl is the default because of what a process start costs: 0.2 ms and 0.1 MB
# instead of 0.4 ms and 0.7 MB, at every call of a plugin.
if(NOT CNI_LIBC MATCHES "^(musl|glibc)$")
	message(FATAL_ERROR "CNI_LIBC must be musl or glibc, not ${CNI_LIBC}")
endif()

set(CNI_SYSROOT "${PROJECT_BINARY_DIR}/sysroot")
if(NOT EXISTS "${CNI_SYSROOT}/complete-${CNI_LIBC}")
	message(STATUS "Collecting static libraries in ${CNI_SYSROOT}")
	execute_process(
		COMMAND "${PROJECT_SOURCE_DIR}/cmake/static/sysroot.sh"
			"${CNI_SYSROOT}" "${CNI_LIBC}"
		RESULT_VARIABLE result)
	if(result)
		message(FATAL_ERROR
			"static libraries are missing, see the message above")
	endif()
endif()

foreach(pair IN ITEMS mnl:mnl jsonc:json-c md:md)
	string(REPLACE ":" ";" pair "${pair}")
	list(GET pair 0 target)
	list(GET pair 1 archive)
	add_library(cni_${target} STATIC IMPORTED GLOBAL)
	set_target_properties(cni_${target} PROPERTIES
		IMPORTED_LOCATION "${CNI_SYSROOT}/lib/lib${archive}.a")
	add_library(cni::${target} ALIAS cni_${target})
endforeach()

# `-static-pie` must replace `-pie`: as an ordinary option it would be undone
# by the `-pie` that CMake adds behind it.
set(CMAKE_C_LINK_OPTIONS_PIE -static-pie)
target_compile_options(cni_options INTERFACE
	-g -Os -ffunction-sections -fdata-sections
	"-ffile-prefix-map=${PROJECT_SOURCE_DIR}=."
	"-ffile-prefix-map=${PROJECT_BINARY_DIR}=build")
target_link_options(cni_options INTERFACE -Wl,--gc-sections)

if(CNI_LIBC STREQUAL "musl")
	set(CMAKE_C_LINK_OPTIONS_PIE "")
	target_compile_options(cni_options INTERFACE
		"-specs=${CNI_SYSROOT}/static-pie.specs"
		-include "${PROJECT_SOURCE_DIR}/cmake/static/fortify.h")
	target_link_options(cni_options INTERFACE
		"-specs=${CNI_SYSROOT}/static-pie.specs")
	add_library(cni_checked STATIC
		"${PROJECT_SOURCE_DIR}/cmake/static/checked.c"
		"${PROJECT_SOURCE_DIR}/cmake/static/arena.c"
		"${PROJECT_SOURCE_DIR}/cmake/static/locale.c")
	target_compile_options(cni_checked PRIVATE
		"-specs=${CNI_SYSROOT}/static-pie.specs" -Os)
	target_compile_definitions(cni_checked PRIVATE _GNU_SOURCE)
	set_property(TARGET cni_jsonc cni_mnl cni_md APPEND PROPERTY
		INTERFACE_LINK_LIBRARIES cni_checked)
endif()
