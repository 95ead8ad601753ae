/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tool.h - running one of the host's firewall programs
 */
#ifndef CNI_TOOL_H
#define CNI_TOOL_H

#include <limits.h>

#include "cni/error.h"
#include "cni/process.h"

#define TOOL_DIRS "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin"

/**
 * tool_find() - search a program in PATH and in the usual directories
 * @name: program name
 * @ret_path: receives its path
 *
 * Return: 0; -ENOENT.
 */
int tool_find(const char *name, char ret_path[static PATH_MAX]);

/**
 * tool_run() - run a program to its end, with an environment of PATH alone
 * @path: the program
 * @argv: NULL-terminated, name first
 * @input: its standard input; NULL for none
 * @process: zeroed; what it wrote and how it ended
 * @reterr: code 999
 *
 * Return: 0 when it ended, however it did; a negative errno.
 */
int tool_run(const char *path, char *const *argv, const struct cni_buf *input,
	     struct cni_process *process, struct cni_error *reterr);

#endif /* CNI_TOOL_H */
