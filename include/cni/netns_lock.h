/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns_lock.h - one at a time in a network namespace
 *
 * DOC: Theory of Operation
 *
 * What belongs to a network namespace and can be changed by several plugins at
 * once (a bridge that goes with its last port, rules that exist once) is
 * guarded by a flock(2) on the namespace's own file: there is no path to agree
 * on, no file to leave behind, and it ends with its holder.
 */
#ifndef CNI_NETNS_LOCK_H
#define CNI_NETNS_LOCK_H

#include "cni/error.h"

/* Holders need a few milliseconds, or 30 for each interface they delete. */
#define CNI_NETNS_LOCK_TIMEOUT_S 10

/**
 * cni_netns_lock() - lock the namespace the process is in
 * @operation: LOCK_EX or LOCK_SH
 * @ret_fd: close-on-exec; closing it unlocks
 * @reterr: code 11 when others hold it for too long
 *
 * SIGALRM and the process' interval timer are used while waiting.
 *
 * Return: 0 or a negative errno.
 */
int cni_netns_lock(int operation, int *ret_fd, struct cni_error *reterr);

#endif /* CNI_NETNS_LOCK_H */
