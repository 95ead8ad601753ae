/* SPDX-License-Identifier: Apache-2.0 */
/*
 * builtin.h - delegates whose code is in the executable
 *
 * DOC: Theory of Operation
 *
 * A plugin that delegates to another one starts a process for it: a third of
 * the time and half of the instructions of a whole ADD of bridge with
 * host-local.  An executable that contains the delegate's code can do without,
 * as long as nobody could tell the difference: the file that would be executed
 * must be the very program that this code was built into.  Its build id, a
 * hash of the sources both were made of, says that.  Any other file of that
 * name (the Go plugin, another version, a script) is executed as ever, and so
 * is one that may not be executed, for the error.
 *
 * Results of versions before 0.3.0 lose members when they are printed, and a
 * time limit (`delegateTimeoutSeconds`) can only be kept by killing; these
 * calls are executed, too.
 */
#ifndef CNI_BUILTIN_H
#define CNI_BUILTIN_H

#include <stdbool.h>
#include <stdint.h>

#include "cni/skel.h"

/* Of SHA-1's size, as linkers make them; here it is cut from a SHA-256. */
#define CNI_BUILD_ID_SIZE 20

/**
 * struct cni_builtin - a plugin whose code is in this executable
 * @plugin: its verbs
 * @build_id: of its own executable (ELF note NT_GNU_BUILD_ID)
 */
struct cni_builtin {
	const struct cni_plugin *plugin;
	uint8_t build_id[CNI_BUILD_ID_SIZE];
};

/**
 * cni_builtin_is_file() - is a file the builtin's own executable?
 * @builtin: the builtin
 * @file: path of an executable
 *
 * Return: whether it may be executed and has the build id near its beginning.
 */
bool cni_builtin_is_file(const struct cni_builtin *builtin, const char *file);

#endif /* CNI_BUILTIN_H */
