/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock.h - waiting for a flock(2), but not for ever
 */
#ifndef CNI_LOCK_H
#define CNI_LOCK_H

#include <stdint.h>

/**
 * cni_lock() - take a flock(2)
 * @fd: of the file
 * @operation: LOCK_EX or LOCK_SH
 * @timeout: seconds to wait; 0 does not wait
 *
 * flock(2) has no time limit of its own, so a signal ends the wait: SIGALRM and
 * the process' interval timer are used meanwhile.
 *
 * Return: 0; -EWOULDBLOCK somebody else still holds it; another negative errno.
 */
int cni_lock(int fd, int operation, int64_t timeout);

#endif /* CNI_LOCK_H */
