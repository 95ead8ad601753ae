/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ready.h - wait until the kernel really has an IPv6 address
 */
#ifndef BRIDGE_READY_H
#define BRIDGE_READY_H

#include <stddef.h>

#include "cni/ip.h"
#include "cni/netlink.h"

/**
 * bridge_await_ready() - wait until addresses answer
 * @nl: NETLINK_ROUTE socket of their namespace, subscribed to nothing
 * @addrs: addresses that were just added; those of IPv4 are ready at once
 * @count: how many
 *
 * Also without duplicate address detection the kernel hands a new IPv6 address
 * to a worker, which joins its multicast group and makes it local.  A neighbour
 * that asks before that gets no answer, and asks again after a second.  Usually
 * the worker is done by now, and this costs one question per address.
 *
 * Source: net/ipv6/addrconf.c, addrconf_dad_work() and
 * addrconf_dad_completed().
 */
void bridge_await_ready(struct cni_nl *nl, const struct cni_prefix *addrs,
			size_t count);

#endif /* BRIDGE_READY_H */
