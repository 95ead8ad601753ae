/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ifsetup.h - addresses, IFF_UP and routes of an interface in one request
 */
#ifndef CNI_IFSETUP_H
#define CNI_IFSETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/addr.h"
#include "cni/error.h"
#include "cni/netlink.h"
#include "cni/route.h"

/**
 * struct cni_ifsetup - what an interface is to have
 * @index: ifindex
 * @name: for error texts only
 * @addrs: addresses to add
 * @addr_count: number of @addrs
 * @addr_flags: CNI_IFADDR_*, for all of them
 * @up: set IFF_UP after the addresses
 * @arp_notify: announce IPv4 addresses (IPV4_DEVCONF_ARP_NOTIFY), sent with
 *	IFF_UP; saves a file below /proc/sys
 * @routes: routes to add, in order, after IFF_UP; an index of 0 means @index
 * @route_count: number of @routes
 */
struct cni_ifsetup {
	uint32_t index;
	const char *name;
	const struct cni_prefix *addrs;
	size_t addr_count;
	unsigned int addr_flags;
	bool up;
	bool arp_notify;
	const struct cni_rt *routes;
	size_t route_count;
};

/**
 * cni_ifsetup_apply() - do it, with one sendmsg()
 * @nl: NETLINK_ROUTE socket of the interface's namespace
 * @setup: what to do
 * @reterr: names the address or route that was refused: `failed to add IP addr
 *	<prefix> to "<name>": ...`, `failed to set "<name>" UP: ...`, `failed to
 *	add route '<route>': ...`
 *
 * The order is that of the Go plugins: addresses, up, routes.  After a failure
 * later parts may have been done: undo by deleting the interface.
 *
 * Return: 0 or the negative errno of the first refusal.
 * Source: containernetworking/plugins pkg/ipam/ipam_linux.go (ConfigureIface).
 */
int cni_ifsetup_apply(struct cni_nl *nl, const struct cni_ifsetup *setup,
		      struct cni_error *reterr);

#endif /* CNI_IFSETUP_H */
