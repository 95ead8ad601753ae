/* SPDX-License-Identifier: Apache-2.0 */
/* route_parse.c - reading route messages */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "nl_internal.h"
#include "route_internal.h"

/* The destination of a default route is not in the message. */
static struct cni_prefix parse_dst(const struct rtmsg *rtm,
				   const struct nlattr *dst)
{
	struct cni_prefix prefix = { .addr = cni_nl_get_addr(dst),
				     .len = rtm->rtm_dst_len };

	prefix.addr.family = rtm->rtm_family;
	return prefix;
}

static int parse_metrics(const struct nlattr *metrics, struct cni_rt *rt)
{
	const struct nlattr *tb[RTAX_ADVMSS + 1];

	if (!metrics)
		return 0;
	if (cni_nl_parse_nested(metrics, tb, MNL_ARRAY_SIZE(tb)) < 0)
		return -EBADMSG;
	rt->mtu = cni_nl_get_u32(tb[RTAX_MTU], 0);
	rt->advmss = cni_nl_get_u32(tb[RTAX_ADVMSS], 0);
	return 0;
}

static int take_gateway(const struct nlattr *attr, void *data)
{
	struct cni_rt *rt = data;

	if (mnl_attr_get_type(attr) == RTA_GATEWAY)
		rt->gw = cni_nl_get_addr(attr);
	return 0;
}

/* One next hop: struct rtnexthop followed by attributes of its own. */
static int take_hop(const struct rtnexthop *hop, struct cni_rt rt, cni_rt_fn fn,
		    void *data)
{
	size_t len = hop->rtnh_len - sizeof(*hop);

	rt.index = (uint32_t)hop->rtnh_ifindex;
	if (cni_nl_each_of(hop + 1, len, take_gateway, &rt) < 0)
		return -EBADMSG;
	return fn(&rt, data);
}

static int take_hops(const struct nlattr *multipath, const struct cni_rt *rt,
		     cni_rt_fn fn, void *data)
{
	const uint8_t *place = mnl_attr_get_payload(multipath);
	size_t left = mnl_attr_get_payload_len(multipath);
	int ret = 0;

	while (ret == 0 && left >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *hop = (const void *)place;
		size_t step = cni_nl_align(hop->rtnh_len);

		if (hop->rtnh_len < sizeof(*hop) || hop->rtnh_len > left)
			return -EBADMSG;
		ret = take_hop(hop, *rt, fn, data);
		if (step >= left)
			break;
		place += step;
		left -= step;
	}
	return ret;
}

int cni_rt_parse(const struct nlmsghdr *message, cni_rt_fn fn, void *data)
{
	const struct nlattr *tb[RTA_TABLE + 1];
	struct cni_rt rt = { 0 };
	const struct rtmsg *rtm;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    cni_nl_parse(message, sizeof(*rtm), tb, MNL_ARRAY_SIZE(tb)) < 0)
		return -EBADMSG;
	rtm = mnl_nlmsg_get_payload(message);
	if (rtm->rtm_type != RTN_UNICAST)
		return 0;
	rt.dst = parse_dst(rtm, tb[RTA_DST]);
	rt.gw = cni_nl_get_addr(tb[RTA_GATEWAY]);
	rt.index = cni_nl_get_u32(tb[RTA_OIF], 0);
	rt.table = cni_nl_get_u32(tb[RTA_TABLE], rtm->rtm_table);
	rt.priority = cni_nl_get_u32(tb[RTA_PRIORITY], 0);
	rt.scope = rtm->rtm_scope;
	rt.protocol = rtm->rtm_protocol;
	rt.src = cni_nl_get_addr(tb[RTA_PREFSRC]);
	if (parse_metrics(tb[RTA_METRICS], &rt) < 0)
		return -EBADMSG;
	if (tb[RTA_MULTIPATH])
		return take_hops(tb[RTA_MULTIPATH], &rt, fn, data);
	return fn(&rt, data);
}
