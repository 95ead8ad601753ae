# SPDX-License-Identifier: Apache-2.0
# Manual pages, written from --help of each executable and from the headers.
# They are in section 8cni, because there is a bridge(8) of iproute2.
set(pages)
foreach(plugin IN ITEMS bridge host-local loopback portmap)
	set(page "${PROJECT_BINARY_DIR}/man/${plugin}.8")
	add_custom_command(OUTPUT "${page}"
		COMMAND "${CMAKE_COMMAND}" -E make_directory
			"${PROJECT_BINARY_DIR}/man"
		COMMAND bash "${PROJECT_SOURCE_DIR}/cmake/man.sh" plugin
			$<TARGET_FILE:${plugin}> "${PROJECT_SOURCE_DIR}" > "${page}"
		DEPENDS ${plugin} "${PROJECT_SOURCE_DIR}/cmake/man.sh"
		VERBATIM)
	list(APPEND pages "${page}")
	install(FILES "${page}" RENAME "${plugin}.8cni"
		DESTINATION "${CMAKE_INSTALL_MANDIR}/man8"
		COMPONENT plugins)
endforeach()

file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/cni/*.h")
set(page "${PROJECT_BINARY_DIR}/man/cniplugin.3")
add_custom_command(OUTPUT "${page}"
	COMMAND "${CMAKE_COMMAND}" -E make_directory "${PROJECT_BINARY_DIR}/man"
	COMMAND bash "${PROJECT_SOURCE_DIR}/cmake/man.sh" library
		"${PROJECT_SOURCE_DIR}" "${CNI_FULL_VERSION}"
		$<TARGET_FILE:loopback> > "${page}"
	DEPENDS loopback ${headers} "${PROJECT_SOURCE_DIR}/examples/tuning.c" "${PROJECT_SOURCE_DIR}/cmake/man.sh"
	VERBATIM)
list(APPEND pages "${page}")
install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man3"
	COMPONENT dev)

add_custom_target(manuals ALL DEPENDS ${pages})
