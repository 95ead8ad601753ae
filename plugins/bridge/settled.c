/* SPDX-License-Identifier: Apache-2.0 */
/* settled.c - has an interface this address? asked without a dump */
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "cni/route.h"

#include "settled.h"

static bool has_ipv4(struct cni_nl *host, uint32_t index,
		     const struct cni_prefix *address,
		     const struct cni_addr *neighbour)
{
	struct cni_prefix network = cni_prefix_network(address);
	struct cni_rt rt;

	return cni_rt_lookup(host, neighbour, &rt, NULL) == 0 &&
	       rt.index == index && rt.protocol == RTPROT_KERNEL &&
	       cni_prefix_equal(&rt.dst, &network) &&
	       cni_addr_equal(&rt.src, &address->addr);
}

static int take_length(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	int *len = data;

	if (message->nlmsg_type == RTM_NEWADDR &&
	    mnl_nlmsg_get_payload_len(message) >= sizeof(*ifa))
		*len = ifa->ifa_prefixlen;
	return 0;
}

static bool has_ipv6(struct cni_nl *host, uint32_t index,
		     const struct cni_prefix *address)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifaddrmsg *ifa;
	int len = -1;

	cni_nl_req_init(&req);
	ifa = cni_nl_begin(&req, RTM_GETADDR, 0, sizeof(*ifa));
	ifa->ifa_family = AF_INET6;
	ifa->ifa_index = index;
	cni_nl_put_addr(&req, IFA_ADDRESS, &address->addr);
	return cni_nl_talk(host, &req, take_length, &len, NULL) == 0 &&
	       len == address->len;
}

bool bridge_has_address(struct cni_nl *host, uint32_t index,
			const struct cni_prefix *address,
			const struct cni_addr *neighbour)
{
	if (address->addr.family == AF_INET6)
		return has_ipv6(host, index, address);
	return has_ipv4(host, index, address, neighbour);
}
