/* SPDX-License-Identifier: Apache-2.0 */
/* target.c - where published ports lead: the pod, as prevResult describes it */
#include <string.h>
#include <sys/socket.h>

#include "target.h"

static const char *text(const char *string)
{
	return string ? string : "";
}

static bool is_of_other(const struct cni_result *result,
			const struct cni_result_ip *ip, const char *ifname)
{
	const struct cni_result_interface *interface;

	if (ip->interface < 0 ||
	    (size_t)ip->interface >= result->interface_count)
		return false;
	interface = &result->interfaces[ip->interface];
	return strcmp(text(interface->name), ifname) != 0 ||
	       !text(interface->sandbox)[0];
}

/* The host's end is listed before the container's, after the bridge. */
static void find_host_ifs(const struct cni_result *result,
			  struct portmap_target *target)
{
	size_t pod = 0;

	while (pod < result->interface_count &&
	       !text(result->interfaces[pod].sandbox)[0])
		pod++;
	for (size_t i = 0; i < result->interface_count; i++) {
		size_t at = i < pod ? pod - 1 - i : i;
		const struct cni_result_interface *interface =
			&result->interfaces[at];

		if (!text(interface->sandbox)[0] && text(interface->name)[0] &&
		    target->host_if_count < PORTMAP_HOST_IFS_MAX)
			target->host_ifs[target->host_if_count++] =
				interface->name;
	}
}

void portmap_target_from_result(const struct cni_result *result,
				const char *ifname,
				struct portmap_target *ret_target)
{
	*ret_target = (struct portmap_target) { 0 };
	for (size_t i = 0; i < result->ip_count; i++) {
		struct cni_prefix prefix =
			cni_prefix_unmap(&result->ips[i].address);
		struct cni_prefix *slot = prefix.addr.family == AF_INET
						  ? &ret_target->ipv4
						  : &ret_target->ipv6;

		if (is_of_other(result, &result->ips[i], ifname) ||
		    cni_addr_is_set(&slot->addr))
			continue;
		*slot = prefix;
	}
	find_host_ifs(result, ret_target);
}

const struct cni_prefix *
portmap_target_prefix(const struct portmap_target *target, int family)
{
	return family == AF_INET ? &target->ipv4 : &target->ipv6;
}

bool portmap_target_is_empty(const struct portmap_target *target)
{
	return !cni_addr_is_set(&target->ipv4.addr) &&
	       !cni_addr_is_set(&target->ipv6.addr);
}
