/* SPDX-License-Identifier: Apache-2.0 */
/* forwarding.c - let the host forward packets */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/link.h"
#include "cni/sysctl.h"

#include "forwarding.h"

#define IPV4_FORWARDING "net/ipv4/ip_forward"
#define IPV6_FORWARDING "net/ipv6/conf/all/forwarding"

/* A host has a handful of uplinks. */
#define UPLINKS_MAX 32

struct uplinks {
	uint32_t indices[UPLINKS_MAX];
	size_t count;
};

static int take_route(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[RTA_OIF + 1];
	const struct rtmsg *rtm;
	struct uplinks *uplinks = data;
	uint32_t index;

	if (!message) {
		uplinks->count = 0;
		return 0;
	}
	if (message->nlmsg_type != RTM_NEWROUTE ||
	    cni_nl_parse(message, sizeof(*rtm), tb, MNL_ARRAY_SIZE(tb)) < 0)
		return 0;
	rtm = mnl_nlmsg_get_payload(message);
	index = cni_nl_get_u32(tb[RTA_OIF], 0);
	/* Kernels before 4.20 ignore the filter. */
	if (rtm->rtm_protocol != RTPROT_RA || !index)
		return 0;
	for (size_t i = 0; i < uplinks->count; i++) {
		if (uplinks->indices[i] == index)
			return 0;
	}
	if (uplinks->count < UPLINKS_MAX)
		uplinks->indices[uplinks->count++] = index;
	return 0;
}

/* A dump, but only when forwarding is about to be switched on. */
static int find_uplinks(struct cni_nl *host, struct uplinks *ret_uplinks,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct rtmsg *rtm;

	cni_nl_req_init(&req);
	rtm = cni_nl_begin(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = AF_INET6;
	rtm->rtm_protocol = RTPROT_RA;
	return cni_nl_dump(host, &req, take_route, ret_uplinks, reterr);
}

static void keep_advertisements(const char *ifname)
{
	static const struct cni_sysctl keep[] = {
		{ AF_INET6, "accept_ra", "2", true },
	};
	char path[64];
	char value[CNI_SYSCTL_VALUE_MAX];
	struct cni_error err;

	(void)snprintf(path, sizeof(path), "net/ipv6/conf/%s/accept_ra",
		       ifname);
	/* 0 is the administrator's wish, 2 is what it should be. */
	if (cni_sysctl_read(path, value, NULL) < 0 || strcmp(value, "1") != 0)
		return;
	if (cni_sysctl_ensure_if(ifname, keep, 1, &err) < 0)
		cni_warn("routes of \"%s\" learned from router advertisements "
			 "will expire: %s, ignoring",
			 ifname, err.msg);
}

static void keep_learned_routes(struct cni_nl *host)
{
	struct uplinks uplinks = { .count = 0 };
	struct cni_error err;

	if (find_uplinks(host, &uplinks, &err) < 0) {
		cni_warn("find routes learned from router advertisements: %s, "
			 "ignoring",
			 err.msg);
		return;
	}
	for (size_t i = 0; i < uplinks.count; i++) {
		struct cni_link link;

		if (cni_link_get_index(host, uplinks.indices[i], &link, NULL) ==
		    0)
			keep_advertisements(link.name);
	}
}

int bridge_is_forwarding(int family, struct cni_error *reterr)
{
	const char *path = family == AF_INET ? IPV4_FORWARDING
					     : IPV6_FORWARDING;
	char value[CNI_SYSCTL_VALUE_MAX];
	int ret;

	ret = cni_sysctl_read(path, value, reterr);
	return ret < 0 ? ret : strcmp(value, "1") == 0;
}

int bridge_enable_forwarding(struct cni_nl *host, int family,
			     struct cni_error *reterr)
{
	int ret;

	if (bridge_is_forwarding(family, NULL) == 1)
		return 0;
	if (family == AF_INET6)
		keep_learned_routes(host);
	ret = cni_sysctl_ensure(family == AF_INET ? IPV4_FORWARDING
						  : IPV6_FORWARDING,
				"1", reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to enable forwarding")
		       : 0;
}
