/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announce.h - tell the neighbours who has an address now
 *
 * DOC: Theory of Operation
 *
 * A reused address answers at once only if host and siblings learn its new
 * Ethernet address.  The kernel can announce by itself, but does so when the
 * pod's interface goes up, which may be before the bridge port forwards.  So:
 *
 * 1. set arp_notify (cni_ifsetup or sysctl) and ndisc_notify (sysctl) on the
 *    pod's interface,
 * 2. cni_link_wait_forwarding() on the host's end,
 * 3. cni_announce(): the interface's own address is set once more.  Whenever
 *    that happens the kernel sends a gratuitous ARP request for every IPv4
 *    address and an unsolicited neighbour advertisement for every IPv6 one.
 *
 * Why not a packet socket: closing one waits for an RCU grace period (8-18 ms
 * measured on 6.18), at close() or at exit.  This costs 20 us and cannot
 * announce what the interface does not have.
 */
#ifndef CNI_ANNOUNCE_H
#define CNI_ANNOUNCE_H

#include <stdint.h>

#include "cni/error.h"
#include "cni/mac.h"
#include "cni/netlink.h"

/**
 * cni_announce() - announce all addresses of an interface
 * @nl: NETLINK_ROUTE socket of the interface's namespace
 * @index: ifindex
 * @mac: the Ethernet address the interface has
 * @reterr: `announce addresses: ...`
 *
 * IPv4 addresses are announced if arp_notify is set, IPv6 ones if ndisc_notify
 * is; tentative ones are not.
 *
 * Return: 0; -ENODEV; another negative errno.
 * Source: net/ipv4/devinet.c inetdev_event() and net/ipv6/ndisc.c
 * ndisc_netdev_event(), both on NETDEV_CHANGEADDR; RFC 5227 section 2.3;
 * RFC 4861 section 7.2.6.
 */
int cni_announce(struct cni_nl *nl, uint32_t index, const struct cni_mac *mac,
		 struct cni_error *reterr);

#endif /* CNI_ANNOUNCE_H */
