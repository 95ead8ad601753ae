/* SPDX-License-Identifier: Apache-2.0 */
/* pod.c - the pod's end: sysctls, addresses, up, routes */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "cni/ifsetup.h"
#include "cni/netns.h"
#include "cni/sysctl.h"

#include "attach.h"

#define DAD_TIMEOUT_MS 5000

struct pod_sysctls {
	const char *ifname;
	bool enable_dad;
	bool has_ipv6;
};

/*
 * Runs in the pod's namespace, while the interface is down: router
 * advertisements must be refused before the first one can come in.
 */
static int set_sysctls(void *data, struct cni_error *reterr)
{
	static const struct cni_sysctl enable[] = {
		{ AF_INET6, "disable_ipv6", "0", true },
	};
	static const struct cni_sysctl keep[] = {
		{ AF_INET6, "keep_addr_on_down", "1", false },
	};
	const struct pod_sysctls *pod = data;
	const struct cni_sysctl always[] = {
		{ AF_INET6, "accept_ra", "0", false },
		{ AF_INET6, "autoconf", "0", false },
		{ AF_INET6, "ndisc_notify", "1", false },
		{ AF_INET6, "accept_dad", pod->enable_dad ? "1" : "0", false },
		{ AF_INET6, "enhanced_dad", "1", false },
	};
	size_t count = sizeof(always) / sizeof(always[0]);
	int ret;

	(void)cni_sysctl_ensure_if(pod->ifname, always,
				   pod->enable_dad ? count : count - 1, NULL);
	if (!pod->has_ipv6)
		return 0;
	ret = cni_sysctl_ensure_if("lo", enable, 1, reterr);
	if (ret == 0)
		ret = cni_sysctl_ensure_if(pod->ifname, enable, 1, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "failed to enable IPv6");
	(void)cni_sysctl_ensure_if(pod->ifname, keep, 1, NULL);
	return 0;
}

static bool has_ipv6(const struct cni_result *result)
{
	for (size_t i = 0; i < result->ip_count; i++) {
		if (result->ips[i].address.addr.family == AF_INET6)
			return true;
	}
	return false;
}

static int apply(struct bridge_attach *attach, const struct cni_prefix *addrs,
		 const struct bridge_routes *routes, struct cni_error *reterr)
{
	struct cni_ifsetup setup = {
		.index = attach->veth.peer_index,
		.name = attach->call->args.ifname,
		.addrs = addrs,
		.addr_count = attach->result->ip_count,
		.addr_flags = attach->conf.enable_dad ? 0 : CNI_IFADDR_NODAD,
		.up = true,
		.arp_notify = true,
		.routes = routes->items,
		.route_count = routes->count,
	};

	return cni_ifsetup_apply(&attach->pod, &setup, reterr);
}

static int wait_dad(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	ret = cni_ifaddr_wait_dad(&attach->pod, attach->veth.peer_index,
				  cni_nl_now_ms() + DAD_TIMEOUT_MS, reterr);
	return ret < 0 ? cni_error_prefix(
				 reterr, ret,
				 "failed to settle addresses for \"%s\"",
				 attach->call->args.ifname)
		       : 0;
}

int bridge_configure_pod(struct bridge_attach *attach, struct cni_error *reterr)
{
	CNI_CLEANUP(bridge_routes) struct bridge_routes routes = { 0 };
	CNI_CLEANUP(free) struct cni_prefix *addrs = NULL;
	struct pod_sysctls pod = {
		.ifname = attach->call->args.ifname,
		.enable_dad = attach->conf.enable_dad,
		.has_ipv6 = has_ipv6(attach->result),
	};
	int ret;

	ret = bridge_plan_addresses(attach->result, &addrs, reterr);
	if (ret == 0)
		ret = bridge_plan_routes(attach->result, &routes, reterr);
	if (ret == 0)
		ret = cni_netns_run(attach->netns_fd, set_sysctls, &pod,
				    reterr);
	if (ret == 0)
		ret = apply(attach, addrs, &routes, reterr);
	if (ret == 0 && pod.enable_dad && pod.has_ipv6)
		ret = wait_dad(attach, reterr);
	return ret;
}

int bridge_raise_pod(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	if (attach->conf.disable_container_interface)
		return 0;
	ret = cni_link_set_flags(&attach->pod, attach->veth.peer_index, IFF_UP,
				 IFF_UP, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to set \"%s\" up",
					  attach->call->args.ifname)
		       : 0;
}
