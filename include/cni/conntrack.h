/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conntrack.h - forget the flows of published ports
 *
 * DOC: Theory of Operation
 *
 * NAT is decided by a flow's first packet.  A flow that was there before a port
 * was published, or is still there after it no longer is, keeps going where it
 * went: UDP clients that send from one port talk into the void for minutes.
 * So the flows of a mapping are deleted when it comes and when it goes; the
 * next packet makes a new one.
 *
 * Only flows to addresses of the node itself are the mapping's: a flow that is
 * forwarded elsewhere and happens to have the same destination port is not
 * touched.  One dump for any number of mappings, restricted to their protocol
 * by the kernel where it can (Linux 5.8 and later).
 *
 * Source: include/uapi/linux/netfilter/nfnetlink_conntrack.h;
 * net/netfilter/nf_conntrack_netlink.c.
 */
#ifndef CNI_CONNTRACK_H
#define CNI_CONNTRACK_H

#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/ip.h"

/**
 * struct cni_conntrack_port - the flows of one published port
 * @protocol: IPPROTO_UDP or IPPROTO_SCTP; others are left alone, since their
 *	connections end by themselves
 * @port: published port, host byte order
 * @address: published address; unset for all addresses of the node
 * @pod: only flows that lead to this address; unset for wherever they lead
 */
struct cni_conntrack_port {
	uint8_t protocol;
	uint16_t port;
	struct cni_addr address;
	struct cni_addr pod;
};

/**
 * cni_conntrack_flush() - delete the flows of published ports
 * @family: AF_INET or AF_INET6
 * @ports: the ports; sorted on return
 * @count: how many
 * @reterr: code 999
 *
 * A kernel without connection tracking has no flows.
 *
 * Return: number of flows deleted; a negative errno.
 */
int cni_conntrack_flush(int family, struct cni_conntrack_port *ports,
			size_t count, struct cni_error *reterr);

#endif /* CNI_CONNTRACK_H */
