/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route.h - routes
 *
 * struct cni_rt is a route as the kernel has it; struct cni_route
 * (cni/result.h) is one as a result has it.
 */
#ifndef CNI_RT_H
#define CNI_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/ip.h"
#include "cni/netlink.h"

/* Longest text of cni_rt_format(), with its NUL. */
#define CNI_RT_STRLEN 192

/**
 * struct cni_rt - a unicast route; zeroed means "not given" for each field
 * @dst: destination; its family is the route's
 * @gw: next hop; no address for directly reachable destinations
 * @index: ifindex the packets leave by
 * @table: 0 counts as RT_TABLE_MAIN; above 255 is fine
 * @priority: metric; 0 lets the kernel choose (0 for IPv4, 1024 for IPv6)
 * @scope: RT_SCOPE_*; 0 is universe
 * @protocol: RTPROT_*; 0 counts as RTPROT_BOOT when added
 * @mtu: bytes; 0 none
 * @advmss: bytes; 0 none
 * @src: preferred source address
 */
struct cni_rt {
	struct cni_prefix dst;
	struct cni_addr gw;
	uint32_t index;
	uint32_t table;
	uint32_t priority;
	uint8_t scope;
	uint8_t protocol;
	uint32_t mtu;
	uint32_t advmss;
	struct cni_addr src;
};

/**
 * cni_rt_format() - write a route as `ip route` does
 * @rt: e.g. "10.0.0.0/8 via 10.1.0.1 metric 5 table 100"
 * @ret_text: at least CNI_RT_STRLEN bytes
 *
 * Return: @ret_text.
 */
const char *cni_rt_format(const struct cni_rt *rt,
			  char ret_text[static CNI_RT_STRLEN]);

/**
 * cni_rt_put() - append the message that adds a route
 * @req: the request
 * @rt: the route; host bits of @rt->dst are refused by the kernel
 *
 * Sent with NLM_F_CREATE only, as the Go plugins do: a second route to the
 * same destination is added, an identical one is refused with EEXIST.
 */
void cni_rt_put(struct cni_nl_req *req, const struct cni_rt *rt);

/**
 * cni_rt_add() - add a route
 * @nl: NETLINK_ROUTE socket
 * @rt: the route
 * @reterr: `add route <route>: ...`
 *
 * Return: 0; -EEXIST an identical one is there; -ENETUNREACH, -EHOSTUNREACH
 * the gateway is not reachable; -EINVAL; another negative errno.
 */
int cni_rt_add(struct cni_nl *nl, const struct cni_rt *rt,
	       struct cni_error *reterr);

/** cni_rt_del() - remove the route that matches all given fields; -ESRCH none
 */
int cni_rt_del(struct cni_nl *nl, const struct cni_rt *rt,
	       struct cni_error *reterr);

/**
 * cni_rt_lookup() - which route would a packet take?
 * @nl: NETLINK_ROUTE socket
 * @dst: where to; nothing is sent there
 * @ret_rt: the route (RTM_F_FIB_MATCH); its first next hop when it has several
 * @reterr: `look up route to <dst>: ...`
 *
 * Return: 0; -ENETUNREACH, -EHOSTUNREACH no route; another negative errno.
 */
int cni_rt_lookup(struct cni_nl *nl, const struct cni_addr *dst,
		  struct cni_rt *ret_rt, struct cni_error *reterr);

/**
 * cni_rt_is_local() - is this an address of the host itself?
 * @nl: NETLINK_ROUTE socket
 * @addr: the address; every one of 127.0.0.0/8 is
 * @reterr: `look up route to <addr>: ...`
 *
 * Return: 1 or 0 (also when there is no route); another negative errno.
 */
int cni_rt_is_local(struct cni_nl *nl, const struct cni_addr *addr,
		    struct cni_error *reterr);

/**
 * cni_rt_exists() - is there a route like this one?
 * @nl: NETLINK_ROUTE socket
 * @rt: dst, table and index must be equal; gw, priority, scope, mtu, advmss
 *	where given
 * @ret_exists: the answer
 * @reterr: code 999; 11 when the table kept changing
 *
 * A dump filtered by the kernel (family, table, interface; Linux 4.20): for
 * CHECK, not for ADD.  Next hops of multipath routes count as routes.
 *
 * Return: 0 or a negative errno.
 */
int cni_rt_exists(struct cni_nl *nl, const struct cni_rt *rt, bool *ret_exists,
		  struct cni_error *reterr);

/**
 * cni_rt_uplink_mtu() - the smallest MTU of the ways out of this host
 * @nl: NETLINK_ROUTE socket
 * @ret_mtu: bytes; 0 when there is no default route
 * @reterr: code 999
 *
 * For IPv4 and IPv6, the kernel is asked which route a packet to the outside
 * would take, and by which interface (each next hop of it): two targeted
 * requests, whatever the size of the tables, that see policy rules and the
 * pairs of half-default routes of VPN clients as packets do.
 *
 * Return: 0 or a negative errno; no route is no error.
 */
int cni_rt_uplink_mtu(struct cni_nl *nl, uint32_t *ret_mtu,
		      struct cni_error *reterr);

#endif /* CNI_RT_H */
