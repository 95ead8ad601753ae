/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addr.h - addresses of interfaces
 *
 * Named cni_ifaddr_*: cni_addr_* (cni/ip.h) are addresses as such.
 */
#ifndef CNI_IFADDR_H
#define CNI_IFADDR_H

#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/ip.h"
#include "cni/netlink.h"

/* No duplicate address detection: usable at once. IPv6 only, else ignored. */
#define CNI_IFADDR_NODAD (1U << 0)
/* An equal address that is there already is no error. */
#define CNI_IFADDR_MAY_EXIST (1U << 1)

/**
 * struct cni_ifaddr - an address on an interface
 * @prefix: address and prefix length
 * @flags: IFA_F_* (IFA_F_TENTATIVE, IFA_F_DADFAILED, IFA_F_PERMANENT ...)
 * @scope: RT_SCOPE_*
 */
struct cni_ifaddr {
	struct cni_prefix prefix;
	uint32_t flags;
	uint8_t scope;
};

/**
 * struct cni_ifaddr_list - the addresses of one interface, in kernel order
 * @items: allocated; a zeroed structure is empty
 * @count: number of @items
 */
struct cni_ifaddr_list {
	struct cni_ifaddr *items;
	size_t count;
};

/** cni_ifaddr_list_done() - free the list */
void cni_ifaddr_list_done(struct cni_ifaddr_list *list);

CNI_DEFINE_CLEANUP(ifaddr_list, struct cni_ifaddr_list, cni_ifaddr_list_done);

/**
 * cni_ifaddr_put() - append the message that adds an address
 * @req: the request
 * @index: ifindex
 * @prefix: the address; IPv4 with length < 31 also gets its broadcast address
 * @flags: CNI_IFADDR_NODAD
 *
 * For requests of several messages.
 * Source: vishvananda/netlink addr_linux.go (addrHandle) for what is sent.
 */
void cni_ifaddr_put(struct cni_nl_req *req, uint32_t index,
		    const struct cni_prefix *prefix, unsigned int flags);

/**
 * cni_ifaddr_add() - add an address
 * @nl: NETLINK_ROUTE socket of the interface's namespace
 * @index: ifindex
 * @prefix: the address
 * @flags: CNI_IFADDR_*
 * @reterr: `add address <prefix>: ...`
 *
 * Return: 0; -EEXIST it is there; -EACCES IPv6 is disabled on the interface;
 * -ENODEV; another negative errno.
 */
int cni_ifaddr_add(struct cni_nl *nl, uint32_t index,
		   const struct cni_prefix *prefix, unsigned int flags,
		   struct cni_error *reterr);

/** cni_ifaddr_del() - remove an address; -EADDRNOTAVAIL when it is not there */
int cni_ifaddr_del(struct cni_nl *nl, uint32_t index,
		   const struct cni_prefix *prefix, struct cni_error *reterr);

/**
 * cni_ifaddr_get() - the addresses of one interface
 * @nl: NETLINK_ROUTE socket of the interface's namespace
 * @index: ifindex
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for both (IPv4 first)
 * @ret_list: to be freed
 * @reterr: code 999; 11 when the list kept changing
 *
 * The kernel filters by interface (strict checking, Linux 5.0); older ones
 * send everything and the rest is dropped here.
 *
 * Return: 0; -ENODEV no such interface; another negative errno.
 */
int cni_ifaddr_get(struct cni_nl *nl, uint32_t index, int family,
		   struct cni_ifaddr_list *ret_list, struct cni_error *reterr);

/**
 * cni_ifaddr_wait_dad() - wait until no IPv6 address is tentative any more
 * @nl: NETLINK_ROUTE socket of the interface's namespace
 * @index: ifindex
 * @deadline_ms: on cni_nl_now_ms()'s clock
 * @reterr: code 110 for a duplicate: `address <prefix> is in use by another
 *	host`; code 114 when time is up
 *
 * Return: 0; -EADDRINUSE another host answered; -ETIMEDOUT; another negative
 * errno.
 */
int cni_ifaddr_wait_dad(struct cni_nl *nl, uint32_t index, int64_t deadline_ms,
			struct cni_error *reterr);

#endif /* CNI_IFADDR_H */
