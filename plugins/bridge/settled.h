/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settled.h - has an interface this address? asked without a dump
 */
#ifndef BRIDGE_SETTLED_H
#define BRIDGE_SETTLED_H

#include <stdbool.h>
#include <stdint.h>

#include "cni/ip.h"
#include "cni/netlink.h"

/**
 * bridge_has_address() - is this address, with this length, on an interface?
 * @host: NETLINK_ROUTE socket in the interface's namespace
 * @index: ifindex
 * @address: the address
 * @neighbour: another address of its subnet that the host does not have
 *
 * IPv6 addresses can be asked for one by one.  For IPv4 the route to
 * @neighbour is, which the kernel has made for the subnet and which tells
 * address, length and interface.
 *
 * Return: true when it is certain; false also when it cannot be told.
 */
bool bridge_has_address(struct cni_nl *host, uint32_t index,
			const struct cni_prefix *address,
			const struct cni_addr *neighbour);

#endif /* BRIDGE_SETTLED_H */
