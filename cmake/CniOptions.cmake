# SPDX-License-Identifier: Apache-2.0
# The INTERFACE target cni_options: language level, warnings, hardening,
# sanitizers.  Every target of the project links it; nothing is set
# directory-wide.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

add_library(cni_options INTERFACE)
target_compile_features(cni_options INTERFACE c_std_17)
target_compile_definitions(cni_options INTERFACE _GNU_SOURCE)
target_include_directories(cni_options INTERFACE "${PROJECT_SOURCE_DIR}/include")
set(CMAKE_C_EXTENSIONS OFF)

check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

function(cni_probe_flags)
	foreach(flag IN LISTS ARGN)
		string(MAKE_C_IDENTIFIER "CNI_HAS${flag}" has)
		check_c_compiler_flag("${flag}" ${has})
		if(${has})
			target_compile_options(cni_options INTERFACE "${flag}")
		endif()
	endforeach()
endfunction()

cni_probe_flags(
	-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
	-Wcast-align=strict -Wcast-qual -Wformat=2 -Wmissing-prototypes
	-Wstrict-prototypes -Wold-style-definition -Wwrite-strings -Wundef
	-Wvla -Wnull-dereference -Wduplicated-cond -Wduplicated-branches
	-Wlogical-op -Wimplicit-fallthrough -Wswitch-enum
	-Wframe-larger-than=16384 -fno-common)
if(CNI_WERROR)
	target_compile_options(cni_options INTERFACE -Werror)
endif()

if(CNI_SANITIZE)
	target_compile_options(cni_options INTERFACE
		-fsanitize=address,undefined -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	target_link_options(cni_options INTERFACE -fsanitize=address,undefined)
elseif(CNI_FUZZ)
	target_compile_options(cni_options INTERFACE
		-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer)
	target_link_options(cni_options INTERFACE -fsanitize=address,undefined)
elseif(CNI_COVERAGE)
	target_compile_options(cni_options INTERFACE --coverage -O0)
	target_link_options(cni_options INTERFACE --coverage)
elseif(NOT CNI_PLAIN)
	# Variables set to zero by the compiler would hide from valgrind that
	# nobody else set them.
	cni_probe_flags(
		-fstack-protector-strong -fstack-clash-protection -fcf-protection
		-ftrivial-auto-var-init=zero)
	# FORTIFY needs optimisation; a Debug build would only warn about it.
	target_compile_options(cni_options INTERFACE
		$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
		$<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
	target_link_options(cni_options INTERFACE
		-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code)
endif()
