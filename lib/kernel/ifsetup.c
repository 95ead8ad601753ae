/* SPDX-License-Identifier: Apache-2.0 */
/* ifsetup.c - addresses, IFF_UP and routes of an interface in one request */
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "cni/ifsetup.h"

/* The same as writing net/ipv4/conf/<if>/arp_notify. */
static void put_arp_notify(struct cni_nl_req *req)
{
	size_t spec = cni_nl_nest_begin(req, IFLA_AF_SPEC);
	size_t inet = cni_nl_nest_begin(req, AF_INET);
	size_t conf = cni_nl_nest_begin(req, IFLA_INET_CONF);

	cni_nl_put_u32(req, IPV4_DEVCONF_ARP_NOTIFY, 1);
	cni_nl_nest_end(req, conf);
	cni_nl_nest_end(req, inet);
	cni_nl_nest_end(req, spec);
}

static void put_up(struct cni_nl_req *req, const struct cni_ifsetup *setup)
{
	struct ifinfomsg *ifi = cni_nl_begin(req, RTM_SETLINK, 0, sizeof(*ifi));

	ifi->ifi_index = (int)setup->index;
	if (setup->up) {
		ifi->ifi_flags = IFF_UP;
		ifi->ifi_change = IFF_UP;
	}
	if (setup->arp_notify)
		put_arp_notify(req);
}

/* Says which part the message @failed was. */
static int explain(const struct cni_ifsetup *setup, unsigned int failed,
		   int ret, struct cni_error *reterr)
{
	size_t first_route = setup->addr_count + 1;
	char addr[CNI_PREFIX_STRLEN];
	char route[CNI_RT_STRLEN];

	if (failed < setup->addr_count)
		return cni_error_prefix(
			reterr, ret, "failed to add IP addr %s to \"%s\"",
			cni_prefix_format(&setup->addrs[failed], addr),
			setup->name);
	if (failed >= first_route && failed < first_route + setup->route_count)
		return cni_error_prefix(
			reterr, ret, "failed to add route '%s'",
			cni_rt_format(&setup->routes[failed - first_route],
				      route));
	return cni_error_prefix(reterr, ret, "failed to set \"%s\" UP",
				setup->name);
}

int cni_ifsetup_apply(struct cni_nl *nl, const struct cni_ifsetup *setup,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct cni_rt rt;
	size_t i;
	int ret;

	cni_nl_req_init(&req);
	for (i = 0; i < setup->addr_count; i++)
		cni_ifaddr_put(&req, setup->index, &setup->addrs[i],
			       setup->addr_flags);
	/* Sent even when nothing changes: explain() counts on its place. */
	put_up(&req, setup);
	for (i = 0; i < setup->route_count; i++) {
		rt = setup->routes[i];
		if (!rt.index)
			rt.index = setup->index;
		cni_rt_put(&req, &rt);
	}
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	return ret < 0 ? explain(setup, req.failed, ret, reterr) : 0;
}
