/* SPDX-License-Identifier: Apache-2.0 */
/* lock.h - waiting for a lock, but not for ever */
#ifndef HOST_LOCAL_LOCK_H
#define HOST_LOCAL_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cni/error.h"

/**
 * hl_lock() - take an exclusive flock()
 * @fd: the lock file
 * @timeout: seconds to wait; 0 does not wait
 * @reterr: code 11, naming the process that holds the lock
 *
 * SIGALRM and the process' interval timer are used while waiting.
 *
 * Return: 0; -EAGAIN still held by another after @timeout; a negative errno.
 */
int hl_lock(int fd, int64_t timeout, struct cni_error *reterr);

/**
 * struct hl_lock_line - a lock as /proc/locks shows it
 */
struct hl_lock_line {
	pid_t pid;
	unsigned int major;
	unsigned int minor;
	uint64_t ino;
};

/**
 * hl_lock_parse_line() - read a line of /proc/locks
 * @line: the line
 * @ret_line: filled for a flock() that is held
 *
 * Source: linux fs/locks.c, lock_get_status().
 *
 * Return: false for all other lines.
 */
bool hl_lock_parse_line(const char *line, struct hl_lock_line *ret_line);

#endif /* HOST_LOCAL_LOCK_H */
