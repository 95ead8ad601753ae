/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linger.h - let a child wait for the kernel's grace periods
 *
 * DOC: Theory of Operation
 *
 * Deleting an interface makes its caller wait 8 to 35 ms for RCU grace periods
 * after the interface is gone already: netdev_run_todo() calls rcu_barrier()
 * before sendmsg() returns.  So does closing a netlink socket over which
 * nf_tables objects were deleted (nft_rcv_nl_event() flushes the destruction
 * work).  Nobody needs to wait for that: names, addresses and ports are free.
 *
 * The first call here forks a child, one per process.  It closes every
 * inherited descriptor (a runtime waits for the end of the pipes it gave us),
 * leaves session and directory, and then takes over sockets, with a request to
 * send on them or only to close them, until the process that started it has
 * ended.  An alarm ends it after CNI_LINGER_MAX_S in any case.
 *
 * The exit status stays true: the requests' answers arrive at the socket, which
 * parent and child share, so it is the parent that sees the event "deleted"
 * or the kernel's refusal.  Whenever something is in doubt - no child could be
 * started, it was killed, events were lost, the kernel refused - the parent
 * makes the same request itself, waits, and reports what the kernel says.
 *
 * Killed at any point, the parent leaves at worst a child that finishes the
 * deletion; killed, the child leaves a parent that does it itself.
 *
 * Source: net/core/dev.c (netdev_run_todo), net/netfilter/nf_tables_api.c
 * (nft_rcv_nl_event); unix(7) on SCM_RIGHTS.
 */
#ifndef CNI_LINGER_H
#define CNI_LINGER_H

#include <stdint.h>

#include "cni/error.h"
#include "cni/netlink.h"

/* The child is gone after this many seconds, whatever happens. */
#define CNI_LINGER_MAX_S 5

/**
 * cni_linger_delete_link() - delete an interface, return once it is gone
 * @nl: NETLINK_ROUTE socket of its namespace, subscribed to nothing
 * @index: ifindex
 * @reterr: code 999
 *
 * As cni_link_delete_index() without the wait for the grace period.
 *
 * Return: 0; -ENODEV no such interface; another negative errno.
 */
int cni_linger_delete_link(struct cni_nl *nl, uint32_t index,
			   struct cni_error *reterr);

/**
 * cni_linger_close() - close a netlink socket whose close() would wait
 * @nl: the socket; zeroed
 */
void cni_linger_close(struct cni_nl *nl);

/**
 * cni_linger_finish() - wait until the child has done its work and ended
 *
 * Plugins end without it.  For programs that live on: the child is theirs to
 * reap.
 */
void cni_linger_finish(void);

#endif /* CNI_LINGER_H */
