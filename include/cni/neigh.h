/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neigh.h - neighbour (ARP and NDP) entries
 */
#ifndef CNI_NEIGH_H
#define CNI_NEIGH_H

#include <stdint.h>

#include "cni/error.h"
#include "cni/ip.h"
#include "cni/netlink.h"

/**
 * cni_neigh_del() - forget who has an address
 * @nl: NETLINK_ROUTE socket
 * @index: ifindex of the interface the neighbour is behind
 * @addr: the neighbour's address
 * @reterr: `delete neighbour <addr>: ...`
 *
 * Return: 0, also when there was no entry; a negative errno.
 */
int cni_neigh_del(struct cni_nl *nl, uint32_t index,
		  const struct cni_addr *addr, struct cni_error *reterr);

#endif /* CNI_NEIGH_H */
