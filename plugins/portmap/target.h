/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.h - where published ports lead: the pod, as prevResult describes it
 */
#ifndef PORTMAP_TARGET_H
#define PORTMAP_TARGET_H

#include "cni/ip.h"
#include "cni/result.h"

/* Interfaces of the host that are tried as the pod's port. */
#define PORTMAP_HOST_IFS_MAX 4

/**
 * struct portmap_target - a pod
 * @ipv4: its first IPv4 address with the subnet's length, or unset
 * @ipv6: the same of IPv6
 * @host_ifs: names of interfaces on the host, the likeliest to be the pod's
 *	port first; borrowed from the result
 * @host_if_count: how many
 */
struct portmap_target {
	struct cni_prefix ipv4;
	struct cni_prefix ipv6;
	const char *host_ifs[PORTMAP_HOST_IFS_MAX];
	size_t host_if_count;
};

/**
 * portmap_target_from_result() - find the pod's addresses
 * @result: prevResult
 * @ifname: CNI_IFNAME
 * @ret_target: filled; strings borrow from @result
 *
 * Addresses of other interfaces and of the host's are passed over; an entry
 * that names no interface, or one that does not exist, counts as the pod's.
 *
 * Source: containernetworking/plugins plugins/meta/portmap/main.go,
 * parseConfig().
 */
void portmap_target_from_result(const struct cni_result *result,
				const char *ifname,
				struct portmap_target *ret_target);

/** portmap_target_prefix() - its address of a family; family 0 when none */
const struct cni_prefix *
portmap_target_prefix(const struct portmap_target *target, int family);

/** portmap_target_is_empty() - has it no address at all? */
bool portmap_target_is_empty(const struct portmap_target *target);

#endif /* PORTMAP_TARGET_H */
