# SPDX-License-Identifier: Apache-2.0
# Functions that make the project's targets.

# cni_add_plugin(NAME): an executable NAME from plugins/NAME/*.c.  All but
# main.c also make the object library NAME-core, which tests link.
function(cni_add_plugin name)
	file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.c")
	list(FILTER sources EXCLUDE REGEX "/main\\.c$")
	add_executable(${name} "${name}/main.c")
	target_link_libraries(${name} PRIVATE cni_options)
	if(sources)
		add_library(${name}-core STATIC ${sources})
		target_include_directories(${name}-core PUBLIC
			"${CMAKE_CURRENT_SOURCE_DIR}/${name}")
		target_link_libraries(${name}-core PUBLIC cniplugin
			PRIVATE cni_options)
		target_link_libraries(${name} PRIVATE ${name}-core)
	endif()
	target_link_libraries(${name} PRIVATE cniplugin)
	if(CNI_STATIC)
		cni_split_debug(${name})
	endif()
	install(TARGETS ${name} RUNTIME DESTINATION "${CNI_PLUGIN_DIR}"
		COMPONENT plugins)
endfunction()

# cni_split_debug(NAME): strip the executable; what gdb needs goes to
# debug/NAME.debug, to which the executable keeps a link.
function(cni_split_debug name)
	set(debug "${PROJECT_BINARY_DIR}/debug/${name}.debug")
	target_compile_options(${name} PRIVATE -g)
	add_custom_command(TARGET ${name} POST_BUILD
		COMMAND "${CMAKE_COMMAND}" -E make_directory
			"${PROJECT_BINARY_DIR}/debug"
		COMMAND "${CMAKE_OBJCOPY}" --only-keep-debug
			$<TARGET_FILE:${name}> "${debug}"
		COMMAND "${CMAKE_OBJCOPY}" --strip-all
			"--add-gnu-debuglink=${debug}" $<TARGET_FILE:${name}>
		VERBATIM)
endfunction()

# cni_add_test(NAME [LABELS l...] [LIBS lib...] [TIMEOUT s] SOURCES file...)
# One cmocka program, run as the ctest test NAME.  Exit status 77 is a skip.
function(cni_add_test name)
	cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
	add_executable(${name} ${ARG_SOURCES})
	set_target_properties(${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test")
	target_link_libraries(${name} PRIVATE cni_options ${ARG_LIBS}
		cni_test_support cniplugin PkgConfig::CMOCKA)
	target_compile_definitions(${name} PRIVATE
		CNI_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
		CNI_BIN_DIR="${PROJECT_BINARY_DIR}/bin")
	add_test(NAME ${name} COMMAND ${name})
	cni_test_properties(${name} "${ARG_LABELS}" "${ARG_TIMEOUT}")
endfunction()

# cni_add_script_test(NAME SCRIPT [LABELS l...] [TIMEOUT s] [ARGS a...])
# One shell script, run as the ctest test NAME with the directory of the
# built plugins in CNI_BIN_DIR and the source tree in CNI_SOURCE_DIR.
function(cni_add_script_test name script)
	cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS;ARGS" ${ARGN})
	add_test(NAME ${name}
		COMMAND bash "${CMAKE_CURRENT_SOURCE_DIR}/${script}" ${ARG_ARGS})
	cni_test_properties(${name} "${ARG_LABELS}" "${ARG_TIMEOUT}")
endfunction()

# cni_add_shell_tests(PREFIX SCRIPT [LABELS l...] [TIMEOUT s])
# Each function test_* of a script on test/support/netns.sh, as the ctest test
# PREFIX.<function without test_>.  A comment "# serial" on the line of a
# function's head keeps other tests from running beside it.
function(cni_add_shell_tests prefix script)
	cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS" ${ARGN})
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${script}")
	file(STRINGS "${script}" heads REGEX "^test_[A-Za-z0-9_]+\\(\\)")
	foreach(head IN LISTS heads)
		string(REGEX MATCH "^test_[A-Za-z0-9_]+" function "${head}")
		string(REGEX REPLACE "^test_" "${prefix}." name "${function}")
		add_test(NAME ${name} COMMAND bash "${script}" ${function})
		cni_test_properties(${name} "${ARG_LABELS}" "${ARG_TIMEOUT}")
		if(head MATCHES "# serial")
			set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
		endif()
	endforeach()
endfunction()

function(cni_test_properties name labels timeout)
	if(NOT timeout)
		set(timeout 120)
	endif()
	set_tests_properties(${name} PROPERTIES
		SKIP_RETURN_CODE 77 TIMEOUT ${timeout} LABELS "${labels}"
		ENVIRONMENT "CNI_BIN_DIR=${PROJECT_BINARY_DIR}/bin;CNI_SOURCE_DIR=${PROJECT_SOURCE_DIR};CNI_BUILD_DIR=${PROJECT_BINARY_DIR}")
endfunction()
